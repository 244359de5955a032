import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClientCertificate, ClientPolicy, ShownCertificate } from '../../src/core/contract/certificate.ts';
import { clientPolicies } from '../../src/front/exchange/client-check.ts';
import type { SiteSettings } from '../../src/config/settings/settings.ts';
import type { TlsFacts } from '../../src/transport/wire.ts';
import { appRoute, MemoryFront, settings, siteSettings, upstream } from '../helpers/memory-front.ts';
import { parseAnswer } from '../helpers/talk.ts';

const must: ClientPolicy = { ca: 'a', optional: false };
const may: ClientPolicy = { ca: 'a', optional: true };
const policies: Record<string, ClientPolicy> = { must, may };
const site = (host: string, asks?: 'must' | 'may', more: Partial<SiteSettings> = {}): SiteSettings =>
  siteSettings({ hosts: host === '' ? [] : [host], ...(asks && { clientCertificates: { ca: asks, optional: asks === 'may' } }), ...more });
const policyOf = ({ clientCertificates }: SiteSettings): ClientPolicy | undefined => clientCertificates && policies[clientCertificates.ca];

const certificate: ClientCertificate = { subject: 'CN=alice', issuer: 'CN=ca', serial: '0A', fingerprint: 'ab', notBefore: 'Nov 21 00:00:00 2026 GMT', notAfter: 'Nov 22 00:00:00 2026 GMT', der: 'QUJD' };
const good: ShownCertificate = { kind: 'good', certificate };

describe('the policy of a handshake', () => {
  test('no site asks: none, and no name is looked at', () => {
    assert.equal(clientPolicies([site('a.test'), site('')], policyOf), undefined);
  });

  test('by name; capitals and a dot at the end do not matter', () => {
    const pick = clientPolicies([site('a.test', 'must'), site('*.b.test', 'may'), site('c.test')], policyOf)!;
    assert.deepEqual(['a.test', 'a.test.', 'x.b.test', 'b.test', 'c.test'].map(pick), [must, must, may, undefined, undefined]);
  });

  test('an unknown name and none: the site for every host, or what all sites share, or none', () => {
    const of = (...sites: SiteSettings[]): (ClientPolicy | undefined)[] => [undefined, 'strange.test'].map(clientPolicies(sites, policyOf)!);
    assert.deepEqual(of(site('a.test'), site('', 'must')), [must, must]);
    assert.deepEqual(of(site('a.test', 'must'), site('')), [undefined, undefined]);
    assert.deepEqual(of(site('a.test', 'must')), [must, must]);
    assert.deepEqual(of(site('a.test', 'must'), site('b.test', 'must')), [must, must]);
    assert.deepEqual(of(site('a.test', 'must'), site('b.test', 'may')), [undefined, undefined]);
  });
});

/** The status, and what the app got. */
function ask(front: MemoryFront, tls: TlsFacts | false, head: string): { status: number; told: string | undefined } {
  const before = front.transport.made.length;
  const wire = front.client({ tls });
  wire.say(`${head}\r\n\r\n`);
  if (front.transport.made.length === before) return { status: parseAnswer(wire.text).status, told: undefined };
  return { status: 200, told: front.app().text };
}
const facts = (policy?: ClientPolicy, shown?: ShownCertificate): TlsFacts => ({ serverName: 'x', alpn: undefined, version: 'TLSv1.3', ...(policy && { policy }), ...(shown && { shown }) });
const front = (...sites: SiteSettings[]): MemoryFront => new MemoryFront(settings({ sites }), { clients: { policy: ({ ca }) => policies[ca] } });

