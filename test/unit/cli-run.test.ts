/** `sallyport run -- COMMAND`: the app is started, fronted, told signals once, and ended with. And how serving ends. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { get } from 'node:http';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { exposure, notListening } from '../../src/cli/run/advice.ts';
import { appEnvironment, fillIn } from '../../src/cli/run/command.ts';
import { run } from '../../src/cli/run.ts';
import { RunError, type Terminal } from '../../src/cli/terminal.ts';
import { linux } from '../helpers/processes.ts';
import { startProgram, type Program } from '../helpers/program.ts';
import { eventually, scope, tempDir, within, type Scope } from '../helpers/scope.ts';
import { collector } from '../helpers/collect.ts';

const dir = tempDir(scope());
const BIN = fileURLToPath(new URL('../../bin/sallyport.js', import.meta.url)); // the build: from its sources each start takes ten times as long

/** An app that says what it was told, in its own output; `mode` is the first argument. */
writeFileSync(join(dir, 'app.mjs'), `
  import { createServer } from 'node:http';
  const [mode, host = process.env.HOST, port = process.env.PORT] = process.argv.slice(2);
  if (mode === 'early') process.exit(5);
  if (mode === 'nothing') process.exit(0);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2', 'SIGWINCH']) process.on(signal, () => {
    console.log('APP got ' + signal);
    if (signal === 'SIGUSR2') process.exit(7);
    if ((signal === 'SIGTERM' || signal === 'SIGINT') && mode !== 'stubborn') process.exit(0);
  });
  const server = createServer((request, response) => {
    if (request.url === '/die') process.kill(process.pid, 'SIGKILL');
    if (request.url === '/slow') setTimeout(() => response.end('slow but whole'), 700);
    else response.end('hello');
  });
  if (mode === 'silent') setInterval(() => {}, 1000);
  else server.listen(Number(port), host, () => console.log('APP pid=' + process.pid + ' port=' + port + ' env=' + process.env.HOST + ':' + process.env.PORT));
  console.error('APP stderr');
`);

const env = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], HOME: dir, SALLYPORT_DATA_DIR: join(dir, 'data'), PORT: '1', HOST: 'elsewhere' });
const start = (t: Scope, ...args: string[]): Program =>
  startProgram(t, [process.execPath, BIN, ...args], { cwd: dir, env: env() });
/** Plain HTTP on purpose: no certificate is needed to see what this file is about. */
const DOORS = ['--https', 'off', '--http', '127.0.0.1:0', '--scheme', '/=either', '--log', 'json'];
const startRun = (t: Scope, mode: string, ...words: string[]): Program => start(t, 'run', ...DOORS, '--', process.execPath, join(dir, 'app.mjs'), mode, ...words);

const ready = async (program: Program): Promise<string> => {
  const [line] = await program.prints(/\{"event":"ready".*\}/);
  return (JSON.parse(line) as { http: string }).http;
};
const fetchText = (url: string): Promise<string> => new Promise((resolve, reject) => {
  get(url, { agent: false }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (more: string) => { text += more; }).on('end', () => resolve(text)).on('error', reject);
  }).on('error', reject);
});
const alive = (pid: number): boolean => { try { return process.kill(pid, 0); } catch { return false; } };

test('placeholders and environment', () => {
  const place = { host: '127.0.0.1', port: 4321 };
  assert.deepEqual(fillIn(['gunicorn', '--bind={host}:{port}', '{port}{port}', '{other}'], place), ['gunicorn', '--bind=127.0.0.1:4321', '43214321', '{other}']);
  assert.deepEqual(appEnvironment({ A: 'b', PORT: '1' }, place), { A: 'b', PORT: '4321', HOST: '127.0.0.1' });
});

test('it starts the app on a free loopback port, passes its output through, fronts it and says so', async (t) => {
  const program = startRun(t, 'serve', '{host}', '{port}');
  const [, port, told] = await program.prints(/APP pid=\d+ port=(\d+) env=(\S+)/);
  assert.equal(told, `127.0.0.1:${port}`);
  const http = await ready(program);
  assert.equal(await fetchText(`${http}/`), 'hello');
  assert.match(program.stdout(), new RegExp(`"event":"ready".*"app":"127\\.0\\.0\\.1:${port}"`));
  assert.match(program.stderr(), /APP stderr/);
  assert.doesNotMatch(program.stderr(), /warning/);
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
});

test('PORT and HOST in the environment are enough', async (t) => {
  const program = startRun(t, 'serve');
  assert.equal(await fetchText(`${await ready(program)}/`), 'hello');
});

