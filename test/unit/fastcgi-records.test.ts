import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createClassifier } from '../../src/core/contract/classify.ts';
import { Fault } from '../../src/core/errors.ts';
import { FastCgiAnswerReader } from '../../src/core/fastcgi/answer-reader.ts';
import { STDIN_END, requestRecords, stdinRecords } from '../../src/core/fastcgi/records.ts';
import { decodeFastCgi, ended, record, stderr, stdout } from '../helpers/cgi-decode.ts';

const written = (variables: ReadonlyMap<string, string>, keep = false): Buffer => {
  const bytes = requestRecords(variables, keep);
  assert.ok(!(bytes instanceof Fault));
  return Buffer.from(bytes);
};
const stdin = (content: Uint8Array): Buffer => {
  const pieces: Uint8Array[] = [];
  stdinRecords(content, { bytes: (bytes) => pieces.push(bytes), text: (text) => pieces.push(Buffer.from(text, 'latin1')) });
  return Buffer.concat(pieces);
};

suite('a request', () => {
  test('is, byte for byte, what the specification has', () => {
    assert.equal(written(new Map([['A', 'bc']]), true).toString('hex'),
      '0101000100080000' + '0001010000000000' + // BEGIN_REQUEST, responder, keep
      '0104000100050300' + '0102416263' + '000000' + // PARAMS
      '0104000100000000'); // its end
  });

  test('asks for the connection to be kept only when it is to be', () => {
    assert.equal(decodeFastCgi(written(new Map())).flags, 0);
    assert.equal(decodeFastCgi(written(new Map(), true)).flags, 1);
  });

  test('has lengths of one byte up to 127 and of four from 128 on', () => {
    const pairs = [127, 128, 255, 256, 60_000].map((length, i): [string, string] => [`N${'x'.repeat(i * 50)}`, '\xe9'.repeat(length)]);
    assert.deepEqual(decodeFastCgi(written(new Map(pairs))).params, pairs);
  });

  test('has variables of 65,528 bytes in one record, and is refused above: a record\'s length never wraps', () => {
    const fitting = decodeFastCgi(written(new Map([['A', 'x'.repeat(65_528 - 6)]])));
    assert.equal(fitting.params[0]![1].length, 65_522);
    for (const excess of [1, 8, 65_528, 300_000]) {
      const fault = requestRecords(new Map([['A', 'x'.repeat(65_528 - 6 + excess)]]), false);
      assert.ok(fault instanceof Fault);
      assert.deepEqual([fault.code, fault.status], ['variables-too-large', 431]);
    }
  });

  for (const length of [0, 1, 7, 8, 9, 65_527, 65_528, 65_529, 65_536, 200_001]) {
    test(`carries a body of ${length} bytes whole, in records of multiples of 8`, () => {
      const body = Buffer.alloc(length, 'abc');
      const request = decodeFastCgi(Buffer.concat([written(new Map()), stdin(body), Buffer.from(STDIN_END, 'latin1')]));
      assert.equal(request.stdin, body.toString());
      assert.equal(request.whole, true);
    });
  }

  test('an empty piece of a body does not end it', () => {
    assert.equal(decodeFastCgi(Buffer.concat([written(new Map()), stdin(new Uint8Array(0)), stdin(Buffer.from('x'))])).whole, false);
  });
});

interface Read { readonly head: string; readonly content: string; readonly stderr: string; readonly fault: Fault | undefined; readonly done: boolean; readonly left: number; readonly reader: FastCgiAnswerReader }

/** Reads an answer in pieces of `size` bytes; `closes`: then the connection ends. */
function read(bytes: Buffer, { method = 'GET', size = bytes.length, closes = false } = {}): Read {
  const seen = { head: '', content: '', stderr: '' };
  const reader = new FastCgiAnswerReader({ classify: createClassifier(), method }, {
    head: (head) => { seen.head += `${head.status} ${head.fields.text}`; },
    content: (piece) => { assert.ok(piece.length > 0); seen.content += Buffer.from(piece).toString('latin1'); },
    stderr: (piece) => { assert.ok(piece.length > 0); seen.stderr += Buffer.from(piece).toString('latin1'); },
  });
  let at = 0;
  while (at < bytes.length && !reader.done && reader.fault === undefined) at = reader.read(bytes, at, Math.min(bytes.length, at + size));
  if (closes) reader.end();
  return { ...seen, fault: reader.fault, done: reader.done, left: bytes.length - at, reader };
}

const HEAD = 'Content-Type: text/html\r\n\r\n';

