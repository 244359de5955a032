import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync, existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { before, describe, test } from 'node:test';
import { ROOT, runFront, startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import type { Got } from '../helpers/client.ts';
import { startPhpFpm } from '../helpers/php-fpm.ts';
import { startRawApp } from '../helpers/raw-app.ts';
import { requires } from '../helpers/real.ts';
import { eventually, scope, tempDir } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';
import { stdout } from '../helpers/cgi-decode.ts';

const MIB = 1024 * 1024;

interface Told { readonly script: string; readonly server: Readonly<Record<string, string>> }

/** A copy of test/e2e/php in a folder of its own, beside a file that nobody may see, with links there. */
const makeSite = (to: Scope): string => {
  const dir = tempDir(to);
  const root = join(dir, 'public');
  cpSync(join(ROOT, 'test/e2e/php'), root, { recursive: true });
  mkdirSync(join(dir, 'outside'));
  writeFileSync(join(dir, 'outside/x.php'), '<?php echo "SECRET RUN"; // SECRET SOURCE');
  writeFileSync(join(dir, 'outside/x.txt'), 'SECRET SOURCE');
  symlinkSync('../outside/x.php', join(root, 'out.php'));
  symlinkSync('../outside', join(root, 'storage'));
  symlinkSync('post.php', join(root, 'source.txt'));
  for (const [name, content] of Object.entries({
    'photo.jpg': '<?php echo "SECRET RUN";', '.env': 'SECRET SOURCE', '.hidden.php': '<?php echo "SECRET RUN";', 'wp-config.php.bak': 'SECRET SOURCE', 'index.php~': 'SECRET SOURCE', 'x.phps': 'SECRET SOURCE', 'CAPS.PHP': 'SECRET SOURCE',
  })) writeFileSync(join(root, name), content);
  return root;
};

const told = (got: Got): Told => {
  assert.equal(got.status, 200, got.text);
  return got.json<Told>();
};

describe('PHP behind a real PHP-FPM', requires('php-fpm'), () => {
  const here = scope();
  let front: Front;
  let root: string;
  before(async () => {
    root = makeSite(here);
    const fpm = await startPhpFpm(here, { lines: ['php_admin_value[upload_max_filesize] = 64M', 'php_admin_value[post_max_size] = 64M'] });
    front = await startFront(here, [fpm.address, '--root', root, '--scheme', '/http/=either']);
  });

  test('$_SERVER carries the truth over https', async () => {
    const { server } = told(await front.get('/index.php/a%20b/c?q=1'));
    assert.deepEqual(['HTTPS', 'REQUEST_SCHEME', 'SERVER_NAME', 'SERVER_PORT', 'REMOTE_ADDR', 'HTTP_HOST', 'REQUEST_METHOD', 'REQUEST_URI', 'QUERY_STRING', 'SCRIPT_NAME', 'SCRIPT_FILENAME', 'PATH_INFO', 'PHP_SELF', 'DOCUMENT_ROOT'].map((name) => server[name]), [
      'on', 'https', 'localhost', String(front.httpsPort), '127.0.0.1', `localhost:${front.httpsPort}`, 'GET', '/index.php/a%20b/c?q=1', 'q=1', '/index.php', `${root}/index.php`, '/a b/c', '/index.php/a b/c', root,
    ]);
  });

  test('over http HTTPS is not there', async () => {
    const { server } = told(await front.getHttp('/http/x'));
    assert.equal('HTTPS' in server, false);
    assert.deepEqual([server['REQUEST_SCHEME'], server['SERVER_PORT']], ['http', String(front.httpPort)]);
  });

  // httpoxy (CVE-2016-5385), shops that read HTTP_HTTPS, and every name that PHP or FPM believes.
  test('no header of a client becomes or shadows a variable', async () => {
    const strip = ({ server }: Told): Record<string, string> => Object.fromEntries(Object.entries(server).filter(([name]) => !/^REQUEST_TIME|REQUEST_ID$|^REMOTE_PORT$/.test(name)));
    const headers = ['Https', 'HTTPS', 'Proxy', 'X_Forwarded_Proto', 'X-Forwarded-Proto', 'X-Forwarded-For', 'X-Forwarded-Host', 'Forwarded', 'Remote-Addr', 'REMOTE_ADDR', 'Remote-User', 'Content_Length', 'Content_Type', 'Script-Filename', 'Script-Name', 'Path-Info', 'Redirect-Status', 'Document-Root', 'Request-Uri', 'Request-Method', 'Server-Name', 'Server-Port', 'Request-Scheme', 'Query-String', 'Gateway-Interface'];
    for (const get of [front.get, front.getHttp] as const) {
      const honest = strip(told(await get('/http/x')));
      for (const name of headers) {
        const seen = strip(told(await get('/http/x', { headers: { [name]: get === front.get ? 'off' : 'https' } })));
        assert.deepEqual(seen, honest, name);
      }
      const odd = strip(told(await get('/http/x', { headers: { 'Php-Value': 'x', 'Php-Admin-Value': 'auto_prepend_file=/etc/passwd', 'Fcgi-Role': 'x' } })));
      assert.deepEqual(odd, { ...honest, HTTP_PHP_VALUE: 'x', HTTP_PHP_ADMIN_VALUE: 'auto_prepend_file=/etc/passwd', HTTP_FCGI_ROLE: 'x' });
    }
  });

  test('two Content-Lengths never reach PHP', async () => {
    const { text } = await front.exchange('POST /post.php HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\nabc');
    assert.match(text, /^HTTP\/1\.1 400 /);
  });

  test('the front controller answers for what has no file, a folder for its index.php, with its slash', async () => {
    for (const path of ['/', '/2026/hello-world/', '/wp-json/x?y', '/nothing.php', '/photo.jpg/x.php', '/assets/']) {
      const { script, server } = told(await front.get(path));
      assert.deepEqual([script, server['SCRIPT_NAME'], server['REQUEST_URI'], server['PATH_INFO']], ['index', '/index.php', path, ''], path);
    }
    assert.equal(told(await front.get('/sub/')).server['SCRIPT_NAME'], '/sub/index.php');
    const redirect = await front.get('/sub?a=b');
    assert.deepEqual([redirect.status, redirect.headers.location], [307, '/sub/?a=b']);
  });

  test('nothing outside the root is run or shown, nothing hidden, and no source by any spelling', async () => {
    const spellings = [
      '/../outside/x.php', '/%2e%2e/outside/x.php', '/..%2foutside/x.php', '/..%5coutside%5cx.php', '/sub/../../outside/x.txt', '/%252e%252e/outside/x.php', '/out.php', '/storage/x.php', '/storage/x.txt', '/source.txt',
      '/photo.jpg/.php', '/photo.jpg/x.php', '/photo.jpg%00.php', '/photo.jpg%0a.php', '/.env', '/.hidden.php', '/%2eenv', '/sub/%2e%2e/.env', '/wp-config.php.bak', '/index.php~', '/x.phps', '/CAPS.PHP', '/INDEX.PHP', '/Post.php', '/post.PHP',
      '/post.php.', '/post.php%20', '/post.php%2e', '/post.php/', '/post.php//', '/post.php::$DATA', '/post.php;x', '/post%2ephp', '//post.php', '/./post.php', '/sub/..//post.php', '/assets/config.inc', '/assets/config.inc/', '/assets%2fconfig.inc', '/post.php%3f', '/post.php%23',
    ];
    for (const path of spellings) {
      const got = await front.get(path);
      assert.doesNotMatch(got.text, /SECRET|<\?php/, path);
      assert.ok(got.status === 404 || (got.status === 200 && got.headers['content-type'] === 'application/json'), `${path}: ${got.status} ${got.text.slice(0, 200)}`);
    }
    for (const path of ['/../outside/x.php', '/..%2foutside/x.php', '/out.php', '/storage/x.php', '/storage/x.txt', '/.env', '/CAPS.PHP', '/wp-config.php.bak', '/source.txt']) assert.equal((await front.get(path)).status, 404, path);
    const photo = await front.get('/photo.jpg');
    assert.deepEqual([photo.status, photo.headers['content-type'], photo.headers['x-content-type-options']], [200, 'image/jpeg', 'nosniff'], 'a picture is given out as the bytes it is, never run');
    await front.event('the link that leads out', (event) => event['event'] === 'outside-root' && /--static/.test(String(event['message'])));
  });

  test('other files are static: type, conditions, ranges', async () => {
    const css = await front.get('/assets/site.css');
    assert.deepEqual([css.status, css.headers['content-type'], css.text], [200, 'text/css; charset=utf-8', 'a { color: red }\n']);
    assert.equal((await front.get('/assets/site.css', { headers: { 'If-Modified-Since': css.headers['last-modified']! } })).status, 304);
    const part = await front.get('/assets/site.css', { headers: { Range: 'bytes=0-2' } });
    assert.deepEqual([part.status, part.text], [206, 'a {']);
    assert.equal((await front.get('/assets/site.css', { method: 'POST', body: 'x' })).status, 405);
  });

  test('a form, an upload of 20 MiB, and a chunked body arrive whole', async () => {
    const form = await front.get('/post.php', { method: 'POST', body: 'a=1&b=%C3%BC', headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '12' } });
    assert.deepEqual(form.json()['post'], { a: '1', b: 'ü' });
    const content = Buffer.alloc(20 * MIB, 'FastCGI and its 16 bits ');
    const sha256 = createHash('sha256').update(content).digest('hex');
    const body = Buffer.concat([Buffer.from('--b\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\n\r\n'), content, Buffer.from('\r\n--b--\r\n')]);
    const upload = await front.get('/post.php', { method: 'POST', body, headers: { 'Content-Type': 'multipart/form-data; boundary=b', 'Content-Length': String(body.length) } });
    assert.deepEqual(upload.json()['files'], { f: { name: 'a.bin', size: content.length, error: 0, sha256 } });
    const chunked = await front.get('/post.php', { method: 'POST', body: Readable.from([content.subarray(0, MIB), content.subarray(MIB, 3 * MIB)]), headers: { 'Content-Type': 'a/b', 'Transfer-Encoding': 'chunked' } });
    const seen = chunked.json();
    assert.deepEqual([seen['length'], seen['bytes'], seen['sha256']], [String(3 * MIB), 3 * MIB, createHash('sha256').update(content.subarray(0, 3 * MIB)).digest('hex')]);
  });

  test('HEAD has the head alone', async () => {
    const got = await front.get('/answers.php/teapot', { method: 'HEAD' });
    assert.deepEqual([got.status, got.text], [418, '']);
  });

  test('an answer that is flushed arrives while the script still runs; a large one whole', async () => {
    const until = join(root, '..', 'go-on');
    const talk = await front.talk();
    talk.say(`GET /answers.php/stream?until=${encodeURIComponent(until)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await talk.until('data: one', 15_000);
    assert.doesNotMatch(talk.text, /two/);
    writeFileSync(until, '');
    await talk.until('data: two', 15_000);
    const large = await front.get('/answers.php/large?mib=30');
    assert.equal(large.body.length, 30 * MIB);
    assert.ok(large.body.subarray(29 * MIB).equals(Buffer.alloc(MIB, 'D')));
  });

  test('status and Location of PHP, repaired', async () => {
    const login = await front.get('/answers.php/login');
    assert.deepEqual([login.status, login.headers.location], [303, `https://localhost:${front.httpsPort}/next`]);
    const teapot = await front.get('/answers.php/teapot');
    assert.deepEqual([teapot.status, teapot.text], [418, 'short and stout']);
    const missing = await front.get('/answers.php/missing');
    assert.deepEqual([missing.status, missing.text], [404, 'php\'s own page']);
  });

  test('what PHP complains of is in the log with the request\'s id, and not in the answer', async () => {
    const got = await front.get('/answers.php/warn');
    assert.equal(got.text, 'ok');
    const event = await front.event('the complaint', (seen) => seen['event'] === 'app-stderr' && /undefined_name/.test(String(seen['message'])));
    const first = front.events().find((seen) => /careful/.test(String(seen['message'])));
    assert.match(String(first?.['message']), /careful \\x1b\[31m with this/);
    const access = await front.event('the request', (seen) => seen['event'] === 'request' && String(seen['target']).endsWith('/warn'));
    assert.equal(event['requestId'], access['requestId']);
    assert.equal((await front.get('/answers.php/fatal')).status, 500);
    await front.event('the error', (seen) => seen['event'] === 'app-stderr' && /nobody_defined_this/.test(String(seen['message'])));
    assert.equal((await front.get('/answers.php/many')).text, 'ok');
    const bounded = await front.event('that there was more', (seen) => seen['event'] === 'app-stderr' && /bytes more/.test(String(seen['message'])));
    assert.ok(front.events().filter((seen) => seen['event'] === 'app-stderr' && seen['requestId'] === bounded['requestId']).length <= 21);
  });

  test('variables over 64 KiB are 431', async () => {
    const got = await front.get(`/index.php/${'a'.repeat(15_000)}`, { headers: { Cookie: `c=${'x'.repeat(14_000)}`, 'X-A': 'y'.repeat(14_000), 'X-B': 'z'.repeat(14_000) } }).catch((error: unknown) => error as Error);
    assert.ok(!(got instanceof Error), String(got));
    assert.equal(got.status, 431, got.text.slice(0, 300));
  });
});

describe('connections to a real PHP-FPM, on a unix socket', requires('php-fpm'), () => {
  test('are kept from one request to the next', async (t) => {
    const root = makeSite(t);
    const fpm = await startPhpFpm(t, { unix: true, processes: 4 });
    const between = await startRawApp(t, ({ socket }) => {
      const there = connect(fpm.address.slice('fastcgi+unix:'.length));
      socket.pipe(there).pipe(socket);
      there.on('error', () => { socket.destroy(); });
      socket.on('close', () => { there.destroy(); });
    });
    const front = await startFront(t, [`fastcgi://127.0.0.1:${between.port}`, '--root', root]);
    for (let i = 0; i < 10; i++) assert.equal((await front.getKept('/answers.php/teapot')).status, 418);
    assert.ok(between.connections.length <= 3, `${between.connections.length} connections for ten requests in a row`);
    assert.equal(told(await front.get('/x')).server['HTTPS'], 'on');
    assert.deepEqual((await front.get('/answers.php/login')).headers['set-cookie'], ['a=b; Secure'], 'where every path is https');
  });

  // PHP-FPM with one process: any connection that is kept idle would keep everybody else out.
  test('never keep another request of ours waiting, with one process for all', async (t) => {
    const root = makeSite(t);
    const fpm = await startPhpFpm(t, { unix: true, processes: 1 });
    const front = await startFront(t, [fpm.address, '--root', root]);
    const statuses = await Promise.all(Array.from({ length: 12 }, async (_, i) => (i % 3 === 0
      ? (await front.get('/post.php', { method: 'POST', body: 'a=1', headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '3' } })).status
      : (await front.get('/answers.php/pid')).status)));
    assert.deepEqual(new Set(statuses), new Set([200]));
  });

  test('that a process closed meanwhile are not an error: every request is answered', async (t) => {
    const root = makeSite(t);
    const fpm = await startPhpFpm(t, { unix: true, processes: 1, lines: ['pm.max_requests = 2'] });
    const front = await startFront(t, [fpm.address, '--root', root]);
    const pids = new Set<string>();
    for (let i = 0; i < 9; i++) {
      const got = await front.getKept('/answers.php/pid');
      assert.equal(got.status, 200, got.text);
      pids.add(got.text);
    }
    assert.ok(pids.size >= 4, [...pids].join());
  });

  test('are dropped when the client leaves: the script sees it', async (t) => {
    const root = makeSite(t);
    const fpm = await startPhpFpm(t, { unix: true });
    const front = await startFront(t, [fpm.address, '--root', root]);
    const [started, left] = [join(root, '../started'), join(root, '../left')];
    const talk = await front.talk();
    talk.say(`GET /answers.php/slow?started=${encodeURIComponent(started)}&left=${encodeURIComponent(left)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await eventually('the script to run', () => existsSync(started), 15_000);
    talk.drop();
    await eventually('the script to be ended', () => existsSync(left) && readFileSync(left, 'utf8') === '1', 15_000);
    await front.event('that the client has left', (event) => event['event'] === 'request' && event['fault'] === 'client-gone', 15_000);
  });

  test('a front without any index.php answers 404', async (t) => {
    const root = makeSite(t);
    rmSync(join(root, 'index.php'));
    const fpm = await startPhpFpm(t, { unix: true });
    const front = await startFront(t, [fpm.address, '--root', root]);
    assert.equal((await front.get('/')).status, 404);
    assert.equal((await front.get('/nothing')).status, 404);
    assert.equal((await front.get('/post.php')).status, 200);
  });

  test('under a prefix, from a configuration file whose folder root counts from', async (t) => {
    const root = makeSite(t);
    const fpm = await startPhpFpm(t, { unix: true });
    const file = join(root, '../sallyport.config.json');
    writeFileSync(file, JSON.stringify({ https: '127.0.0.1:0', http: '127.0.0.1:0', log: 'json', routes: { '/blog/': { app: fpm.address, root: './public' } } }));
    const front = await startFront(t, ['--config', file]);
    const { script, server } = told(await front.get('/blog/2026/hello/'));
    assert.deepEqual([script, server['SCRIPT_NAME'], server['SCRIPT_FILENAME'], server['REQUEST_URI']], ['index', '/blog/index.php', `${root}/index.php`, '/blog/2026/hello/']);
    assert.equal((await front.get('/index.php')).status, 404);
  });

  // The process runs as a user who may not enter the folder, as in a container that has it under another path.
  test('a root that PHP-FPM does not have: the log names it', { skip: process.getuid?.() !== 0 && 'needs a second user for PHP-FPM, which only root can give it' }, async (t) => {
    const root = makeSite(t);
    const fpm = await startPhpFpm(t, { lines: ['user = nobody', 'group = nogroup'] });
    const front = await startFront(t, [fpm.address, '--root', root]);
    const got = await front.get('/');
    assert.deepEqual([got.status, got.text], [404, 'File not found.\n']);
    const event = await front.event('what is wrong', (seen) => seen['event'] === 'app-stderr' && /Primary script unknown/.test(String(seen['message'])));
    assert.ok(String(event['message']).includes(`--root (${root})`), String(event['message']));
  });
});

test('a server that answers nonsense or half a head is 502, and the log says what it was', async (t) => {
  const root = makeSite(t);
  const answers = [Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'), stdout('Content-Type: te')];
  const app = await startRawApp(t, (connection, i) => { connection.write(answers[i]!); connection.end(); });
  const front = await startFront(t, [`fastcgi://127.0.0.1:${app.port}`, '--root', root]);
  for (const says of [/version 83; expected 1/, /before the head/]) {
    assert.equal((await front.get('/')).status, 502);
    await front.event('what was wrong', (event) => String(event['event']).startsWith('app-') && says.test(String(event['message'])));
  }
});

test('a call without --root, or with it for another app, is refused with what to write', async (t) => {
  const root = makeSite(t);
  const without = await runFront(['fastcgi://127.0.0.1:9000']);
  assert.equal(without.exit.code, 2);
  assert.match(without.stderr, /--root: saw nothing, expected the folder of the PHP files.*Add --root DIR/);
  const other = await runFront(['8000', '--root', root]);
  assert.equal(other.exit.code, 2);
  assert.match(other.stderr, /--root: .*expected an app that speaks FastCGI.*fastcgi:\/\/host:port/);
});