test('an app that listens on ::1 only is found there', async (t) => {
  const program = startRun(t, 'serve', '::1');
  assert.equal(await fetchText(`${await ready(program)}/`), 'hello');
  assert.match(program.stdout(), /"app":"\[::1\]:\d+"/);
});

test('an app that listens on every address is warned about', { skip: linux }, async (t) => {
  for (const everywhere of ['0.0.0.0', '::']) {
    const program = startRun(t, 'serve', everywhere);
    await ready(program);
    assert.match(program.stdout(), /^\{"event":"app-exposed",.*"level":"warn","message":"The app listens on (0\.0\.0\.0|\[::\]):\d+.*forge/m);
    await program.stop();
  }
  const pretty = start(t, 'run', ...DOORS.slice(0, -1), 'pretty', '--', process.execPath, join(dir, 'app.mjs'), 'serve', '0.0.0.0');
  await pretty.prints(/^Ready: /m);
  assert.match(pretty.stderr(), /^sallyport: warning: the app listens on 0\.0\.0\.0:\d+.*forge/m);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} lets a running answer finish, then reaches the app once, and the status is 0`, async (t) => {
    const program = startRun(t, 'serve');
    const http = await ready(program);
    const answer = fetchText(`${http}/slow`);
    await new Promise((resolve) => { setTimeout(resolve, 200); });
    program.child.kill(signal);
    assert.equal(await answer, 'slow but whole');
    assert.deepEqual(await program.exited, { code: 0, signal: null });
    assert.equal(program.stdout().match(/APP got/g)?.length, 1);
    assert.match(program.stdout(), new RegExp(`APP got ${signal}`));
  });
}

test('signals that mean nothing to a front are the app\'s', async (t) => {
  const program = startRun(t, 'serve');
  await ready(program);
  for (const signal of ['SIGHUP', 'SIGWINCH'] as const) {
    program.child.kill(signal);
    await program.prints(new RegExp(`APP got ${signal}`));
  }
  assert.equal(program.child.exitCode, null);
});

test('it ends with the app: running has failed, and the message has the app\'s status', async (t) => {
  const program = startRun(t, 'serve');
  await ready(program);
  program.child.kill('SIGUSR2');
  assert.deepEqual(await program.exited, { code: 1, signal: null });
  assert.match(program.stderr(), /the app \(.*\) ended with status 7\./);
});

test('an app that a signal killed is a failure too, and the message names the signal', async (t) => {
  const program = startRun(t, 'serve');
  const http = await ready(program);
  await fetchText(`${http}/die`);
  assert.deepEqual(await program.exited, { code: 1, signal: null });
  assert.match(program.stderr(), /ended by SIGKILL/);
});

test('an app that ends before it serves is a failure, even with status 0', async (t) => {
  for (const mode of ['early', 'nothing'] as const) {
    const program = startRun(t, mode);
    assert.deepEqual(await program.exited, { code: 1, signal: null });
    assert.match(program.stderr(), /before it accepted a connection/);
  }
});

test('an app that does not end is killed when its time is over; a second signal does not wait', async (t) => {
  for (const [grace, signals] of [['1', 1], ['60', 2]] as const) {
    const program = start(t, 'run', ...DOORS, '--grace', grace, process.execPath, join(dir, 'app.mjs'), 'stubborn');
    await ready(program);
    const pid = Number((await program.prints(/APP pid=(\d+)/))[1]);
    program.child.kill('SIGTERM');
    await program.prints(/APP got SIGTERM/);
    if (signals === 2) program.child.kill('SIGTERM');
    assert.deepEqual(await program.exited, { code: signals === 2 ? 143 : 0, signal: null });
    await eventually('the app to be gone', () => !alive(pid));
  }
});

test('what a wrapper started does not outlive it', async (t) => {
  const program = start(t, 'run', ...DOORS, '--', 'sh', '-c', `"${process.execPath}" "${join(dir, 'app.mjs')}" serve; true`);
  await ready(program);
  const pid = Number((await program.prints(/APP pid=(\d+)/))[1]);
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
  await eventually('the app to be gone', () => !alive(pid));
});

test('a command that is not there, or may not be run, is a wrong call', async (t) => {
  writeFileSync(join(dir, 'plain.py'), 'print()');
  for (const [command, said] of [['no-such-command', /no command "no-such-command"/], [join(dir, 'plain.py'), /may not be run.*chmod \+x/]] as const) {
    const program = start(t, 'run', ...DOORS, '--', command);
    assert.deepEqual(await program.exited, { code: 2, signal: null });
    assert.match(program.stderr(), said);
  }
});

test('wrong flags are told before anything is started', async (t) => {
  const program = start(t, 'run', '--https', '70000', '--', process.execPath, join(dir, 'app.mjs'), 'serve');
  assert.deepEqual(await program.exited, { code: 2, signal: null });
  assert.match(program.stderr(), /--https: saw "70000"/);
  assert.doesNotMatch(program.stderr(), /APP/);
});

// The time was kept by AbortSignal.timeout inside AbortSignal.any, which only holds it weakly: once the collector had run,
// an app that never listened was waited for until the end of days.
test('waiting in vain names what the app does listen on', { skip: linux }, async (t) => {
  const elsewhere = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
  const terminal: Terminal = { out: () => {}, err: () => {}, interactive: false, cwd: dir, env: env() };
  const flags = { https: 'off', http: '127.0.0.1:0', scheme: ['/=either'], log: 'off' };
  const collect = collector();
  const collecting = setInterval(collect, 100);
  t.after(() => { clearInterval(collecting); });
  const waiting = run([process.execPath, join(dir, 'app.mjs'), 'serve', '127.0.0.1', String(elsewhere)], { flags, terminal, startSeconds: 2 });
  await assert.rejects(within(20_000, 'giving up', waiting), (error) => error instanceof RunError && error.status === 1
    && new RegExp(`does not accept connections on 127\\.0\\.0\\.1:\\d+ after 2 seconds: it listens on 127\\.0\\.0\\.1:${elsewhere} instead`).test(error.message));
});

test('advice is in the words of the server at hand', () => {
  const place = { host: '127.0.0.1', port: 5000 };
  const open = [{ address: '0.0.0.0', port: 5000, inode: '1', uid: 0 }];
  assert.match(exposure(open, ['/venv/bin/gunicorn', 'mysite.wsgi'], place) ?? '', /0\.0\.0\.0:5000.*gunicorn: --bind \{host\}:\{port\}/);
  assert.match(exposure(open, ['python3', 'site/manage.py', 'runserver'], place) ?? '', /manage\.py: runserver \{host\}:\{port\}/);
  assert.match(exposure(open, ['./serve'], place) ?? '', /HOST and PORT/);
  assert.equal(exposure([{ address: '127.0.0.1', port: 5000, inode: '1', uid: 0 }, { address: '0.0.0.0', port: 6000, inode: '2', uid: 0 }], ['x'], place), undefined);
  assert.match(notListening([], ['uvicorn', 'a:b'], { ...place, seconds: 60 }), /does not listen on any TCP port yet.*--host \{host\} --port \{port\}/);
});

test('serving stops in order at the first signal and at once at the second', async (t) => {
  for (const signals of [1, 2]) {
    // An app that takes a connection and never answers: the grace of a minute would be waited for.
    const silent = createServer().listen(0, '127.0.0.1');
    t.after(() => { silent.close(); });
    await new Promise((resolve) => { silent.once('listening', resolve); });
    const program = start(t, String((silent.address() as AddressInfo).port), ...DOORS, '--grace', signals === 1 ? '1' : '60');
    const http = await ready(program);
    const answer = fetchText(`${http}/`).catch(() => 'cut');
    await new Promise<void>((resolve) => { silent.once('connection', () => resolve()); });
    program.child.kill('SIGINT');
    if (signals === 2) {
      await new Promise((resolve) => { setTimeout(resolve, 300); });
      program.child.kill('SIGINT');
    }
    assert.deepEqual(await program.exited, { code: signals === 1 ? 0 : 130, signal: null });
    await answer;
  }
});

test('a door that is taken ends with status 1 and names the address and its holder', { skip: linux }, async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => { taken.close(); });
  await new Promise((resolve) => { taken.once('listening', resolve); });
  const { port } = taken.address() as AddressInfo;
  const program = start(t, '1', ...DOORS.filter((word) => word !== '127.0.0.1:0' && word !== '--http'), '--http', `127.0.0.1:${port}`);
  assert.deepEqual(await program.exited, { code: 1, signal: null });
  assert.match(program.stderr(), new RegExp(`127\\.0\\.0\\.1:${port} is taken by .* \\(pid ${process.pid}\\)`));
});

test('ready is one line: JSON in json, words otherwise, and never inside a combined log', async (t) => {
  for (const [format, stream, said] of [['json', 'stdout', /^\{"event":"ready","http":"http:\/\/\S+","app":"1","runtime":"(?:Node|Bun) [\d.]+"\}$/m], ['pretty', 'stdout', /^Ready: http:\/\/\S+ -> 1 \((?:Node|Bun) [\d.]+\)$/m], ['off', 'stdout', /^Ready: /m], ['combined', 'stderr', /^Ready: /m]] as const) {
    const program = start(t, '1', ...DOORS.slice(0, -1), format);
    await program.prints(/ready/i);
    await eventually('the line', () => said.test(program[stream]()));
    await program.stop();
  }
});
