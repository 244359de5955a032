import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { LogFormat } from '../../src/config/settings/settings.ts';
import { createLog, type AccessEntry, type FrontEvent, type Log } from '../../src/front/log/index.ts';

const TIME = Date.UTC(2024, 4, 6, 7, 8, 9, 12);
const entry: AccessEntry = {
  time: TIME, client: '192.0.2.7', method: 'GET', scheme: 'https', host: 'localhost:8443', target: '/admin/?a=1', status: 200,
  bytesIn: 0, bytesOut: 3412, durationMs: 12.3456, requestId: 'k3v9-12', minor: 1, fault: undefined, userAgent: 'Mozilla/5.0', referer: undefined, upgraded: false,
};
const warning: FrontEvent = { event: 'app-refused', level: 'warn', message: 'The app refused the connection.', requestId: 'k3v9-12', port: 8000 };
// Everything a client could hope to do to a log: end the line, end the quotes, move the cursor, hide text, look like UTF-8.
const HOSTILE = 'a"b\\c\r\n{"event":"forged"}\x00\x1b[2J\x7f\x9b\u202e\xe9\xff';

class Sink {
  readonly writes: string[] = [];
  readonly isTTY: boolean;
  constructor(isTTY = false) { this.isTTY = isTTY; }
  write(text: string): void { this.writes.push(text); }
  get text(): string { return this.writes.join(''); }
}

function written(format: LogFormat, say: (log: Log) => void, isTTY = false): { out: string; aside: string } {
  const [out, aside] = [new Sink(isTTY), new Sink(isTTY)];
  const log = createLog(format, out, { aside });
  say(log);
  log.flush();
  return { out: out.text, aside: aside.text };
}
const accessLine = (format: LogFormat, more: Partial<AccessEntry> = {}): string => written(format, (log) => { log.access({ ...entry, ...more }); }).out;

test('json: one object a line, with what is known and nothing else', () => {
  const line = accessLine('json');
  assert.ok(line.endsWith('}\n') && line.indexOf('\n') === line.length - 1);
  assert.deepEqual(JSON.parse(line), {
    event: 'request', time: '2024-05-06T07:08:09.012Z', client: '192.0.2.7', scheme: 'https', host: 'localhost:8443', method: 'GET', target: '/admin/?a=1',
    status: 200, bytesIn: 0, bytesOut: 3412, durationMs: 12.346, requestId: 'k3v9-12', userAgent: 'Mozilla/5.0',
  });
  assert.deepEqual(Object.keys(JSON.parse(accessLine('json', { appMs: 3, fault: 'app-cut-answer', upgraded: true, referer: 'x' })) as object).slice(10),
    ['durationMs', 'appMs', 'requestId', 'fault', 'upgraded', 'userAgent', 'referer']);
});

test('json: whatever a client sends stays inside its string, in ASCII, and can be read back', () => {
  const line = accessLine('json', { method: HOSTILE, host: HOSTILE, target: HOSTILE, userAgent: HOSTILE, referer: HOSTILE, client: HOSTILE });
  assert.match(line, /^[\x20-\x7e]+\n$/);
  const read = JSON.parse(line) as Record<string, string>;
  for (const field of ['method', 'host', 'target', 'userAgent', 'referer', 'client']) assert.equal(read[field], HOSTILE, field);
});

