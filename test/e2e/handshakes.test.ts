import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { makeCertificate } from '../helpers/certificate.ts';
import { startFront } from '../helpers/front.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { program, requires } from '../helpers/real.ts';
import { runProgram } from '../helpers/program.ts';
import { tempDir } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';

const app = (t: Scope): ReturnType<typeof startRawApp> => startRawApp(t, answering(() => reply('hello')));

/** A client that looks at the certificate during the handshake and says by an alert that it does not know the authority. */
const distrust = (port: number, more: readonly string[] = []): Promise<unknown> =>
  runProgram([program('curl'), '-s', '--resolve', `localhost:${port}:127.0.0.1`, ...more, `https://localhost:${port}/`]);

const shake = (port: number, options: ConnectionOptions): Promise<void> => new Promise((resolve) => {
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', rejectUnauthorized: false, ...options });
  socket.on('error', () => undefined);
  socket.on('close', () => resolve());
  socket.on('secureConnect', () => socket.end());
});

// A person opened the site, saw ERR_CERT_AUTHORITY_INVALID, and found in the log nothing but OpenSSL's own line
// ("80DC…:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:…"), once for every try of the browser.
test('a client that does not know the local authority is told apart once, with what to do', requires('curl'), async (t) => {
  const front = await startFront(t, [(await app(t)).address]);
  for (const version of ['1.3', '1.2']) await distrust(front.httpsPort, version === '1.2' ? ['--tls-max', '1.2'] : []);
  const told = await front.event('the authority that is not trusted', (event) => event.event === 'authority-not-trusted');
  assert.equal(told['level'], 'warn');
  assert.match(String(told['message']), /sallyport trust/);
  await front.event('the second client', (event) => event.event === 'handshake-failed');
  assert.equal(front.events().filter((event) => event.event === 'authority-not-trusted').length, 1);
});

test('a real certificate that a client does not trust is no matter of the local authority', requires('curl', 'openssl'), async (t) => {
  const { cert, key } = makeCertificate(tempDir(t), 'site', ['localhost']);
  const front = await startFront(t, [(await app(t)).address, '--cert', cert, '--key', key]);
  await distrust(front.httpsPort);
  const told = await front.event('the failed handshake', (event) => event.event === 'handshake-failed');
  assert.doesNotMatch(String(told['message']), /sallyport trust/);
});

test('a failed handshake is told in words, without OpenSSL\'s places in its source', async (t) => {
  const front = await startFront(t, [(await app(t)).address]);
  await shake(front.httpsPort, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
  await front.event('the old version', (event) => /1\.2 and 1\.3/.test(String(event['message'])));
  await shake(front.httpsPort, { ALPNProtocols: ['h2'] });
  await front.event('the other protocol', (event) => /http\/1\.1/.test(String(event['message'])));
  await shake(front.httpsPort, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }); // our key is an EC one
  await front.event('the cipher', (event) => /cipher/.test(String(event['message'])));
  assert.doesNotMatch(front.stdout(), /SSL routines|\.c:/);
});

// Whoever typed http:// before the https port was answered well, but the log did not know that anybody had been there.
test('plain HTTP on the TLS port is in the log, with who and what came of it', async (t) => {
  const front = await startFront(t, [(await app(t)).address]);
  await front.get(`http://127.0.0.1:${front.httpsPort}/x`);
  const told = await front.event('the plain request', (event) => event['code'] === 'plain-on-tls-port');
  assert.equal(told['client'], '127.0.0.1');
  assert.equal(told['status'], 307);
});

// curl --http1.0 offers the protocol name http/1.0 and nothing else; its handshake was refused (curl's exit status 35).
test('an HTTP/1.0 client that names itself by ALPN is served', requires('curl'), async (t) => {
  const front = await startFront(t, [(await app(t)).address]);
  const { exit, stdout } = await runProgram([program('curl'), '-sk', '--http1.0', `https://127.0.0.1:${front.httpsPort}/`]);
  assert.equal(exit.code, 0);
  assert.equal(stdout, 'hello');
});
