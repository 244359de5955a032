import type { Peer } from '../../core/contract/trust.ts';
import { opensslReason } from '../../transport/openssl.ts';
import type { WireError } from '../../transport/wire.ts';
import type { FrontContext } from '../context.ts';
import { peerText } from './exchange-log.ts';

/**
 * The alerts of a client that does not know the authority. RFC 8446 §6.2 has unknown_ca for it; browsers built on
 * BoringSSL say certificate_unknown, some older ones bad_certificate.
 */
const UNTRUSTED = /_ALERT_(?:UNKNOWN_CA|CERTIFICATE_UNKNOWN|BAD_CERTIFICATE)$/;

const NOT_TLS = 'What the client sent is not TLS.';

/** What OpenSSL's codes mean for people. */
const WORDS: Readonly<Record<string, string>> = {
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'The client asked by ALPN for protocols that this door does not speak; it speaks http/1.1.',
  ERR_SSL_NO_SHARED_CIPHER: 'The client offered no cipher that this door and its certificate allow.',
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS, // OpenSSL 3.5 on
  ECONNRESET: 'The client closed the connection in the middle of the handshake.',
};

/** Logs handshakes that failed. On a local site the first client that does not trust the authority is told apart, with what to do. */
export function createHandshakeLog(context: FrontContext): (peer: Peer, error: WireError) => void {
  let told = false;
  return (peer, error) => {
    context.counters?.refuse('handshake-failed');
    const client = peerText(peer);
    const { code } = error;
    if (context.local && !told && UNTRUSTED.test(code)) {
      told = true;
      context.log.event({
        event: 'authority-not-trusted', level: 'warn', client, code,
        message: `${client}: the client closed the connection because it does not know the local authority that signs here. Run \`sallyport trust\` once, then start the browser anew; \`sallyport trust\` also says what a phone or another machine needs.`,
      });
      return;
    }
    context.log.event({ event: 'handshake-failed', level: 'info', client, code, message: `${client}: ${words(context, error)}` });
  };
}

function words({ local, settings }: FrontContext, { code, message }: WireError): string {
  if (code === 'ERR_SSL_UNSUPPORTED_PROTOCOL') {
    return settings.tls?.minVersion === 'TLSv1.3' ? 'The client does not know TLS 1.3, the only version that this door speaks (--tls-min).' : 'The client knows no TLS version from 1.2 on; this door speaks 1.2 and 1.3.';
  }
  if (UNTRUSTED.test(code)) return `The client does not trust the certificate${local ? ' (`sallyport trust`)' : ''}.`;
  const known = WORDS[code];
  if (known !== undefined) return known;
  const reason = opensslReason(message);
  return reason === undefined ? message.trim() : `The handshake failed: ${reason}.`;
}

/** Plain HTTP came to the TLS port and was answered with `status`. */
export function logPlainOnTls(context: FrontContext, peer: Peer, status: number): void {
  context.counters?.refuse('plain-on-tls-port');
  const client = peerText(peer);
  const what = status < 400 ? 'It was redirected to https.' : 'It was told to use https.';
  context.log.event({ event: 'refused', level: 'info', client, code: 'plain-on-tls-port', status, message: `The client spoke plain HTTP on the TLS port. ${what}` });
}
