import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import { makeAuthority, makeClient } from '../helpers/client-pki.ts';
import type { Pem } from '../helpers/client-pki.ts';
import { makeCertificate } from '../helpers/certificate.ts';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { scope, tempDir } from '../helpers/scope.ts';
import { parseAnswer } from '../helpers/talk.ts';
import { Handshake } from '../helpers/handshake.ts';

/*
 * One front with a site of each kind: what a person behind a certificate may do, and every way to get to it without one.
 * The app answers with the head that it got.
 */
const all = scope();
const dir = tempDir(all);
const HOSTS = ['staff.test', 'partner.test', 'either.test', 'open.test'];
let front: Front;
let ca: Pem;
let other: Pem;
let alice: Pem;

before(async () => {
  ca = makeAuthority(dir, 'staff-ca');
  other = makeAuthority(dir, 'partner-ca');
  alice = makeClient(dir, 'alice', ca);
  const { cert, key } = makeCertificate(dir, 'site', HOSTS);
  const app = await startRawApp(all, answering(({ head }) => reply(head)));
  const file = join(dir, 'sallyport.json');
  const site = (host: string, more: object = {}): object => ({ hosts: [host], app: app.address, ...more });
  writeFileSync(file, JSON.stringify({
    workers: 1, // on Bun each has ticket keys of its own, and sessions are resumed now and then only
    https: '127.0.0.1:0', http: '127.0.0.1:0', log: 'json', certificates: [{ cert, key }],
    sites: [
      site('staff.test', { clientCertificates: { ca: ca.cert }, tell: ['Client-Cert: {client-cert}', 'X-Client-DN: {client-cert-subject}', 'X-Client-Issuer: {client-cert-issuer}', 'X-SSL-Client-Verify: {client-verified}', 'X-SSL-Client-SHA256: {client-cert-fingerprint}', 'X-SSL-Client-Cert: {client-cert-pem}', 'X-SSL-Client-Serial: {client-cert-serial}'] }),
      site('partner.test', { clientCertificates: { ca: other.cert } }),
      site('either.test', { clientCertificates: { ca: ca.cert, optional: true }, tell: ['Client-Cert: {client-cert}', 'Client-Verified: {client-verified}'], health: '/up' }),
      site('open.test'),
    ],
  }));
  front = await startFront(all, ['--config', file]);
});

type Tls = Omit<ConnectionOptions, 'path'>;
const shake = (servername: string, more: Tls = {}): Promise<Handshake> => Handshake.make(all, front.httpsPort, { servername, ...more });
const showing = ({ cert, key }: Pem): Tls => ({ cert: readFileSync(cert), key: readFileSync(key) });

