import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClassifier } from '../../src/core/contract/classify.ts';
import { countStripped, keepRequestFields, keepTrailers } from '../../src/core/contract/keep.ts';
import { codedFields, requestOf } from '../helpers/request-of.ts';

const kept = (...lines: string[]): string[] => keepRequestFields(requestOf(lines)).split('\r\n').slice(0, -1);

test('what means nothing to the front passes byte for byte and in order', () => {
  const lines = ['Accept:  text/html ', 'cookie: a=1', 'COOKIE:b=2', 'X-Empty:', 'X-Bytes: \xe9\xff', 'Content-Type: text/plain', 'Via: 1.1 a'];
  assert.deepEqual(kept(...lines), lines);
});

test('runs of kept lines are joined around what is dropped: first, last, between, all, none', () => {
  assert.deepEqual(kept('Host: a', 'Accept: 1', 'Via: 2', 'X-Real-IP: 3', 'Cookie: 4', 'Connection: close'), ['Accept: 1', 'Via: 2', 'Cookie: 4']);
  assert.deepEqual(kept('Accept: 1', 'Host: a'), ['Accept: 1']);
  assert.deepEqual(kept('Host: a', 'X_A: 1'), []);
  assert.deepEqual(kept(), []);
});

test('framing, hop-by-hop names, the family and ambiguous names never pass', () => {
  const dropped = [
    'Host: a', 'Content-Length: 1', 'Transfer-Encoding: chunked', 'Connection: close', 'Upgrade: websocket', 'Expect: 100-continue', 'Keep-Alive: 1', 'Proxy-Connection: close', 'TE: trailers',
    'Trailer: X-A', 'Proxy-Authorization: x', 'HTTP2-Settings: x', 'X-Forwarded-For: 1', 'x-forwarded-proto: https', 'Forwarded: proto=https', 'Proxy: http://evil.example', 'X-Real-IP: 1', 'X_Forwarded_Proto: https', 'X.Forwarded.Proto: https', 'X_Anything: 1', 'Content_Length: 5',
  ];
  for (const line of dropped) assert.deepEqual(kept('Accept: 1', line, 'Cookie: 2'), ['Accept: 1', 'Cookie: 2'], line);
});

test('a nominated name is removed wherever it stands (RFC 9110 §7.6.1)', () => {
  assert.deepEqual(kept('X-Hop: 1', 'Connection: close, X-Hop', 'x-HOP: 2', 'X-Hop-Not: 3'), ['X-Hop-Not: 3']);
});

test('a nomination does not take away who asks, where from, or what the content is', () => {
  const essential = ['Authorization: x', 'Cookie: a=1', 'Content-Type: text/plain', 'Content-Encoding: gzip', 'Origin: https://evil.example', 'Referer: https://evil.example/', 'Sec-Fetch-Site: cross-site', 'Cache-Control: no-cache', 'Range: bytes=0-1', 'If-Match: "a"'];
  const names = essential.map((line) => line.split(':')[0]).join(', ');
  assert.deepEqual(kept(`Connection: ${names}`, ...essential), essential);
});

test('a nomination of a family name changes nothing: it goes either way', () => {
  assert.deepEqual(kept('Connection: X-Forwarded-Proto', 'X-Forwarded-Proto: https', 'Accept: 1'), ['Accept: 1']);
});

test('thousands of nominations cost no more than their reading', () => {
  const head = requestOf([`Connection: ${Array.from({ length: 20_000 }, (_, i) => `x${i}`).join(',')}`, ...Array.from({ length: 199 }, (_, i) => `Y${i}: 1`)]);
  const started = performance.now();
  for (let i = 0; i < 5; i++) assert.equal(keepRequestFields(head).split('\r\n').length, 200);
  assert.ok(performance.now() - started < 250);
});

test('a trailer passes unless it says what only a header may say', () => {
  const trailers = (...lines: string[]): string => keepTrailers(codedFields(lines));
  assert.equal(trailers('X-Checksum: 1', 'Server-Timing: a', 'Digest: b'), 'X-Checksum: 1\r\nServer-Timing: a\r\nDigest: b\r\n');
  const dropped = [
    'X-Forwarded-Proto: https', 'X_Forwarded_Proto: https', 'Forwarded: proto=https', 'X.Any: 1', 'Proxy: a', 'Host: a', 'Content-Length: 1', 'Transfer-Encoding: chunked', 'Connection: close', 'Trailer: a', 'TE: a',
    'Authorization: a', 'Cookie: a=1', 'Set-Cookie: a=1', 'Location: /', 'Content-Type: a', 'Content-Encoding: gzip', 'Content-Range: a', 'Cache-Control: a', 'Expect: a', 'Max-Forwards: 1', 'Range: a', 'If-None-Match: a', 'Age: 1', 'Vary: *', 'Date: a', 'Strict-Transport-Security: max-age=1', 'WWW-Authenticate: a',
  ];
  for (const line of dropped) assert.equal(trailers('X-A: 1', line, 'X-B: 2'), 'X-A: 1\r\nX-B: 2\r\n', line);
});

test('what was stripped can be counted', () => {
  const head = requestOf(['Host: a', 'X-Forwarded-Proto: https', 'Accept: 1', 'X_A: 1', 'X-Forwarded-Proto: http', 'Connection: close'], createClassifier());
  assert.equal(countStripped(head), 3);
  assert.equal(countStripped(requestOf(['Accept: 1'])), 0);
});