suite('an answer', () => {
  test('is its head, its content and what the program complained about, wherever records and pieces are cut', () => {
    const bytes = Buffer.concat([stderr('PHP Warning'), stdout('Status: 404\r\nCont'), stderr(': x'), stdout('ent-Type: a\r\n\r\nhel', 5), stdout('lo', 255), record(6), record(7), ended(0, 3)]);
    for (let size = 1; size <= bytes.length; size++) {
      const { head, content, stderr: complaint, done, fault, reader } = read(bytes, { size });
      assert.deepEqual([head, content, complaint, done, fault, reader.appStatus], ['404 Content-Type: a\r\n\r\n', 'hello', 'PHP Warning: x', true, undefined, 3], String(size));
    }
  });

  test('ends with END_REQUEST, and what follows is left', () => {
    assert.equal(read(Buffer.concat([stdout(HEAD), ended(), stdout('more')])).left, stdout('more').length);
  });

  test('to HEAD, and with 204 or 304, has no content even if the program wrote some', () => {
    assert.deepEqual([read(Buffer.concat([stdout(`${HEAD}x`), ended()]), { method: 'HEAD' }).content, read(Buffer.concat([stdout('Status: 304\n\nx'), ended()])).content], ['', '']);
    assert.equal(read(Buffer.concat([stdout('Status: 204\n\n'), stdout('x'), ended()])).done, true);
  });

  test('of the announced length is whole', () => {
    const { content, done } = read(Buffer.concat([stdout('Content-Length: 5\r\n\r\nhe'), stdout('llo'), ended()]));
    assert.deepEqual([content, done], ['hello', true]);
  });
});

suite('an answer that is not whole is a fault, never a clean end', () => {
  const cases: readonly [what: string, bytes: Buffer[], code: string, content?: string][] = [
    ['nothing', [], 'app-closed'],
    ['half a record header', [stdout(HEAD).subarray(0, 5)], 'app-closed'],
    ['half a head', [stdout('Content-Type: te')], 'app-closed'],
    ['half a head, and END_REQUEST', [stdout('Content-Type: te'), ended()], 'app-bad-answer'],
    ['only END_REQUEST', [ended()], 'app-bad-answer'],
    ['only a complaint', [stderr('segfault'), ended()], 'app-bad-answer'],
    ['no END_REQUEST', [stdout(`${HEAD}hello`)], 'app-cut-answer', 'hello'],
    ['no END_REQUEST, though STDOUT was ended', [stdout(`${HEAD}hello`), record(6)], 'app-cut-answer', 'hello'],
    ['no END_REQUEST, though the length was reached', [stdout('Content-Length: 5\n\nhello')], 'app-cut-answer', 'hello'],
    ['half of END_REQUEST', [stdout(`${HEAD}hello`), ended().subarray(0, 15)], 'app-cut-answer', 'hello'],
    ['a record cut in its content', [stdout(HEAD), stdout('hello').subarray(0, 10)], 'app-cut-answer', 'he'],
    ['less than the length', [stdout('Content-Length: 6\n\nhello'), ended()], 'app-cut-answer', 'hello'],
    ['more than the length', [stdout('Content-Length: 5\n\nhello'), stdout('!'), ended()], 'app-bad-answer', 'hello'],
    ['more than the length at once', [stdout('Content-Length: 4\n\nhello'), ended()], 'app-bad-answer', 'hell'],
  ];
  for (const [what, parts, code, content = ''] of cases) {
    test(what, () => {
      for (const size of [1, 3, 1000]) {
        const result = read(Buffer.concat(parts), { size, closes: true });
        assert.deepEqual([result.fault?.code, result.done, result.content], [code, false, content]);
      }
    });
  }
});

suite('records that cannot be of this answer are refused', () => {
  const cases: readonly [what: string, bytes: Buffer, detail: RegExp][] = [
    ['another version', record(6, HEAD, { version: 2 }), /version 2/],
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /version 72.*FastCGI server/],
    ['another request\'s', record(6, HEAD, { id: 2 }), /request 2/],
    ['request 0, for the management that was not asked for', record(10, '', { id: 0 }), /type 10/],
    ['UNKNOWN_TYPE', record(11, '\0'.repeat(8), { id: 0 }), /type 11/],
    ['STDIN, sent back', record(5, 'x'), /type 5/],
    ['type 0', record(0), /type 0/],
    ['an END_REQUEST of another size', record(3, '\0'.repeat(9)), /END_REQUEST of 9 bytes/],
    ['an empty END_REQUEST', record(3), /END_REQUEST of 0 bytes/],
    ['STDOUT after its end', Buffer.concat([stdout(HEAD), record(6), stdout('x')]), /STDOUT after its end/],
    ['STDERR after its end', Buffer.concat([record(7), stderr('x')]), /STDERR after its end/],
    ['overloaded', ended(2), /overloaded/], ['cannot multiplex', ended(1), /one request per connection/], ['no responder', ended(3), /responder/], ['a status of no meaning', ended(9), /protocol status 9/],
  ];
  for (const [what, bytes, detail] of cases) {
    test(what, () => {
      for (const size of [1, 1000]) {
        const { fault, done } = read(bytes, { size });
        assert.deepEqual([fault?.code, done], ['app-bad-answer', false]);
        assert.match(fault!.detail, detail);
      }
    });
  }

  test('and nothing of a faulty head or after it reaches the client', () => {
    const { head, content } = read(Buffer.concat([stdout('X: 1\nA: \0\n\nbody'), stdout('more'), ended()]));
    assert.deepEqual([head, content], ['', '']);
  });
});