/** Status and body of one request on a connection of its own. */
const ask = async (host: string, options: Tls & { readonly sni?: string; readonly head?: string; readonly path?: string } = {}): Promise<{ status: number; body: string }> => {
  const { sni = host, head = '', path = '/', ...more } = options;
  const shook = await shake(sni, more);
  return parseAnswer(await shook.ask(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${head}\r\n`));
};
const value = (body: string, name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'mi').exec(body)?.[1]?.trim();
const refusal = (code: string): Promise<unknown> => front.event(code, (event) => event.event === 'refused' && event['code'] === code);

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) describe(version, () => {
  const only = { minVersion: version, maxVersion: version } as const;

  test('a certificate of the site\'s authority opens it, and the app is told whose it is', async () => {
    const { status, body } = await ask('staff.test', { ...only, ...showing(alice) });
    assert.equal(status, 200);
    const shown = new X509Certificate(readFileSync(alice.cert));
    assert.equal(value(body, 'Client-Cert'), `:${shown.raw.toString('base64')}:`);
    assert.equal(value(body, 'X-Client-DN'), 'CN=alice,O=Acme\\, \\C3\\84rzte');
    assert.equal(value(body, 'X-Client-Issuer'), 'CN=staff-ca');
    assert.equal(value(body, 'X-SSL-Client-Verify'), 'SUCCESS');
    assert.equal(value(body, 'X-SSL-Client-SHA256'), shown.fingerprint256.replaceAll(':', '').toLowerCase());
    assert.equal(value(body, 'X-SSL-Client-Serial'), shown.serialNumber);
    assert.equal(decodeURIComponent(value(body, 'X-SSL-Client-Cert')!), shown.toString());
  });

  test('without one the answer says what is missing and the connection ends; the log says who and where', async () => {
    const shook = await shake('staff.test', only);
    const { status, body, lines } = parseAnswer(await shook.ask('GET / HTTP/1.1\r\nHost: staff.test\r\nAccept: text/plain\r\n\r\n'));
    assert.equal(status, 403);
    assert.match(body, /asks for a client certificate, and none was sent/);
    assert.ok(lines.includes('Connection: close'));
    const event = await refusal('client-certificate-missing') as { message: string };
    assert.match(event.message, /^127\.0\.0\.1: .*Site: staff\.test; its authorities are in .*staff-ca\.crt/);
  });

  test('one that is not good is refused with its reason in the log, where certificates are optional too', async () => {
    const [bob, old, server] = [makeClient(dir, 'bob', other), makeClient(dir, 'old', ca, { expired: true }), makeClient(dir, 'server', ca, { usage: 'serverAuth' })];
    for (const host of ['staff.test', 'either.test']) {
      for (const [client, reason] of [[bob, /CN=bob.*authority is not one of this site/], [old, /CN=old.*expired/], [server, /CN=server.*not made for clients/]] as const) {
        const { status, body } = await ask(host, { ...only, ...showing(client) });
        assert.equal(status, 403, `${host} ${client.cert}`);
        assert.doesNotMatch(body, /Client-Cert:/);
        await front.event('the reason', (event) => event['code'] === 'client-certificate-bad' && reason.test(String(event['message'])) && String(event['message']).includes(host));
      }
    }
  });

  test('an optional one is told where it is there, and where not the app is told that', async () => {
    const without = await ask('either.test', only);
    assert.deepEqual([without.status, value(without.body, 'Client-Verified'), value(without.body, 'Client-Cert')], [200, 'NONE', undefined]);
    const withOne = await ask('either.test', { ...only, ...showing(alice) });
    assert.deepEqual([withOne.status, value(withOne.body, 'Client-Verified')], [200, 'SUCCESS']);
  });

  test('a Host of another site than the handshake was for is 421, with and without a certificate', async () => {
    for (const [sni, host] of [
      ['open.test', 'staff.test'], ['', 'staff.test'], ['nobody.test', 'staff.test'], ['partner.test', 'staff.test'], ['either.test', 'staff.test'],
      ['staff.test', 'open.test'], ['staff.test', 'either.test'], ['open.test', 'either.test'],
      ['open.test', 'STAFF.test'], ['open.test', 'staff.test.'], ['open.test', 'staff.test:443'],
    ] as const) {
      for (const more of [{}, showing(alice)]) {
        const { status, body } = await ask(host, { ...only, sni, ...more });
        assert.equal(status, 421, `${sni} → ${host}`);
        assert.doesNotMatch(body, /GET \//, 'the app did not hear of it');
      }
    }
    assert.equal((await ask('open.test', only)).status, 200);
    assert.equal((await ask('open.test', { ...only, sni: '' })).status, 200);
  });

  test('a session does not carry over: from a site without certificates, from one of another authority, from an optional one', async () => {
    for (const [from, client] of [['open.test', undefined], ['either.test', undefined], ['either.test', alice], ['staff.test', alice]] as const) {
      const first = await shake(from, { ...only, ...(client && showing(client)) });
      await first.ask(`GET / HTTP/1.1\r\nHost: ${from}\r\n\r\n`);
      const session = from === 'open.test' ? await first.session() : first.socket.getSession();
      first.socket.destroy();
      for (const to of ['staff.test', 'partner.test']) {
        const second = await shake(to, { ...only, ...(session && { session }) });
        assert.equal(second.socket.isSessionReused(), false, `${from} → ${to}`);
        assert.equal(parseAnswer(await second.ask(`GET / HTTP/1.1\r\nHost: ${to}\r\n\r\n`)).status, 403, `${from} → ${to}`);
      }
    }
    const kept = await shake('open.test', only);
    await kept.ask('GET / HTTP/1.1\r\nHost: open.test\r\n\r\n');
    const again = await shake('open.test', { ...only, session: await kept.session() });
    assert.equal(again.socket.isSessionReused(), true, 'where nobody is asked, sessions are resumed as before');
  });
});

test('a connection that was let in is judged anew for every request on it', async () => {
  const shook = await shake('staff.test', showing(alice));
  assert.equal(parseAnswer(await shook.ask('GET / HTTP/1.1\r\nHost: staff.test\r\n\r\n')).status, 200);
  assert.equal(parseAnswer(await shook.ask('GET http://staff.test/ HTTP/1.1\r\nHost: staff.test\r\n\r\n')).status, 200);
  assert.equal(parseAnswer(await shook.ask('GET / HTTP/1.1\r\nHost: partner.test\r\n\r\n')).status, 421);
  const open = await shake('open.test');
  assert.equal(parseAnswer(await open.ask('GET / HTTP/1.1\r\nHost: open.test\r\n\r\n')).status, 200);
  assert.equal(parseAnswer(await open.ask('GET http://staff.test/ HTTP/1.1\r\nHost: staff.test\r\n\r\n')).status, 421);
});

test('a name in capitals or with a dot at its end is the same site', async () => {
  for (const sni of ['STAFF.TEST', 'staff.test.']) {
    assert.equal((await ask('staff.test', { sni })).status, 403, sni);
    assert.equal((await ask('staff.test', { sni, ...showing(alice) })).status, 200, sni);
  }
});

test('a hello in many small pieces, and in several records, is heard', async () => {
  const shook = await Handshake.make(all, front.httpsPort, { servername: 'staff.test', ...showing(alice) }, 3);
  assert.equal(parseAnswer(await shook.ask('GET / HTTP/1.1\r\nHost: staff.test\r\n\r\n')).status, 200);
});

test('what a client says of its own certificate never reaches the app', async () => {
  const lies = ['Client-Cert: :forged:', 'client-cert-chain: :forged:', 'X-SSL-Client-Verify: forged', 'X_SSL_Client_Verify: forged', 'SSL-Client-Cert: forged', 'X-Client-DN: forged', 'Client-Verified: forged', 'Client_Verified: forged', 'X-Forwarded-Tls-Client-Cert: forged'].map((line) => `${line}\r\n`).join('');
  for (const host of ['open.test', 'either.test', 'staff.test']) {
    const { status, body } = await ask(host, { ...(host === 'staff.test' && showing(alice)), head: `${lies}Connection: client-cert, x-ssl-client-verify, client-verified\r\n` });
    assert.equal(status, 200);
    assert.doesNotMatch(body, /forged/, host);
  }
  assert.equal(value((await ask('either.test', { head: 'Connection: client-verified\r\n' })).body, 'Client-Verified'), 'NONE');
});

test('over plain HTTP a site with certificates is only a redirect, and a balancer\'s question is answered where they are optional', async () => {
  for (const host of ['staff.test', 'either.test']) {
    const got = await front.getHttp('/', { headers: { Host: host } });
    assert.ok([307, 308].includes(got.status), host);
  }
  const up = await front.getHttp('/up', { headers: { Host: '10.0.0.1' } });
  assert.deepEqual([up.status, value(up.text, 'Client-Verified')], [200, 'NONE']);
});
