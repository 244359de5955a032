/** What a person or a service manager meets around the front: streams that end, help, statuses, messages. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fetchOnce } from '../helpers/client.ts';
import { SALLYPORT, frontEnv, ROOT, runFront, startFront } from '../helpers/front.ts';
import { startProgram } from '../helpers/program.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { eventually, tempDir, within } from '../helpers/scope.ts';

const OK = answering(reply('ok'));
const PLAIN = ['--https', 'off', '--http', '127.0.0.1:0', '--scheme', '/=either'];

/** Many requests, each a line of the log; then whether the front is as it was. */
const stillServes = async (url: string): Promise<void> => {
  for (let i = 0; i < 20; i += 1) assert.equal((await fetchOnce(url, { ms: 3000 })).text, 'ok');
};

// `sallyport … | head -1` and a log shipper that dies: the first line written after that was an unhandled EPIPE, and the
// site was gone with it.
test('a reader of the log that goes away does not end the front', async (t) => {
  for (const gone of [['stdout'], ['stdout', 'stderr']] as const) {
    const app = await startRawApp(t, OK);
    const child = spawn(SALLYPORT[0], [SALLYPORT[1], app.address, ...PLAIN, '--log', 'json'], { cwd: ROOT, env: frontEnv(), stdio: ['ignore', 'pipe', 'pipe'] });
    t.after(() => { child.kill('SIGKILL'); });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => { said += text; });
    const [first] = await once(child.stdout, 'data') as [Buffer];
    const { http } = JSON.parse(first.toString()) as { http: string };
    for (const stream of gone) child[stream].destroy();
    await stillServes(http);
    if (gone.length === 1) await eventually('one line about it', () => said === 'sallyport: standard output takes nothing any more (EPIPE): what is logged from here on may be lost. What runs goes on.\n');
    assert.equal(child.exitCode, null);
    child.kill('SIGTERM');
    assert.deepEqual(await within(5000, 'its end', once(child, 'exit')), [0, null]);
  }
});

test('a full disk under the log does not end the front', { skip: process.platform === 'linux' ? false : 'needs /dev/full' }, async (t) => {
  const app = await startRawApp(t, OK);
  const full = openSync('/dev/full', 'w');
  t.after(() => { closeSync(full); });
  const taken = createServer().listen(0, '127.0.0.1'); // its ready line is lost too, so the port is chosen here
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  await new Promise((resolve) => { taken.close(resolve); });
  const child = spawn(SALLYPORT[0], [SALLYPORT[1], app.address, '--https', 'off', '--http', `127.0.0.1:${port}`, '--scheme', '/=either', '--log', 'json'], { cwd: ROOT, env: frontEnv(), stdio: ['ignore', full, 'pipe'] });
  t.after(() => { child.kill('SIGKILL'); });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => { said += text; });
  await eventually('the front to answer', () => fetchOnce(`http://127.0.0.1:${port}/`).then(() => true, () => false), 15_000);
  await stillServes(`http://127.0.0.1:${port}/`);
  assert.match(said, /^sallyport: standard output takes nothing any more \(ENOSPC\).*\n$/);
});

