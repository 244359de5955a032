/** What makes several processes one front, without starting any: who is told what, how often, and when. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { HandedCertificates } from '../../src/certs/handed.ts';
import { ToParent, ToWorker, type Carrier } from '../../src/cli/workers/channel.ts';
import { countWorkers, quota } from '../../src/cli/workers/count.ts';
import { wholeLines } from '../../src/cli/workers/lines.ts';
import { Pause } from '../../src/cli/workers/pause.ts';
import { Sealing, takeSealing } from '../../src/cli/workers/sealing.ts';
import { WholeLog } from '../../src/cli/workers/whole-log.ts';
import { Fellows, type News } from '../../src/front/fellows.ts';
import { createLog, type FrontEvent } from '../../src/front/log/index.ts';
import { Health } from '../../src/front/upstream/health.ts';
import { ticketKeys } from '../../src/transport/ticket-keys.ts';
import type { UpstreamSettings } from '../../src/config/settings/settings.ts';
import { eventually } from '../helpers/scope.ts';
import { onBun } from '../helpers/transport.ts';

test('auto is one process for each core where certificates are given, and one where a local authority signs', () => {
  const site = { https: { kind: 'auto' }, certificates: [{ cert: 'a', key: 'b' }] } as const;
  assert.equal(countWorkers({ ...site, workers: 'auto' }, () => 8), 8);
  assert.equal(countWorkers({ ...site, workers: 3 }, () => 8), 3);
  assert.equal(countWorkers({ ...site, certificates: [], workers: 'auto' }, () => 8), 1);
  assert.equal(countWorkers({ ...site, https: { kind: 'off' }, workers: 'auto' }, () => 8), 1);
  for (const [text, cores] of [['150000 100000\n', 1.5], ['max 100000\n', Infinity], ['', Infinity]] as const) assert.equal(quota(text), cores, text);
});

test('a worker is replaced at once, then after growing pauses, until one has lasted a minute', () => {
  const pause = new Pause();
  const after = Array.from({ length: 11 }, () => pause.after(10));
  assert.deepEqual(after, [0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  assert.equal(pause.after(60_000), 0);
  assert.equal(pause.after(10), 250);
});

test('a log gets whole lines, wherever the pieces are cut, and what a killed worker left ends in one', async () => {
  const text = 'one\ntwo two\n\nthree\nhalf';
  for (let size = 1; size <= text.length; size++) {
    const from = new PassThrough();
    const got: string[] = [];
    wholeLines(from, (lines) => { got.push(lines); });
    for (let at = 0; at < text.length; at += size) from.write(text.slice(at, at + size));
    from.end();
    await once(from, 'close');
    assert.equal(got.join(''), `${text}\n`);
    for (const piece of got) assert.ok(piece.endsWith('\n'), JSON.stringify(piece));
  }
});

const collect = (): { written: () => string[]; log: WholeLog } => {
  let text = '';
  const log = createLog('json', { write: (more: string) => { text += more; } });
  const events = (): string[] => { log.flush(); return text.split('\n').filter((line) => line !== '').map((line) => (JSON.parse(line) as { message: string }).message); };
  return { written: events, log: new WholeLog(log) };
};
const event = (message: string, more: object = {}): FrontEvent => ({ event: 'reloaded', level: 'info', message, ...more });

test('what each worker finds out by itself is logged once, again when it happens again, and each client\'s trouble every time', () => {
  const { written, log } = collect();
  const [a, b] = [log.join(), log.join()];
  a(event('closed')); b(event('closed'));
  b(event('open')); a(event('open'));
  b(event('closed')); a(event('closed'));
  log.join()(event('closed again')); // a new worker knows what was written
  assert.deepEqual(written(), ['closed', 'open', 'closed', 'closed again']);
  a(event('bad handshake', { client: '::1' })); b(event('bad handshake', { client: '::1' }));
  assert.equal(written().length, 6);
});

test('a server is said to be down once, whichever workers see it, and up again once', () => {
  const { written, log } = collect();
  const [a, b] = [log.join(), log.join()];
  const turn = (name: 'server-down' | 'server-up', message: string): FrontEvent => ({ ...event(message), event: name, app: 'x', server: 'y' });
  a(turn('server-down', 'down: refused')); b(turn('server-down', 'down: closed'));
  b(turn('server-up', 'up after 3 s')); a(turn('server-up', 'up after 4 s'));
  b(turn('server-down', 'down: refused'));
  assert.deepEqual(written(), ['down: refused', 'up after 3 s', 'down: refused']);
});

const settings = { fails: 1, pause: 60_000, check: { rise: 1, fall: 1, interval: 1000, timeout: 1000 } } as unknown as UpstreamSettings;

/** Two processes with the same servers, in the same order; what one tells, the other hears. */
const two = () => {
  const told: string[] = [];
  const sides: Fellows[] = [];
  for (const [me, other] of [[0, 1], [1, 0]] as const) sides[me] = new Fellows(me === 0, (news) => { sides[other]!.hear(JSON.parse(JSON.stringify(news)) as News); });
  const healths = sides.map((fellows, me) => ['one', 'two'].map((name) => {
    const health = new Health(settings, ({ up, reason }) => { told.push(`${me} ${name} ${up ? 'up' : `down: ${reason}`}`); });
    health.share = fellows.server(health);
    return health;
  }));
  return { told, sides, healths };
};

