import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readCgiAnswerHead } from '../../src/core/cgi/answer-head.ts';
import { CgiHeadCollector } from '../../src/core/cgi/head-collector.ts';
import { createClassifier } from '../../src/core/contract/classify.ts';
import { Fault } from '../../src/core/errors.ts';
import { readAnswerHead } from '../../src/core/http1/answer-head.ts';
import type { AnswerHead } from '../../src/core/http1/heads.ts';
import { Name } from '../../src/core/http1/names.ts';

const classify = createClassifier();
const read = (text: string, method = 'GET'): AnswerHead | Fault | undefined => {
  const bytes = Buffer.from(text, 'latin1');
  return readCgiAnswerHead(bytes, 0, bytes.length, { classify, method });
};
const head = (text: string, method?: string): AnswerHead => {
  const result = read(text, method);
  assert.ok(result !== undefined && !(result instanceof Fault), JSON.stringify(result));
  return result;
};
const refused = (text: string): string => {
  const result = read(text);
  assert.ok(result instanceof Fault, `accepted: ${JSON.stringify(text)}`);
  assert.equal(result.code, 'app-bad-answer');
  return result.detail;
};

suite('the status', () => {
  const cases: readonly [lines: string, status: number, reason: string][] = [
    ['Content-Type: text/html\r\n\r\n', 200, 'OK'],
    ['Status: 404 Not Found\r\nContent-Type: text/html\r\n\r\n', 404, 'Not Found'],
    ['Content-Type: text/html\r\nstatus:503\r\n\r\n', 503, ''],
    ['Location: https://shop.example/\r\n\r\n', 302, 'Found'],
    ['Location: /here\r\n\r\n', 302, 'Found'],
    ['Status: 301 Moved\r\nLocation: /here\r\n\r\n', 301, 'Moved'],
    ['Status: 201 Created\r\nLocation: /new\r\n\r\n', 201, 'Created'],
  ];
  for (const [lines, status, reason] of cases) {
    test(`${JSON.stringify(lines)} is ${status}`, () => {
      const { status: code, reason: words } = head(lines);
      assert.deepEqual([code, words], [status, reason]);
    });
  }

  test('the Status line is for the front alone; the lines around it stay as they were, by position as well', () => {
    const { fields } = head('X-A: 1\r\nStatus: 404 Not Found\r\nSet-Cookie: a=1\r\nLocation: /x\r\n\r\n');
    assert.deepEqual(fields.pairs(), [['X-A', '1'], ['Set-Cookie', 'a=1'], ['Location', '/x']]);
    assert.equal(fields.text, 'X-A: 1\r\nSet-Cookie: a=1\r\nLocation: /x\r\n\r\n');
    assert.deepEqual([fields.line(0), fields.line(2)], ['X-A: 1\r\n', 'Location: /x\r\n']);
    assert.deepEqual(fields.code, [Name.OTHER, Name.SET_COOKIE, Name.LOCATION]);
  });

  for (const value of ['', '20', '2000', '099', '100 Continue', '101 Switching Protocols', '600', '200OK', '200\tOK', '+200', 'OK', '200  '.trim() + '\u00a0']) {
    test(`Status ${JSON.stringify(value)} is refused`, () => { assert.match(refused(`Status: ${value}\r\n\r\n`), /Status is not/); });
  }

  test('two Status or two Location lines are refused: readers would differ on which counts', () => {
    refused('Status: 200 OK\r\nStatus: 500 No\r\n\r\n');
    refused('Location: /a\r\nLocation: /b\r\n\r\n');
  });
});

