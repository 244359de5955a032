import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { UpstreamSettings } from '../../src/config/settings/settings.ts';
import { MemoryFront, appRoute, settings, siteSettings, upstream } from '../helpers/memory-front.ts';
import { selfSigned } from '../helpers/wires.ts';

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: shop.test\r\nAccept: text/plain\r\n${more}\r\n`;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const ADDRESSES = [{ kind: 'ip', host: '10.0.0.7', port: 8443 }] as const;

const start = (changes: Partial<UpstreamSettings> = {}): MemoryFront => {
  const app = upstream({ servers: [{ written: 'https://app.internal:8443', addresses: ADDRESSES, tlsName: 'app.internal' }], tls: { ca: undefined, insecure: false }, ...changes });
  return new MemoryFront(settings({ sites: [siteSettings({ routes: [appRoute({ app })] })] }), { real: true });
};

describe('an app that speaks TLS', () => {
  let shown: string;
  before(async () => { shown = (await selfSigned('other.test', 'www.other.test')).cert; });

  it('is checked for its name, and asked for HTTP/1.1; its connections share what can be resumed', () => {
    const front = start();
    for (let i = 0; i < 2; i++) { front.client().say(get('/')); front.app(); }
    const [one, two] = front.transport.made;
    assert.deepEqual(one!.options.tls, { serverName: 'app.internal', ca: undefined, verify: true, alpn: ['http/1.1'] });
    assert.equal(one!.options.tls, two!.options.tls);
    assert.equal(start({ tls: { ca: undefined, insecure: true } }).events().filter(({ event }) => event === 'upstream-unchecked').length, 1);
    assert.equal(front.events().filter(({ event }) => event === 'upstream-unchecked').length, 0);
  });

  it('hears what the client used, and not what the hop to it does', () => {
    for (const [tls, scheme] of [[true, 'https'], [false, 'http']] as const) {
      const front = new MemoryFront(settings({ sites: [siteSettings({ schemes: [['/', 'either']], routes: [appRoute({ app: upstream({ servers: [{ written: 'https://a', addresses: ADDRESSES, tlsName: 'a' }], tls: { ca: undefined, insecure: false } }) })] })] }));
      front.client({ tls }).say(get('/'));
      assert.match(front.app().text, new RegExp(`\r\nX-Forwarded-Proto: ${scheme}\r\n`));
    }
  });

  /** What becomes of a request whose connection fails so; the log line, and what the client reads. */
  const failing = (front: MemoryFront, fail: (front: MemoryFront) => void): { code: string; log: string; page: string } => {
    const client = front.client();
    client.say(get('/'));
    fail(front);
    assert.match(client.text, /^HTTP\/1\.1 502 /);
    const event = front.events().find(({ event }) => String(event).startsWith('app-'))!;
    return { code: String(event['event']), log: String(event['message']), page: client.text };
  };

  it('whose certificate is not believed gives 502, and the log the reason and the line to change', () => {
    const fingerprint = new X509Certificate(shown).fingerprint256;
    for (const [code, ca, words] of [
      ['ERR_TLS_CERT_ALTNAME_INVALID', undefined, /for other\.test, www\.other\.test, not for app\.internal\..*--upstream-name NAME \(upstream\.serverName\)/],
      ['DEPTH_ZERO_SELF_SIGNED_CERT', undefined, new RegExp(`signed by itself.*--upstream-ca FILE.*${fingerprint}`)],
      ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', undefined, /issued by CN=other\.test, and that authority is not among those that Node knows.*--upstream-ca FILE/],
      ['SELF_SIGNED_CERT_IN_CHAIN', undefined, /issued by CN=other\.test.*--upstream-ca FILE/],
      ['CERT_NOT_YET_VALID', undefined, /not valid before .* this machine's clock says/],
      ['CERT_HAS_EXPIRED', undefined, /above the app's own has expired/],
      ['INVALID_PURPOSE', undefined, /other\.test.*refused: INVALID_PURPOSE/],
    ] as const) {
      const { code: fault, log, page } = failing(start({ tls: { ca, insecure: false } }), (front) => { front.transport.made[0]!.wire.break(code, { certificate: shown }); });
      assert.equal(fault, 'app-untrusted', code);
      assert.match(log, words);
      assert.ok(log.startsWith('The app showed a certificate that is not believed. https://app.internal:8443: '), log);
      assert.doesNotMatch(page, /app\.internal|other\.test|upstream/, 'nothing of it is for visitors');
    }
  });

  it('whose handshake fails gives 502, and the log what was seen', () => {
    for (const [code, words] of [
      ['ERR_SSL_WRONG_VERSION_NUMBER', /does not speak TLS\. Write http:\/\//],
      ['ERR_SSL_PACKET_LENGTH_TOO_LONG', /does not speak TLS/],
      ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', /no TLS version from 1\.2 on/],
      ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', /http\/1\.1/],
      ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', /no certificate for the name app\.internal.*--upstream-name/],
      ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', /client certificate/],
      ['ECONNRESET', /in the middle of the handshake/],
      ['ERR_SSL_BAD_SIGNATURE', /the handshake failed: ERR_SSL_BAD_SIGNATURE/],
    ] as const) {
      const { code: fault, log, page } = failing(start(), (front) => { front.transport.made[0]!.wire.break(code); });
      assert.equal(fault, 'app-handshake', code);
      assert.match(log, words);
      assert.doesNotMatch(page, /app\.internal/);
    }
    assert.equal(failing(start(), (front) => { front.transport.made[0]!.wire.break('ECONNREFUSED'); }).code, 'app-refused');
  });

  // In TLS 1.3 the refusal comes when the handshake is over for the client, and the request may be on its way.
  it('that wants a client certificate says so late', () => {
    const { code, log } = failing(start(), (front) => { front.app().break('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'); });
    assert.equal(code, 'app-handshake');
    assert.match(log, /client certificate/);
    const other = failing(start(), (front) => { front.app().break('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'); });
    assert.equal(other.code, 'app-closed', 'what an app says of itself later is a connection that broke');
  });

  it('and ends without close_notify has cut an answer that only its end makes whole, and no other', () => {
    const HEAD = 'HTTP/1.1 200 OK\r\n';
    const CLOSING = `${HEAD}Connection: close\r\n\r\n`;
    for (const [answer, complete, whole] of [
      [`${CLOSING}half`, false, false], [`${CLOSING}all of it`, true, true], [`${HEAD}Content-Length: 2\r\n\r\nok`, false, true], [`${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`, false, true],
    ] as const) {
      const front = start();
      const client = front.client();
      client.say(get('/'));
      const app = front.app();
      app.say(answer);
      app.fin({ complete });
      assert.equal(client.text.endsWith('0\r\n\r\n') || client.text.endsWith('ok'), whole, answer);
      assert.equal(client.ended || client.gone !== undefined, !whole, answer);
      const cuts = front.events().filter(({ event }) => event === 'app-cut-answer');
      assert.equal(cuts.length, whole ? 0 : 1);
      if (!whole) assert.match(String(cuts[0]!['message']), /neither Content-Length nor chunks.*without close_notify/);
    }
  });

  it('of two addresses, the one that was there and not believed is the one that is told', () => {
    const addresses = [{ kind: 'ip', host: '127.0.0.1', port: 1 }, { kind: 'ip', host: '::1', port: 1 }] as const;
    const { code, log } = failing(start({ servers: [{ written: 'https://localhost:1', addresses, tlsName: 'localhost' }] }), (front) => {
      front.transport.made[0]!.wire.break('ERR_TLS_CERT_ALTNAME_INVALID', { certificate: shown });
      front.transport.made[1]!.wire.break('ECONNREFUSED');
    });
    assert.equal(code, 'app-untrusted');
    assert.match(log, /not for localhost.*ECONNREFUSED/);
  });

  it('keeps connections, and is asked once more where a kept one was closed, as a plain one is', () => {
    const front = start();
    const client = front.client();
    client.say(get('/'));
    front.app().say(OK);
    client.say(get('/again'));
    assert.equal(front.transport.made.length, 1);
    front.transport.made[0]!.wire.break('ECONNRESET');
    front.app().say(OK);
    assert.equal(client.text.match(/200 OK/g)?.length, 2);
    assert.equal(front.transport.made.length, 2);
  });
});