test('in json every line of standard output is one JSON object, whatever happens', async (t) => {
  const app = await startRawApp(t, OK);
  const front = await startFront(t, [app.address, '--http', '127.0.0.1:0', '--trust', 'loopback']);
  await front.get('/a"b\\c?\u00e9', { headers: { 'User-Agent': 'tab\there "quoted" \u00ff', Referer: '\\' } });
  for (const bytes of ['GET / HTTP/1.1\r\n\r\n', 'G\x00T / HTTP/1.1\r\nHost: a\r\n\r\n', '\x16\x03\x01\x00\x05hello', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']) {
    await front.exchange(bytes, 'http');
    await front.exchange(bytes, 'https');
  }
  await app.close();
  await front.get('/down');
  await front.stop();
  const lines = front.stdout().split('\n');
  assert.equal(lines.pop(), '', 'the last line is whole');
  assert.ok(lines.length > 8, front.stdout());
  for (const line of lines) {
    const value: unknown = JSON.parse(line);
    assert.ok(typeof value === 'object' && value !== null && 'event' in value, line);
  }
});

test('each command has its help, by flag and by name', async () => {
  const main = await runFront(['--help']);
  assert.deepEqual([main.exit.code, main.stderr], [0, '']);
  for (const [name, says] of [['run', '--https <door>'], ['check', '--config <file>'], ['trust', 'local authority'], ['untrust', 'local authority'], ['demo', '--log <format>']] as const) {
    assert.match(main.stdout, new RegExp(`^  ${name}\\b`, 'm'));
    for (const args of [[name, '--help'], ['help', name]]) {
      const { exit, stdout, stderr } = await runFront(args);
      assert.deepEqual([exit.code, stderr], [0, ''], args.join(' '));
      assert.match(stdout, new RegExp(`Usage: sallyport ${name}`));
      assert.ok(stdout.includes(says), stdout);
    }
  }
});

test('what cannot be understood says where to read what can be written', async () => {
  for (const [args, command] of [[['--htps', '1'], 'sallyport'], [['demo', '--port', '1'], 'sallyport demo'], [['trust', 'me'], 'sallyport trust'], [['--https'], 'sallyport']] as const) {
    const { exit, stdout, stderr } = await runFront(args);
    assert.deepEqual([exit.code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, /^sallyport: /);
    assert.match(stderr, new RegExp(`What can be written: ${command} --help\n$`));
  }
});

test('the demo takes doors and a log, and nothing that is about an app of one\'s own', async (t) => {
  const demo = startProgram(t, [...SALLYPORT, 'demo', '--https', '127.0.0.1:0', '--http', '127.0.0.1:0', '--log', 'combined'], { cwd: ROOT, env: frontEnv() });
  const [, http] = await demo.prints(/^Ready: .* and (http:\S+) -> http:\/\/127\.0\.0\.1:\d+ \(\w+ [\d.]+\)$/m);
  await fetchOnce(`${http}/`);
  await eventually('its line in the log', () => /^127\.0\.0\.1 - - \[.*\] "GET \/ HTTP\/1\.1" 307 /.test(demo.stdout()));
  assert.deepEqual(await demo.stop('SIGINT'), { code: 0, signal: null });
  const other = await runFront(['--domain', 'a.test', 'demo']);
  assert.equal(other.exit.code, 2);
  assert.match(other.stderr, /demo takes --https, --http and --log alone; --domain is for an app of your own/);
});

test('status 1 is for what this machine refuses, 2 for what was written', async (t) => {
  const dir = tempDir(t);
  writeFileSync(join(dir, 'file'), 'not a certificate');
  mkdirSync(join(dir, 'empty'));
  const cases: readonly (readonly [status: number, args: readonly string[], said: RegExp, env?: NodeJS.ProcessEnv])[] = [
    [1, ['8000', '--https', '127.0.0.1:0', '--http', 'off'], /local authority's folder .* cannot be looked at: ENOTDIR.*set SALLYPORT_DATA_DIR/, { SALLYPORT_DATA_DIR: join(dir, 'file/inside') }],
    [1, ['8000', '--https', '192.0.2.1:8443', '--http', 'off'], /192\.0\.2\.1:8443 is not an address of this machine/],
    [1, ['8000', ...PLAIN.slice(0, 2), '--http', `unix:${dir}/none/x.sock`, '--scheme', '/=either'], /The folder of .*x\.sock is missing/],
    [2, ['8000', '--cert', join(dir, 'file'), '--key', join(dir, 'file')], /no certificate in it/],
    [2, ['8000', '--cert', join(dir, 'absent'), '--key', join(dir, 'file')], /--cert: .*absent/],
    [2, ['run', '--config', join(dir, 'absent.json'), '--', 'true'], /--config: .*missing/],
  ];
  for (const [status, args, said, env] of cases) {
    const { exit, stdout, stderr } = await runFront(args, { cwd: join(dir, 'empty'), ...(env && { env }) });
    assert.equal(exit.code, status, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, said);
    assert.match(stderr, /^sallyport: /);
    assert.doesNotMatch(stderr, /^ +at .*:\d+:\d+/m, 'no stack');
    assert.equal(stdout, '');
  }
});

test('run says that a configuration with sites does not tell which of them the started app is for', async (t) => {
  const dir = tempDir(t);
  writeFileSync(join(dir, 'sites.json'), JSON.stringify({ sites: [{ hosts: ['a.test'], app: 8000 }] }));
  const { exit, stderr } = await runFront(['run', '--config', 'sites.json', '--', 'true'], { cwd: dir });
  assert.equal(exit.code, 2);
  assert.match(stderr, /sites: saw .*a\.test.*expected a configuration of one site, since sallyport run starts one app\./);
  assert.doesNotMatch(stderr, /APP/);
});
