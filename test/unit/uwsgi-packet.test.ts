import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../../src/core/errors.ts';
import { closedWithoutAnswer, uwsgiPacket } from '../../src/core/uwsgi/packet.ts';
import { decodeUwsgi } from '../helpers/cgi-decode.ts';

test('the bytes are those of the protocol: sizes little endian, modifiers 0', () => {
  const packet = uwsgiPacket(new Map([['A', 'bc'], ['DE', '']]));
  assert.ok(!(packet instanceof Fault));
  assert.equal(Buffer.from(packet).toString('hex'), `00${'0d00'}00${'0100'}41${'0200'}6263${'0200'}4445${'0000'}`);
});

test('a value above 255 bytes and bytes above 127 come back as they were', () => {
  const pairs: [string, string][] = [['LONG', '\xe9'.repeat(300)], ['NEXT', 'x']];
  const packet = uwsgiPacket(new Map(pairs));
  assert.ok(!(packet instanceof Fault));
  assert.deepEqual(decodeUwsgi(packet), pairs);
});

test('65,535 bytes are carried, 65,536 are refused (CVE-2020-11984: a size cut to 16 bits)', () => {
  const fitting = uwsgiPacket(new Map([['A', 'x'.repeat(65_535 - 5)]]));
  assert.ok(!(fitting instanceof Fault));
  assert.equal(decodeUwsgi(fitting)[0]![1].length, 65_530);
  for (const excess of [1, 4, 65_536, 200_000]) {
    const fault = uwsgiPacket(new Map([['A', 'x'.repeat(65_535 - 5 + excess)]]));
    assert.ok(fault instanceof Fault, String(excess));
    assert.deepEqual([fault.code, fault.status], ['variables-too-large', 431]);
  }
});

test('many small variables that are too large together are refused as well', () => {
  const fault = uwsgiPacket(new Map(Array.from({ length: 200 }, (_, i) => [`HTTP_X${i}`, 'x'.repeat(400)])));
  assert.ok(fault instanceof Fault);
  assert.match(fault.detail, /^\d+ bytes in 200 variables; uwsgi can carry 65535\.$/);
});

test('a server that closed without an answer: the advice names the option of uWSGI that was outgrown, and only then', () => {
  assert.equal(closedWithoutAnswer(new Map([['A', 'x'.repeat(4091)]])), undefined);
  assert.match(closedWithoutAnswer(new Map([['A', 'x'.repeat(4092)]]))!, /1 variables of 4097 bytes.*: buffer-size = 65535\.$/);
  const many = (count: number, value: string): Map<string, string> => new Map(Array.from({ length: count }, (_, i) => [`X${i}`, value]));
  assert.equal(closedWithoutAnswer(many(128, '')), undefined);
  assert.match(closedWithoutAnswer(many(129, ''))!, /: max-vars = 200\.$/);
  assert.match(closedWithoutAnswer(many(129, 'x'.repeat(50)))!, /: buffer-size = 65535, max-vars = 200\.$/);
});
