import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { streamFile, type FileStream, type OpenFile, type StreamOutcome } from '../../src/front/static/index.ts';

const base = mkdtempSync(join(tmpdir(), 'static-stream-'));
after(() => { rmSync(base, { recursive: true, force: true }); });
const BIG = Buffer.alloc(5_000_003, Buffer.from(Array.from({ length: 251 }, (_, i) => i)));
const path = join(base, 'big.bin');
writeFileSync(path, BIG);

const part = async (start: number, end: number): Promise<OpenFile> => ({ handle: await open(path), start, end });

/** A sink that takes `pieces` writes and then says "enough", as a slow client's connection does. */
function sink(takes: number): { outcome: Promise<StreamOutcome>; hash: () => string; writes: () => number; bytes: () => number; start: (file: OpenFile) => FileStream } {
  const hash = createHash('sha256');
  let writes = 0;
  let bytes = 0;
  let told!: (outcome: StreamOutcome) => void;
  const outcome = new Promise<StreamOutcome>((resolve) => { told = resolve; });
  return {
    outcome, hash: () => hash.copy().digest('hex'), writes: () => writes, bytes: () => bytes,
    start: (file) => streamFile(file, {
      write: (piece) => { assert.ok(piece.length <= 65_536); hash.update(piece); bytes += piece.length; return ++writes % takes !== 0; },
      done: (how) => { told(how); },
    }),
  };
}
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('every byte arrives, in pieces of at most 64 KiB, and the file is closed', async () => {
  const to = sink(Infinity);
  const file = await part(0, BIG.length);
  to.start(file);
  assert.equal(await to.outcome, 'sent');
  assert.equal(to.hash(), sha(BIG));
  await sleep(20);
  assert.equal(file.handle.fd, -1);
});

test('a part of a file is that part', async () => {
  const to = sink(Infinity);
  to.start(await part(70_001, 200_002));
  assert.equal(await to.outcome, 'sent');
  assert.equal(to.hash(), sha(BIG.subarray(70_001, 200_002)));
});

test('nothing is read for a client that does not take it; it goes on where it stopped', async () => {
  const to = sink(1);
  const stream = to.start(await part(0, BIG.length));
  await sleep(50);
  assert.equal(to.writes(), 1);
  const timer = setInterval(() => { stream.resume(); stream.resume(); }, 1);
  assert.equal(await to.outcome, 'sent');
  clearInterval(timer);
  assert.equal(to.hash(), sha(BIG), 'two resumes at once do not send a piece twice');
});

test('a file that became shorter is told, and never passes for whole', async () => {
  const short = join(base, 'short.bin');
  writeFileSync(short, BIG.subarray(0, 300_000));
  const to = sink(1);
  const stream = to.start({ handle: await open(short), start: 0, end: 300_000 });
  await sleep(30);
  truncateSync(short, 100_000);
  const timer = setInterval(() => { stream.resume(); }, 1);
  assert.equal(await to.outcome, 'short');
  clearInterval(timer);
  assert.equal(to.bytes(), 100_000);
});

test('a file that grew is sent to the length that was announced', async () => {
  const growing = join(base, 'growing.bin');
  writeFileSync(growing, BIG.subarray(0, 200_000));
  const to = sink(1);
  const stream = to.start({ handle: await open(growing), start: 0, end: 200_000 });
  writeFileSync(growing, BIG, { flag: 'a' });
  const timer = setInterval(() => { stream.resume(); }, 1);
  assert.equal(await to.outcome, 'sent');
  clearInterval(timer);
  assert.equal(to.bytes(), 200_000);
});

test('aborting stops at once, is told once, and leaks no descriptor', { skip: process.platform !== 'linux' && 'counts /proc/self/fd' }, async () => {
  const before = readdirSync('/proc/self/fd').length;
  for (let i = 0; i < 50; i++) {
    const to = sink(1);
    const stream = to.start(await part(0, BIG.length));
    if (i % 2 === 0) await sleep(1);
    stream.abort();
    stream.abort();
    stream.resume();
    assert.equal(await to.outcome, 'aborted');
  }
  await sleep(50);
  assert.ok(readdirSync('/proc/self/fd').length <= before + 1);
});

test('aborting from within a write writes nothing more', async () => {
  let writes = 0;
  const outcome = await new Promise<StreamOutcome>((resolve) => {
    void part(0, BIG.length).then((file) => {
      const stream = streamFile(file, { write: () => { writes++; stream.abort(); return true; }, done: resolve });
    });
  });
  await sleep(20);
  assert.deepEqual([outcome, writes], ['aborted', 1]);
});

test('a read that fails is told with its error', async () => {
  const file = await part(0, 10);
  await file.handle.close();
  const [outcome, error] = await new Promise<[StreamOutcome, NodeJS.ErrnoException | undefined]>((resolve) => {
    streamFile(file, { write: () => true, done: (how, why) => { resolve([how, why]); } });
  });
  assert.equal(outcome, 'failed');
  assert.equal(error?.code, 'EBADF');
});