suite('lines', () => {
  test('may end in LF, if all do; the fields are the same', () => {
    const lines = 'Status: 404 Gone missing\nX-A: 1\nX-B:2\n\nbody';
    const answer = head(lines);
    assert.equal(answer.size, lines.length - 4);
    assert.equal(answer.fields.text, 'X-A: 1\r\nX-B:2\r\n\r\n');
    assert.deepEqual(answer.fields.pairs(), head(lines.replaceAll('\n', '\r\n')).fields.pairs());
  });

  const wrong: readonly [what: string, text: string][] = [
    ['an LF among CRLFs: a value with a line of its own', 'Content-Type: text/html\r\nX-A: 1\nSet-Cookie: evil=1\r\n\r\n'],
    ['a CRLF among LFs', 'Content-Type: text/html\nX-A: 1\r\nSet-Cookie: evil=1\n\n'],
    ['a bare CR', 'X-A: 1\rSet-Cookie: evil=1\r\n\r\n'], ['a bare CR among LFs', 'X-A: 1\nX-B: 1\rSet-Cookie: evil=1\n\n'],
    ['CR CR LF', 'X-A: 1\r\r\nX: 1\r\n\r\n'],
    ['a NUL', 'X-A: 1\0\r\n\r\n'], ['an escape', 'X-A: \x1b[2J\r\n\r\n'], ['DEL', 'X-A: \x7f\r\n\r\n'],
    ['a fold', 'X-A: 1\r\n 2\r\n\r\n'], ['a fold with LF', 'X-A: 1\n\t2\n\n'],
    ['a space before the colon', 'X-A : 1\r\n\r\n'], ['an empty name', ': 1\r\n\r\n'], ['a name with a space', 'X A: 1\r\n\r\n'], ['no colon', 'X-A\r\n\r\n'], ['a letter beyond ASCII', 'X-\xe9: 1\r\n\r\n'],
    ['nothing before the empty line', '\r\n'], ['nothing before the empty line, with LF', '\nbody'],
    ['a second head in the reason', 'Status: 200 OK\rX: 1\r\n\r\n'],
    ['text instead of a head', '<br />\n<b>Warning</b>: Undefined variable\n'],
  ];
  for (const [what, text] of wrong) test(`refused: ${what}`, () => { refused(text); });

  test('an HTTP status line is refused with the setting that makes PHP write one', () => {
    assert.match(refused('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n'), /cgi\.rfc2616_headers/);
  });

  test('a head is refused at the size and number that HTTP/1 refuses', () => {
    const line = `X: ${'x'.repeat(997)}\r\n`;
    assert.match(refused(line.repeat(66)), /65536 bytes/);
    assert.equal(read(line.repeat(60)), undefined);
    assert.match(refused('X: 1\n'.repeat(401) + '\n'), /400 field lines/);
    assert.equal(head('X: 1\n'.repeat(400) + '\n').fields.count, 400);
  });
});

suite('the content', () => {
  test('has the announced length, or ends with the request', () => {
    const { framing, length } = head('Content-Length: 5\r\n\r\n');
    assert.deepEqual([framing, length], ['length', 5]);
    const open = head('Content-Type: a\r\n\r\n');
    assert.deepEqual([open.framing, open.length, open.keepAlive], ['close', 0, true]);
  });

  test('is none after HEAD, 204 and 304, with what was announced told for HEAD and 304', () => {
    const told = (text: string, method?: string): [string, number] => { const { framing, length } = head(text, method); return [framing, length]; };
    assert.deepEqual(told('Content-Length: 5\r\n\r\n', 'HEAD'), ['none', 5]);
    assert.deepEqual(told('Content-Type: a\r\n\r\n', 'HEAD'), ['none', -1]);
    assert.deepEqual(told('Status: 304\r\nContent-Length: 5\r\n\r\n'), ['none', 5]);
    assert.deepEqual(told('Status: 204\r\nContent-Length: 5\r\n\r\n'), ['none', 0]);
  });

  for (const lines of ['Content-Length: 5, 5', 'Content-Length: +5', 'Content-Length: ', 'Content-Length: 5\r\nContent-Length: 5', 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity', 'Connection: @']) {
    test(`${JSON.stringify(lines)} is refused`, () => { refused(`${lines}\r\n\r\n`); });
  }

  test('Connection: close, which scripts send for the client, says nothing of the FastCGI connection', () => {
    const answer = head('Connection: close, X-Hop\r\nX-Hop: 1\r\n\r\n');
    assert.deepEqual([answer.keepAlive, answer.nominated], [true, ['x-hop']]);
  });
});

test('the value is the same that HTTP/1 gives for the same answer', () => {
  const lines = 'Content-Type: text/html\r\nSet-Cookie:  a=1 \r\nLocation: /x\r\nContent-Length: 3\r\n\r\n';
  const bytes = Buffer.from(`HTTP/1.1 404 Not Found\r\n${lines}`);
  const http = readAnswerHead(bytes, 0, bytes.length, { classify, method: 'GET' });
  assert.ok(http !== undefined && !(http instanceof Fault));
  const cgi = head(`Status: 404 Not Found\r\n${lines}`);
  assert.deepEqual(cgi.fields.pairs(), http.fields.pairs());
  assert.deepEqual(cgi.fields.code, http.fields.code);
  assert.deepEqual({ ...cgi, fields: 0, size: 0 }, { ...http, fields: 0, size: 0 });
});

test('pieces: a head is looked at when its end is in, and its bytes about twice in all', () => {
  for (const text of ['A: 1\r\nB: 2\r\n\r\n', 'A: 1\nB: 2\n\n', '\n', '\r\n']) {
    const collector = new CgiHeadCollector();
    const looks = [...text].map((letter) => collector.add(Buffer.from(letter)));
    assert.equal(Buffer.from(looks.at(-1)!).toString(), text);
  }
  const collector = new CgiHeadCollector();
  let looked = 0;
  for (let i = 0; i < 60_000; i++) looked += collector.add(Buffer.from('x'))?.length ?? 0;
  assert.ok(looked < 3 * 60_000, String(looked));
});
