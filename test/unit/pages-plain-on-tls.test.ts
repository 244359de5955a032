import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainOnTls } from '../../src/front/pages/index.ts';

const answer = (request: string, port = 443): { status: string; lines: string[]; body: string } => {
  const text = plainOnTls(Buffer.from(request, 'latin1'), port);
  const end = text.indexOf('\r\n\r\n');
  const [status = '', ...lines] = text.slice(0, end).split('\r\n');
  const body = text.slice(end + 4);
  if (!request.startsWith('HEAD')) assert.equal(lines.find((line) => line.startsWith('Content-Length: ')), `Content-Length: ${Buffer.byteLength(body, 'latin1')}`);
  assert.ok(lines.includes('Connection: close'));
  assert.ok(lines.includes('Cache-Control: no-store'));
  return { status, lines, body };
};
const location = (lines: readonly string[]): string | undefined => lines.find((line) => line.startsWith('Location: '))?.slice(10);

test('a readable request is redirected to the same resource over https, on the public port', () => {
  const { status, lines, body } = answer('GET /admin/?a=1&b=%20 HTTP/1.1\r\nHost: Example.com:8080\r\n\r\n', 8443);
  assert.equal(status, 'HTTP/1.1 307 Temporary Redirect');
  assert.equal(location(lines), 'https://Example.com:8443/admin/?a=1&b=%20');
  assert.ok(body.includes('<a href="https://Example.com:8443/admin/?a=1&amp;b=%20">'));
  assert.equal(location(answer('GET / HTTP/1.0\r\nHost: example.com\r\n\r\n').lines), 'https://example.com/');
  assert.equal(location(answer('POST /x HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 3\r\n\r\nabc').lines), 'https://[::1]/x');
});

test('HEAD gets no body', () => {
  const { status, body } = answer('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.deepEqual([status, body], ['HTTP/1.1 307 Temporary Redirect', '']);
});

test('what cannot be read for certain gets a 400 that says what to do', () => {
  for (const request of [
    '', 'GET', 'GET / HTTP/1.1\r\n', 'GET / HTTP/1.1\r\nHost: a', 'GET / HTTP/1.1\r\nHost: a\r\n', 'GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n',
    'GET /\r\nX: HTTP/1.1\r\nHost: a\r\n\r\n', 'GET / HTTP/1.1\nHost: a\n\n', 'SSH-2.0-OpenSSH_9.2\r\n', '\x16\x03\x01', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n',
  ]) {
    const { status, lines, body } = answer(request);
    assert.equal(status, 'HTTP/1.1 400 Bad Request', JSON.stringify(request));
    assert.equal(location(lines), undefined);
    assert.match(body, /This port speaks HTTPS/);
  }
});

test('a host or target with markup in it stays text', () => {
  const { lines, body } = answer('GET /"><script>alert(1)</script> HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.doesNotMatch(body, /<script/);
  for (const line of lines) assert.doesNotMatch(line, /[\r\n]/);
});
