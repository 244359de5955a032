import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { makeCertificate } from '../helpers/certificate.ts';
import { authority, dataDir, runFront, startFront } from '../helpers/front.ts';
import { program, requires } from '../helpers/real.ts';
import { runProgram } from '../helpers/program.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { eventually, tempDir } from '../helpers/scope.ts';

const OK = answering(() => reply('ok'));

const handshake = async (port: number, options: ConnectionOptions = {}): Promise<{ socket: TLSSocket; fingerprint: string }> => {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  return { socket, fingerprint: new X509Certificate(raw).fingerprint256 };
};

test('the local authority signs for localhost, its subdomains, loopback and the given domains', async (t) => {
  const app = await startRawApp(t, OK);
  const front = await startFront(t, [app.address, '--domain', 'localhost', '--domain', 'app.localhost', '--domain', 'shop.test', '--domain', '127.0.0.1']);
  const ca = authority();
  for (const servername of ['localhost', 'app.localhost', 'shop.test']) await handshake(front.httpsPort, { servername, ca, rejectUnauthorized: true });
  // No server name: a client that typed an address.
  const byAddress = connect({ host: '127.0.0.1', port: front.httpsPort, ca });
  await once(byAddress, 'secureConnect');
  byAddress.destroy();
});

test('the authority is made once, and its key is readable by its user alone', async (t) => {
  const app = await startRawApp(t, OK);
  const first = await startFront(t, [app.address]);
  const before = authority();
  await first.stop();
  const second = await startFront(t, [app.address]);
  assert.equal(authority(), before);
  assert.equal((await second.get('/')).text, 'ok');
  const keys = readdirSync(dataDir(), { recursive: true, encoding: 'utf8' }).map((name) => join(dataDir(), name)).filter((name) => /key/i.test(name) && statSync(name).isFile());
  assert.ok(keys.length > 0, 'the key is under the data directory');
  for (const key of keys) assert.equal(statSync(key).mode & 0o077, 0, key);
});

test('curl with the authority trusts the front, and without it does not', requires('curl'), async (t) => {
  const app = await startRawApp(t, OK);
  const front = await startFront(t, [app.address]);
  const dir = tempDir(t);
  writeFileSync(join(dir, 'ca.pem'), authority());
  const trusted = await runProgram([program('curl'), '-sS', '--cacert', join(dir, 'ca.pem'), `${front.https}/`]);
  assert.equal(trusted.stdout, 'ok', trusted.stderr);
  const not = await runProgram([program('curl'), '-sS', `${front.https}/`]);
  assert.equal(not.exit.code, 60);
});

test('TLS 1.2 and 1.3 are spoken, older ones are not, and ALPN settles on http/1.1', requires('openssl'), async (t) => {
  const app = await startRawApp(t, OK);
  const front = await startFront(t, [app.address]);
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = connect({ host: '127.0.0.1', port: front.httpsPort, servername: 'localhost', ca: authority(), minVersion: version, maxVersion: version, ALPNProtocols: ['h2', 'http/1.1'] });
    await once(socket, 'secureConnect');
    assert.equal(socket.getProtocol(), version);
    assert.equal(socket.alpnProtocol, 'http/1.1');
    socket.destroy();
  }
  const { stdout, stderr, exit } = await runProgram([program('openssl'), 's_client', '-connect', `127.0.0.1:${front.httpsPort}`, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0']);
  assert.notEqual(exit.code, 0, stdout + stderr);
});

test('several certificates are picked by server name', requires('openssl'), async (t) => {
  const app = await startRawApp(t, OK);
  const dir = tempDir(t);
  const one = makeCertificate(dir, 'one', ['one.example']);
  const two = makeCertificate(dir, 'two', ['two.example', '*.two.example']);
  const front = await startFront(t, [app.address, '--cert', one.cert, '--key', one.key, '--cert', two.cert, '--key', two.key]);
  assert.equal((await handshake(front.httpsPort, { servername: 'one.example' })).fingerprint, one.fingerprint);
  assert.equal((await handshake(front.httpsPort, { servername: 'two.example' })).fingerprint, two.fingerprint);
  assert.equal((await handshake(front.httpsPort, { servername: 'WWW.two.example' })).fingerprint, two.fingerprint);
});

test('a certificate is replaced without a restart; while its files are gone the old one is served, and it is said', requires('openssl'), async (t) => {
  const app = await startRawApp(t, OK);
  const dir = tempDir(t);
  const old = makeCertificate(dir, 'site', ['site.example']);
  const front = await startFront(t, [app.address, '--cert', old.cert, '--key', old.key]);
  assert.equal((await handshake(front.httpsPort, { servername: 'site.example' })).fingerprint, old.fingerprint);
  const kept = await front.talk('https', { servername: 'site.example' });

  // A renewal that removes before it writes, or a volume that is unmounted.
  rmSync(old.cert);
  rmSync(old.key);
  assert.match(String((await front.event('the missing file', ({ event }) => event === 'certificate-broken', 30_000))['message']), /cannot be used, so the old ones are served still.*does not exist/);
  assert.equal((await handshake(front.httpsPort, { servername: 'site.example' })).fingerprint, old.fingerprint);
  assert.equal((await handshake(front.httpsPort, { servername: 'site.example' })).fingerprint, old.fingerprint);

  const renewed = makeCertificate(dir, 'site', ['site.example']);
  await eventually('the new certificate', async () => (await handshake(front.httpsPort, { servername: 'site.example' })).fingerprint === renewed.fingerprint, 10_000);
  kept.say('GET / HTTP/1.1\r\nHost: site.example\r\n\r\n');
  await kept.until('\r\n\r\nok'); // a connection from before goes on
  kept.drop();
});

test('a missing or mismatched certificate is said before anything listens', requires('openssl'), async (t) => {
  const dir = tempDir(t);
  const one = makeCertificate(dir, 'one', ['one.example']);
  const two = makeCertificate(dir, 'two', ['two.example']);
  const missing = await runFront(['8000', '--https', '127.0.0.1:0', '--http', 'off', '--cert', join(dir, 'none.crt'), '--key', one.key]);
  assert.ok(missing.exit.code === 1 || missing.exit.code === 2);
  assert.match(missing.stderr + missing.stdout, /none\.crt/);
  const mismatch = await runFront(['8000', '--https', '127.0.0.1:0', '--http', 'off', '--cert', one.cert, '--key', two.key]);
  assert.ok(mismatch.exit.code === 1 || mismatch.exit.code === 2);
  assert.match(mismatch.stderr + mismatch.stdout, /two\.key|one\.crt/);
});
