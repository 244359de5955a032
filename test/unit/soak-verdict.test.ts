/** A soak is worth what its verdicts are: each thing that must not happen is told, and what a fault excuses is not. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AnswerReader } from '../soak/answer-reader.ts';
import type { Outcome } from '../soak/line.ts';
import { makeOrder, readTarget, targetOf, type Order } from '../soak/order.ts';
import { Tally } from '../soak/tally.ts';
import { Random } from '../helpers/random.ts';

const read = (bytes: string, closed = false, body = 'hello'): AnswerReader[] => [bytes.length, 1].map((step) => {
  const reader = new AnswerReader({ body: Buffer.from(body), head: false });
  for (let at = 0; at < bytes.length; at += step) reader.take(Buffer.from(bytes.slice(at, at + step), 'latin1'));
  if (closed) reader.closed();
  return reader;
});

describe('an answer, read whole and byte by byte', () => {
  const cases: readonly (readonly [string, string, boolean, Partial<Pick<AnswerReader, 'read' | 'done'>>])[] = [
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', false, { done: true, read: 'right' }],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n', false, { done: true, read: 'right' }],
    ['after an interim one', 'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', false, { done: true, read: 'right' }],
    ['to the end of the connection', 'HTTP/1.1 200 OK\r\n\r\nhello', true, { done: true, read: 'right' }],
    ['cut', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel', true, { done: false }],
    ['cut in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n', true, { done: false }],
    ['short, and ended as if it were whole', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n0\r\n\r\n', false, { done: true, read: 'short' }],
    ['with a wrong byte', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelLo', false, { done: true, read: 'wrong' }],
    ['with a byte too many', 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello!', false, { done: true, read: 'wrong' }],
    ['framed twice', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n', false, { read: 'wrong' }],
    ['of another status', 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno', false, { done: true, read: 'other' }],
  ];
  for (const [name, bytes, closed, expected] of cases) {
    test(name, () => {
      for (const reader of read(bytes, closed)) for (const [key, value] of Object.entries(expected)) assert.equal(reader[key as 'read' | 'done'], value, `${key}: ${reader.trouble}`);
    });
  }

  test('what follows it is the next one\'s', () => {
    const reader = new AnswerReader({ body: Buffer.from('a'), head: false });
    assert.equal(reader.take(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1')).toString(), 'HTTP/1.1');
  });
});

describe('what became of a request', () => {
  const verdict = (outcome: Partial<Outcome>, order: Partial<Order> = {}, restarted = false): { failed: number; requests: Record<string, number> } => {
    const tally = new Tally({ apps: { excuse: () => restarted }, front: { mayHave: (mark) => mark === 3 } });
    tally.judge({ ...makeOrder(new Random(1), 1, { to: 'tcp', method: 'GET', shape: 'length' }), ...order }, { is: 'right', status: 200, detail: '', mark: 3, born: 0, began: 0, ended: 1, behind: false, ...outcome });
    return tally;
  };

  const bad: readonly (readonly [string, Partial<Outcome>, Partial<Order>, boolean])[] = [
    ['a wrong byte', { is: 'wrong' }, {}, false],
    ['a wrong byte, whatever happened to the app', { is: 'wrong' }, { cut: 'body' }, true],
    ['an answer by a configuration that counts no more', { mark: 2 }, {}, false],
    ['no answer', { is: 'nothing', status: 0, mark: undefined }, {}, false],
    ['a cut one', { is: 'cut' }, {}, false],
    ['502 from an app that is there', { is: 'refused', status: 502 }, {}, false],
    ['400 while the app was restarted', { is: 'refused', status: 400 }, {}, true],
    ['a whole answer of an app that broke off', { is: 'right' }, { cut: 'head' }, false],
    ['a cut answer that was ended as if it were whole', { is: 'short' }, { cut: 'body' }, false],
    ['nothing at all where the app broke off before its answer began', { is: 'nothing', status: 0, mark: undefined }, { cut: 'silent' }, false],
  ];
  for (const [name, outcome, order, restarted] of bad) test(`${name} fails`, () => { assert.equal(verdict(outcome, order, restarted).failed, 1); });

  const good: readonly (readonly [string, Partial<Outcome>, Partial<Order>, boolean])[] = [
    ['the right answer', {}, {}, false],
    ['502 while the app was restarted', { is: 'refused', status: 502 }, {}, true],
    ['a cut answer of an app that broke off', { is: 'cut' }, { cut: 'chunk' }, false],
    ['a short answer that the app ended by closing', { is: 'short' }, { shape: 'close' }, true],
    ['none, where the client went away', { is: 'left', status: 0, mark: undefined }, {}, false],
  ];
  for (const [name, outcome, order, restarted] of good) test(`${name} does not`, () => { assert.equal(verdict(outcome, order, restarted).failed, 0); });
});

test('a connection of a worker that was killed ends behind what the worker had written, however late that is read', () => {
  // With megabytes on their way the end came seconds after the kill, in the place of the next request's answer, and was called a lost one.
  const at = performance.now();
  const judged = (born: number): number => {
    const tally = new Tally({ apps: { excuse: () => false }, front: { mayHave: () => true } });
    tally.frontHit();
    tally.judge(makeOrder(new Random(1), 1, { to: 'tcp', cut: 'no' }), { is: 'nothing', status: 0, detail: '', mark: undefined, born, began: at + 4000, ended: at + 4200, behind: false });
    return tally.failed;
  };
  assert.equal(judged(at - 1000), 0);
  assert.equal(judged(at + 3000), 1, 'one that came later is not excused');
});

test('the app reads from a target what was asked for', () => {
  const order = makeOrder(new Random(7), 12, { to: 'pair' });
  const { n, sends, gets, shape, cut } = order;
  assert.deepEqual(readTarget(targetOf(order)), { n, sends, gets, shape, cut });
});