test('json: an event has its code, time, level and message, then its fields', () => {
  const { out } = written('json', (log) => { log.event({ ...warning, message: 'über \x9b \n', path: '/é' }); });
  const read = JSON.parse(out) as Record<string, unknown>;
  assert.deepEqual(Object.keys(read), ['event', 'time', 'level', 'message', 'requestId', 'port', 'path']);
  assert.deepEqual([read['message'], read['path']], ['über \x9b \n', '/é']);
  assert.match(String(read['time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.doesNotMatch(out, /\x9b|\n./);
});

test('json: the ready line is exactly what programs wait for', () => {
  assert.equal(written('json', (log) => { log.ready({ https: 'https://localhost:8443', http: 'http://localhost:8080', app: 'http://127.0.0.1:8000' }); }).out,
    '{"event":"ready","https":"https://localhost:8443","http":"http://localhost:8080","app":"http://127.0.0.1:8000"}\n');
  assert.equal(written('json', (log) => { log.ready({ https: 'https://localhost:8443', http: undefined, app: 'x' }); }).out, '{"event":"ready","https":"https://localhost:8443","app":"x"}\n');
});

test('combined: the NCSA format', () => {
  assert.equal(accessLine('combined'), '192.0.2.7 - - [06/May/2024:07:08:09 +0000] "GET /admin/?a=1 HTTP/1.1" 200 3412 "-" "Mozilla/5.0"\n');
  assert.equal(accessLine('combined', { minor: 0, status: 0, bytesOut: 0, referer: 'https://a/', userAgent: undefined, time: TIME + 86_400_000 }),
    '192.0.2.7 - - [07/May/2024:07:08:09 +0000] "GET /admin/?a=1 HTTP/1.0" - - "https://a/" "-"\n');
});

test('combined: quotes, controls and bytes beyond ASCII are escaped as Apache does', () => {
  const line = accessLine('combined', { target: HOSTILE, userAgent: HOSTILE, referer: HOSTILE, client: 'a b"' });
  assert.match(line, /^[\x20-\x7e]+\n$/);
  assert.ok(line.includes('"a\\"b\\\\c\\x0d\\x0a{\\"event\\":\\"forged\\"}\\x00\\x1b[2J\\x7f\\x9b\\x202e\\xe9\\xff"'), line);
  assert.ok(line.startsWith('a\\x20b\\" - - ['));
  assert.equal(line.match(/(?<!\\)"/g)!.length, 6);
});

test('combined: readers of access lines get access lines only', () => {
  const { out, aside } = written('combined', (log) => { log.access(entry); log.event(warning); log.ready({ app: 'x' }); });
  assert.equal(out.split('\n').length, 2);
  assert.match(aside, /refused the connection/);
  assert.match(aside, /Ready:/);
});

test('pretty: a line for people', () => {
  assert.match(accessLine('pretty'), /^\d\d:\d\d:\d\d 200 GET {2}https:\/\/localhost:8443\/admin\/\?a=1 12 ms 3\.4 kB\n$/);
  assert.match(accessLine('pretty', { status: 502, fault: 'app-refused' }), /^\d\d:\d\d:\d\d 502 GET .* app-refused \[k3v9-12\]\n$/);
  assert.match(accessLine('pretty', { status: 101, upgraded: true }), / tunnel\n$/);
  assert.match(accessLine('pretty', { status: 0 }), / --- GET /);
});

test('pretty: durations and sizes in the unit that fits', () => {
  for (const [durationMs, text] of [[0, '0.0 ms'], [0.44, '0.4 ms'], [9.94, '9.9 ms'], [9.96, '10 ms'], [999.6, '1.0 s'], [59_949, '59.9 s'], [59_951, '1 min 0 s'], [125_000, '2 min 5 s']] as const) {
    assert.ok(accessLine('pretty', { durationMs }).includes(` ${text} 3.4 kB`), text);
  }
  for (const [bytesOut, text] of [[0, '0 B'], [999, '999 B'], [1000, '1.0 kB'], [9960, '10 kB'], [999_600, '1.0 MB'], [20_971_520, '21 MB'], [5e12, '5.0 TB']] as const) {
    assert.ok(accessLine('pretty', { bytesOut }).endsWith(` ${text}\n`), text);
  }
});

test('pretty: nothing a client sends ends the line or drives the terminal; our own words keep their letters', () => {
  const access = accessLine('pretty', { target: HOSTILE, host: HOSTILE, method: HOSTILE, requestId: HOSTILE, fault: HOSTILE });
  assert.match(access, /^[\x20-\x7e]+\n$/);
  const { out } = written('pretty', (log) => { log.event({ event: 'internal', level: 'error', message: `José 日本 ${HOSTILE}`, requestId: HOSTILE }); });
  assert.ok(out.includes('José 日本'));
  assert.doesNotMatch(out, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]|\n./);
});

test('pretty: colours on a terminal only, and not where NO_COLOR asks for none', () => {
  const say = (log: Log): void => { log.access(entry); log.event(warning); log.ready({ app: 'x' }); };
  const before = process.env['NO_COLOR'];
  try {
    delete process.env['NO_COLOR'];
    assert.match(written('pretty', say, true).out, /\x1b\[32m200\x1b\[0m/);
    assert.doesNotMatch(written('pretty', say, false).out, /\x1b/);
    process.env['NO_COLOR'] = '1';
    assert.doesNotMatch(written('pretty', say, true).out, /\x1b/);
  } finally {
    if (before === undefined) delete process.env['NO_COLOR'];
    else process.env['NO_COLOR'] = before;
  }
});

test('off: no access lines, no information; warnings, errors and the ready line all the same', () => {
  const { out, aside } = written('off', (log) => {
    log.access(entry);
    log.event({ event: 'tracing', level: 'info', message: 'information' });
    log.event(warning);
    log.event({ event: 'internal', level: 'error', message: 'an error' });
    log.ready({ https: 'https://a', app: 'x' });
  });
  assert.match(out, /^Ready: https:\/\/a -> x\n$/);
  assert.equal(aside.split('\n').length, 3);
  assert.match(aside, /refused the connection[^]*an error/);
});

test('lines of one turn are one write, in order; the next turn writes anew', async () => {
  const out = new Sink();
  const log = createLog('json', out);
  for (let i = 0; i < 100; i++) log.access({ ...entry, status: 200 + i });
  log.event(warning);
  assert.equal(out.writes.length, 0);
  await turn();
  assert.equal(out.writes.length, 1);
  const lines = out.text.trimEnd().split('\n').map((line) => JSON.parse(line) as { status?: number });
  assert.deepEqual(lines.map(({ status }) => status), [...Array.from({ length: 100 }, (_, i) => 200 + i), undefined]);
  log.access(entry);
  await turn();
  assert.equal(out.writes.length, 2);
  await turn();
  log.flush();
  assert.equal(out.writes.length, 2, 'nothing to write is no write');
});

test('a turn with very many lines does not gather them without end', () => {
  const out = new Sink();
  const log = createLog('json', out);
  for (let i = 0; i < 5000; i++) log.access(entry);
  assert.ok(out.writes.length > 5);
  assert.ok(Math.max(...out.writes.map((text) => text.length)) < 70_000);
  log.flush();
  assert.equal(out.text.split('\n').length, 5001);
});