test('a server that one worker takes out is out for the others, and back for all; only the finder says so', () => {
  const { told, healths: [a, b] } = two();
  a![1]!.bad('refused', false);
  assert.deepEqual([a![0]!.up, a![1]!.up, b![0]!.up, b![1]!.up], [true, false, true, false]);
  assert.equal(b![1]!.due(true), false);
  a![1]!.beginTrial();
  a![1]!.good(true);
  assert.deepEqual([a![1]!.up, b![1]!.up], [true, true]);
  assert.deepEqual(told, ['0 two down: refused', '0 two up']);
});

test('one worker checks for all, and what it finds counts for each', () => {
  const { told, healths: [a, b] } = two();
  a![0]!.checked(false, '/ answers 500');
  assert.deepEqual([a![0]!.up, b![0]!.up], [false, false]);
  b![0]!.good(true); // a check's verdict is not a request's to take back
  assert.equal(b![0]!.up, false);
  a![0]!.checked(true, '');
  assert.deepEqual([a![0]!.up, b![0]!.up], [true, true]);
  assert.deepEqual(told, ['0 one down: / answers 500', '0 one up']);
});

test('what one worker has explained no other explains again', () => {
  const { sides: [a, b] } = two();
  const [first, second] = [a!.notes(), b!.notes()];
  const others = [a!.notes(), b!.notes()];
  first.add('redirect-loop');
  assert.ok(second.has('redirect-loop'));
  for (const notes of others) assert.equal(notes.size, 0);
});

test('a certificate that stays is the same pair after a replacement of another', () => {
  const pair = (name: string) => ({ names: [name], pair: { cert: `cert ${name}`, key: `key ${name}` } });
  const given = new HandedCertificates([pair('a.test'), pair('*.b.test')]);
  const before = given.pick('a.test');
  given.replace([pair('a.test'), { ...pair('*.b.test'), pair: { cert: 'new', key: 'new' } }]);
  assert.equal(given.pick('a.test'), before);
  assert.equal(given.pick('x.b.test').cert, 'new');
  assert.equal(given.pick('other.test'), before, 'the first, for whoever names none of them');
});

/** Two ends of a line that carries JSON. */
const line = () => {
  class End extends EventEmitter implements Carrier {
    connected = true;
    other: End | undefined;
    send(message: object): boolean { const text = JSON.stringify(message); queueMicrotask(() => { this.other!.emit('message', JSON.parse(text)); }); return true; }
    cut(): void { for (const end of [this, this.other!]) { end.connected = false; end.emit('disconnect'); } }
  }
  const [a, b] = [new End(), new End()];
  [a.other, b.other] = [b, a];
  return { cut: () => a.cut(), parent: new ToWorker(a), worker: new ToParent(b) };
};

test('parent and worker say and ask; who is asked and goes is a rejection, not a wait', async () => {
  const { parent, worker, cut } = line();
  worker.answer('snapshot', () => null);
  parent.answer('certificate', (name) => (name === 'a.test' ? { cert: 'c', key: 'k' } : null));
  const heard = new Promise((resolve) => { parent.hear('failed', resolve); });
  worker.say('failed', { message: 'no', status: 1 });
  assert.deepEqual(await heard, { message: 'no', status: 1 });
  assert.equal(await parent.ask('snapshot', null), null);
  assert.deepEqual(await Promise.all([worker.ask('certificate', 'a.test'), worker.ask('certificate', null)]), [{ cert: 'c', key: 'k' }, null]);
  parent.answer('certificate', () => new Promise(() => {}));
  const waiting = worker.ask('certificate', 'b.test');
  cut();
  await assert.rejects(waiting, /gone/);
  await assert.rejects(worker.ask('certificate', 'c.test'), /gone/);
});

test('the key of session tickets is the parent\'s, and made anew: those that run are told, those that start get the newest', { skip: onBun && 'Bun has no way to set the key' }, async () => {
  const { parent, worker } = line();
  const told: string[] = [];
  const sealing = new Sealing((key) => { told.push(key); parent.say('ticketKey', key); }, 1);
  try {
    const first = sealing.current;
    takeSealing(first, worker);
    assert.equal(ticketKeys().toString('base64'), first);
    await eventually('a second and a third key', () => told.length >= 2);
  } finally { sealing.close(); }
  assert.equal(sealing.current, told.at(-1));
  assert.equal(new Set(told).size, told.length, 'each is another');
  await eventually('the worker to seal with the newest', () => ticketKeys().toString('base64') === sealing.current);
});
