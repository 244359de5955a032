import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runFront, startFront } from '../helpers/front.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { tempDir } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';

const fileWith = (scope: Scope, name: string, text: string): string => {
  const file = join(tempDir(scope), name);
  writeFileSync(file, text);
  return file;
};

test('one configuration file: several sites by host name, each with its routes', async (t) => {
  const named = (name: string): Promise<string> => startRawApp(t, answering((request) => reply(`${name} ${request.target} ${request.get('X-Forwarded-Protocol') ?? ''}`))).then((app) => app.address);
  const [shop, api, blog] = [await named('shop'), await named('api'), await named('blog')];
  const dir = tempDir(t);
  mkdirSync(join(dir, 'media'));
  writeFileSync(join(dir, 'media/a.txt'), 'file');
  const config = {
    https: '127.0.0.1:0', http: '127.0.0.1:0', log: 'json',
    sites: [
      { hosts: ['shop.localhost'], app: shop, routes: { '/api/': { app: api }, '/media/': { static: './media' } } },
      { hosts: ['blog.localhost', '*.blog.localhost'], app: blog, speaks: 'legacy', scheme: { '/': 'either' } },
    ],
  };
  for (const [name, text] of [
    ['sallyport.config.json', JSON.stringify(config)],
    ['sallyport.config.js', `export default ${JSON.stringify(config)};`],
    ['sallyport.config.ts', `const config: { https: string } & Record<string, unknown> = ${JSON.stringify(config)};\nexport default config;`],
  ] as const) {
    const file = join(dir, name);
    writeFileSync(file, text);
    if (name.endsWith('.js')) writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
    const front = await startFront(t, ['--config', file]);
    const ask = (host: string, path: string): Promise<string> => front.get(path, { headers: { Host: host }, servername: host }).then((got) => `${got.status} ${got.text.trim()}`);
    assert.equal(await ask('shop.localhost', '/a'), '200 shop /a', name);
    assert.equal(await ask('SHOP.localhost', '/api/x'), '200 api /api/x');
    assert.equal(await ask('shop.localhost', '/media/a.txt'), '200 file');
    assert.equal(await ask('blog.localhost', '/api/x'), '200 blog /api/x https');
    assert.equal(await ask('one.blog.localhost', '/'), '200 blog / https');
    assert.match(await ask('other.localhost', '/'), /^421 /);
    assert.equal((await front.getHttp('/', { headers: { Host: 'shop.localhost' } })).status, 307);
    assert.equal((await front.getHttp('/', { headers: { Host: 'blog.localhost' } })).text.trim(), 'blog /');
    await front.stop();
  }
});

test('check says what would run where all is right, and the path of a wrong value where not', async (t) => {
  const right = await runFront(['check', '--config', fileWith(t, 'sallyport.config.json', '{"app": 8000, "scheme": {"/feed": "http", "/": "https"}}')]);
  assert.equal(right.exit.code, 0, right.stderr + right.stdout);
  assert.match(right.stdout, /8000/);
  assert.match(right.stdout, /\/feed/);
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['{"app": 8000, "sheme": {"/": "http"}}', /sheme/],
    ['{"app": 8000, "scheme": {"/feed": "htp"}}', /scheme[^]*\/feed/],
    ['{"sites": [{"hosts": ["a.example"], "app": 8000}, {"hosts": ["b.example"], "app": "ftp://x"}]}', /sites[^]*1[^]*app/],
    ['{"app": 8000, "timeouts": {"answer": "soon"}}', /timeouts[^]*answer/],
    ['{"app": 8000, "hsts": "3600", "scheme": {"/feed": "either"}}', /hsts/],
    ['{"app": 8000, "trust": ["everybody"]}', /trust/],
    ['{ not json', /json/i],
  ];
  for (const [text, path] of wrong) {
    const { exit, stdout, stderr } = await runFront(['check', '--config', fileWith(t, 'sallyport.config.json', text)]);
    assert.equal(exit.code, 2, text);
    assert.match(stderr + stdout, path, text);
    assert.doesNotMatch(stderr, /^\s+at .*\(.*:\d+:\d+\)/m, 'no stack');
  }
});

test('a wrong call is status 2 and names what is wrong; help and version are 0', async () => {
  for (const [args, what] of [
    [['--nonsense'], /nonsense/], [['8000', '--https', 'x:y:z'], /https/], [['8000', '--speaks', 'klingon'], /klingon/], [['h2c://127.0.0.1:8000'], /h2c:/],
    [['8000', '--scheme', '/=sometimes'], /sometimes|scheme/], [['8000', '--max-body', 'big'], /max-body|maxBody/i], [['8000', '--trust', '300.1.1.1'], /300\.1\.1\.1/],
    [['8000', '--cert', 'a.pem'], /key/], [['99999'], /99999/], [['--config', '/no/such/file.json'], /no\/such\/file/],
  ] as const) {
    const { exit, stdout, stderr } = await runFront([...args, '--log', 'json']);
    assert.equal(exit.code, 2, args.join(' ') + stderr);
    assert.match(stderr + stdout, what, args.join(' '));
  }
  const help = await runFront(['--help']);
  assert.equal(help.exit.code, 0);
  for (const flag of ['--https', '--http', '--public-https-port', '--public-http-port', '--cert', '--key', '--domain', '--static', '--speaks', '--tell', '--trust', '--trust-header', '--scheme', '--health', '--hsts', '--max-body', '--stream-bodies', '--log', '--grace']) assert.ok(help.stdout.includes(`${flag} `) || help.stdout.includes(`${flag}\n`), flag);
  const version = await runFront(['--version']);
  assert.equal(version.exit.code, 0);
  assert.match(version.stdout, /^\d+\.\d+\.\d+/);
});
