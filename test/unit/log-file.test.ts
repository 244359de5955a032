import assert from 'node:assert/strict';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { DescriptorLines } from '../../src/front/log/descriptor.ts';
import { createLog, LogFile, LogFileError, type AccessEntry, type FrontEvent } from '../../src/front/log/index.ts';

const place = (t: TestContext): string => {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-log-'));
  t.after(() => { rmSync(dir, { recursive: true, force: true }); });
  return join(dir, 'access.log');
};
const told = (): { events: FrontEvent[]; tell: (event: FrontEvent) => void } => {
  const events: FrontEvent[] = [];
  return { events, tell: (event) => { events.push(event); } };
};
const WAIT = 30_000;
const entry: AccessEntry = { time: 0, client: '192.0.2.7', method: 'GET', scheme: 'https', host: 'a', target: '/', status: 200, bytesIn: 0, bytesOut: 1, durationMs: 1, requestId: 'x' };

test('a file gets the access lines, standard output the events', async (t) => {
  const path = place(t);
  const { tell } = told();
  const file = new LogFile(path, tell);
  let out = '';
  const log = createLog('json', { write: (text: string) => { out += text; } }, { file });
  log.access(entry);
  log.event({ event: 'control-off', level: 'warn', message: 'm' });
  log.flush();
  await file.drained(WAIT);
  assert.deepEqual(readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => (JSON.parse(line) as { event: string }).event), ['request']);
  assert.equal((JSON.parse(out) as { event: string }).event, 'control-off');
  assert.equal(statSync(path).mode & 0o007, 0, 'it is no stranger\'s to read');
});

test('a file that was moved away is written until it is opened anew, and no line is lost or torn', async (t) => {
  const path = place(t);
  const file = new LogFile(path, told().tell);
  for (let i = 0; i < 300; i++) {
    file.add(`${String(i).padStart(400, '.')}\n`);
    if (i === 100) renameSync(path, `${path}.1`);
    if (i === 200) await file.reopen();
  }
  await file.drained(WAIT);
  const [old, fresh] = [`${path}.1`, path].map((name) => readFileSync(name, 'utf8'));
  assert.ok(old!.length > 0 && fresh!.length > 0);
  assert.deepEqual((old! + fresh!).trimEnd().split('\n').map((line) => Number(line.replaceAll('.', ''))), Array.from({ length: 300 }, (_, i) => i));
});

test('a file that cannot be opened is refused at the start; where it cannot be opened anew the old one stays', async (t) => {
  const path = place(t);
  assert.throws(() => new LogFile(join(path, 'no', 'x'), told().tell), (error) => error instanceof LogFileError && error.message.includes(path));
  const file = new LogFile(path, told().tell);
  const dir = join(path, '..');
  renameSync(dir, `${dir}.away`);
  t.after(() => { rmSync(`${dir}.away`, { recursive: true, force: true }); });
  await assert.rejects(file.reopen(), LogFileError);
  file.add('still\n');
  await file.drained(WAIT);
  assert.equal(readFileSync(join(`${dir}.away`, 'access.log'), 'utf8'), 'still\n');
});

// A full disk under a log has taken down more than one server: here it costs lines, which are counted.
test('a disk that is full is told once, and once when it is over, with the number of lines lost', { skip: existsSync('/dev/full') ? false : 'needs /dev/full' }, async (t) => {
  const { events, tell } = told();
  const lines = new DescriptorLines(openSync('/dev/full', 'w'), { name: 'it', tell });
  lines.add('one\ntwo\n');
  await lines.drained(WAIT);
  lines.add('three\n');
  await lines.drained(WAIT);
  assert.deepEqual(events.map(({ event, level, code }) => [event, level, code]), [['log-failed', 'error', 'ENOSPC']]);
  const path = place(t);
  lines.replace(openSync(path, 'a'));
  lines.add('four\n');
  await lines.drained(WAIT);
  assert.equal(readFileSync(path, 'utf8'), 'four\n');
  assert.deepEqual(events.slice(1).map(({ event, lost }) => [event, lost]), [['log-back', 3]]);
});

test('a descriptor that takes nothing holds nobody up at the end', async () => {
  const { events, tell } = told();
  const fd = openSync('/dev/null', 'r'); // EBADF
  const lines = new DescriptorLines(fd, { name: 'it', tell });
  lines.add('one\n');
  lines.flush();
  await lines.drained(WAIT);
  assert.equal(events.length, 1);
  closeSync(fd);
});
