// Each answer of the corpus through the whole front, whole and byte by byte: what the client gets of it, whether it can tell where it was cut, and whether the app's connection is used again.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Llhttp } from '../../fuzz/differential/llhttp.ts';
import { Stage } from '../../fuzz/differential/stage.ts';
import { ANSWERS, type AnswerCase, type Gives } from './answers.ts';

const stage = new Stage({});
type Client = ReturnType<Stage['client']>;
const NEXT = 'GET /next HTTP/1.1\r\nHost: a.example\r\n\r\n';

function play(one: AnswerCase, step: number, about: string): void {
  stage.begin();
  const client = stage.client();
  try {
    look(client, one, { step, about });
  } finally {
    stage.end(client);
  }
}

function look(client: Client, [, , says, gives, { asks = 'GET / HTTP/1.1', end } = {}]: AnswerCase, { step, about }: { readonly step: number; readonly about: string }): void {
  const [method = ''] = asks.split(' ');
  client.say(`${asks}\r\nHost: a.example\r\n\r\n`);
  stage.settle();
  const { wire } = stage.apps[0]!;
  for (let at = 0; at < says.length && wire.gone === undefined; at += step) wire.say(says.slice(at, at + step));
  if (end === 'fin') wire.fin();
  if (end !== undefined && wire.gone === undefined) wire.break();
  stage.settle();
  const parser = new Llhttp('answers', [method]);
  parser.read(Buffer.from(client.text, 'latin1'));
  const over = client.ended || client.gone !== undefined;
  if (over && client.gone !== 'reset') parser.end();
  parser.done();
  assert.deepEqual(stage.defects, [], about);
  assert.equal(parser.error, undefined, `${about}: another parser refuses ${JSON.stringify(client.text)}`);
  const interim = parser.seen.filter(({ status }) => status < 200).map(({ status, fields }) => [status, ...pairs(fields)].join(' '));
  assert.deepEqual(interim, gives.got?.interim ?? [], about);
  const final = parser.seen.find(({ status }) => status >= 200)!;
  assert.equal(parser.seen.length, interim.length + 1, `${about}: one final answer`);
  if (gives.failed !== undefined) {
    assert.equal(final.status, Number(gives.failed.slice(0, 3)), about);
    assert.equal(final.whole, true, about);
    if (method !== 'HEAD') assert.match(final.body, new RegExp(`\nCode: ${gives.failed.slice(4)}\n`), about);
  } else {
    const head = client.text.slice(client.text.lastIndexOf(`HTTP/1.1 ${final.status}`)).split('\r\n')[0];
    const got = gives.got!;
    assert.deepEqual([head, final.body, final.trailers], [got.head, got.body, got.trailers ?? []], about);
    assert.deepEqual(pairs(final.fields).filter((line) => !/^(?:Date|Connection|X-Request-Id): /.test(line)), got.lines, about);
    assert.equal(final.whole, gives.client !== 'cut', about);
  }
  assert.equal(over, gives.client !== 'open', `${about}: the client's connection`);
  again({ gives, client, about });
}

/** Whose connection does the next request get? Nothing of this answer may be taken for that one's. */
function again({ gives, client, about }: { readonly gives: Gives; readonly client: Client; readonly about: string }): void {
  const other = gives.client === 'open' ? client : stage.client();
  const before = other.text.length;
  other.say(NEXT);
  stage.settle();
  assert.equal(stage.apps.length, gives.app === 'kept' ? 1 : 2, `${about}: the app's connection`);
  stage.apps.at(-1)!.wire.say('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext');
  assert.match(other.text.slice(before), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nnext$/, about);
  if (other !== client) other.break();
}

const pairs = (flat: readonly string[]): string[] => Array.from({ length: flat.length / 2 }, (_, i) => `${flat[2 * i]!}: ${flat[2 * i + 1]!}`);

for (const [part, cases] of ANSWERS) {
  suite(`what an answer gives: ${part}`, () => {
    for (const one of cases) {
      test(one[0], () => {
        for (const step of one[2].length > 2000 ? [one[2].length, 499] : [Math.max(1, one[2].length), 1]) play(one, step, `${one[1]}, ${step} bytes at a time`);
      });
    }
  });
}

const cases = ANSWERS.flatMap(([, some]) => some);

test(`the corpus has ${cases.length} answers (at least 80 of them faulty), each with its reason`, () => {
  assert.ok(cases.filter(([, , , gives]) => gives.failed !== undefined || gives.client === 'cut').length >= 80);
  for (const [what, because] of cases) assert.notEqual(because, '', what);
});