describe('a request', () => {
  const tell = [{ name: 'Client-Cert', value: '{client-cert}' }, { name: 'X-Verified', value: 'is {client-verified}' }];

  test('is let in by the very policy of its site alone', () => {
    const all = front(site('must.test', 'must', { tell }), site('may.test', 'may', { tell }), site('open.test'));
    const status = (host: string, tls: TlsFacts): number => ask(all, tls, `GET / HTTP/1.1\r\nHost: ${host}`).status;
    const hosts = ['must.test', 'may.test', 'open.test', 'MUST.test.', 'must.test:8443'];
    assert.deepEqual(hosts.map((host) => status(host, facts(must, good))), [200, 421, 421, 200, 200]);
    assert.deepEqual(hosts.map((host) => status(host, facts(may, good))), [421, 200, 421, 421, 421]);
    assert.deepEqual(hosts.map((host) => status(host, facts())), [421, 421, 200, 421, 421]);
    assert.deepEqual(hosts.map((host) => status(host, facts({ ...must }, good))), [421, 421, 421, 421, 421], 'an equal policy is not the same');
  });

  test('a handshake whose outcome is not known counts as one without a certificate', () => {
    assert.equal(ask(front(site('', 'must')), facts(must), 'GET / HTTP/1.1\r\nHost: a').status, 403);
  });

  test('tells the app what was shown, and nothing where nothing was', () => {
    const all = front(site('must.test', 'must', { tell }), site('may.test', 'may', { tell }));
    const told = (host: string, tls: TlsFacts | false): string => ask(all, tls, `GET / HTTP/1.1\r\nHost: ${host}\r\nClient-Cert: :no:\r\nX-Verified: no`).told ?? '';
    assert.match(told('must.test', facts(must, good)), /\r\nClient-Cert: :QUJD:\r\nX-Verified: is SUCCESS\r\n/);
    assert.match(told('may.test', facts(may, { kind: 'none' })), /\r\nX-Verified: is NONE\r\n/);
    assert.doesNotMatch(told('may.test', facts(may, { kind: 'none' })), /Client-Cert| no/);
  });

  test('is told as variables to uwsgi', () => {
    const app = upstream({ protocol: 'uwsgi' });
    const all = front(site('', 'may', { routes: [appRoute({ app })] }));
    const told = ask(all, facts(may, good), 'GET / HTTP/1.1\r\nHost: a\r\nSSL_CLIENT_VERIFY: no\r\nSSL-Client-S-DN: no').told!;
    for (const part of ['SSL_CLIENT_VERIFY', 'SUCCESS', 'SSL_CLIENT_S_DN', 'CN=alice', 'SSL_CLIENT_CERT', '-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n']) assert.ok(told.includes(part), part);
    assert.doesNotMatch(told, /HTTP_SSL/);
    const none = ask(all, facts(may, { kind: 'none' }), 'GET / HTTP/1.1\r\nHost: a').told!;
    assert.ok(none.includes('NONE') && !none.includes('SSL_CLIENT_S_DN'));
  });

  test('without TLS goes no further than a redirect, whatever a trusted proxy says of it', () => {
    const trusting = new MemoryFront(settings({ sites: [site('must.test', 'must'), site('may.test', 'may')], trust: ['192.0.2.7'] }), { clients: { policy: ({ ca }) => policies[ca] } });
    const plain = (host: string, more = ''): number => ask(trusting, false, `GET / HTTP/1.1\r\nHost: ${host}${more}`).status;
    assert.ok([307, 308].includes(plain('must.test')));
    assert.equal(plain('must.test', '\r\nX-Forwarded-Proto: https\r\nClient-Cert: :no:'), 421);
    assert.equal(plain('may.test', '\r\nX-Forwarded-Proto: https'), 200);
  });

  test('a refused one ends the connection, and is logged with peer, reason and site', () => {
    const all = front(site('must.test', 'must'));
    const wire = all.client({ tls: facts(must, { kind: 'bad', certificate, reason: 'CERT_HAS_EXPIRED' }) });
    wire.say('GET / HTTP/1.1\r\nHost: must.test\r\n\r\nGET / HTTP/1.1\r\nHost: must.test\r\n\r\n');
    assert.equal(wire.text.match(/HTTP\/1\.1 403/g)?.length, 1);
    assert.match(wire.text, /\r\nConnection: close\r\n/);
    const [event] = all.events().filter(({ code }) => code === 'client-certificate-bad');
    assert.match(String(event?.['message']), /^192\.0\.2\.7: .*CN=alice: it has expired\. Site: must\.test; its authorities are in must\.$/);
  });

  test('a balancer\'s question over another handshake is answered where certificates are optional', () => {
    const all = front(site('may.test', 'may', { health: ['/up'], tell }), site('open.test'));
    assert.match(ask(all, facts(), 'GET /up HTTP/1.1\r\nHost: 10.0.0.1').told!, /X-Verified: is NONE/);
    assert.equal(ask(all, facts(), 'GET /upper HTTP/1.1\r\nHost: may.test').status, 421);
  });
});
