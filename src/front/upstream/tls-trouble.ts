import { X509Certificate } from 'node:crypto';
import { dateText } from '../../certs/events.ts';
import { namesOf } from '../../certs/pem.ts';
import { Fault } from '../../core/errors.ts';
import { opensslReason } from '../../transport/openssl.ts';
import type { WireError } from '../../transport/wire.ts';
import type { AppPool } from './pool.ts';

/** How an app's certificate is checked, for whoever has to change it. */
export interface Expected {
  readonly serverName: string;
  /** The file of `--upstream-ca`; undefined: the runtime's own list. */
  readonly ca: string | undefined;
}

/** Nobody here knows the issuer; OpenSSL has a code for each way to find out (verify(1), "DIAGNOSTICS"). */
const UNKNOWN_ISSUER = new Set(['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'SELF_SIGNED_CERT_IN_CHAIN']);

/** Why a connection to an app that speaks TLS never came to be: what was seen, and the line to change. Undefined: not for TLS's sake. */
export function tlsTrouble(error: WireError, expected: Expected): Fault | undefined {
  if (error.certificate !== undefined) return new Fault('app-untrusted', certificateTrouble(error.code, new X509Certificate(error.certificate), expected));
  const words = handshakeTrouble(error, expected);
  return words === undefined ? undefined : new Fault('app-handshake', words);
}

/** What an app says that wants a client certificate, in TLS 1.3 when the handshake is over for us (RFC 8446 §4.4.2.4, §6.2). */
const WANTS_CERTIFICATE = /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/;

/** Whether a connection that came up and ended without a byte was refused all the same. */
export function lateRefusal(error: WireError | undefined, { tls, written }: Pick<AppPool, 'tls' | 'written'>): Fault | undefined {
  const fault = tls && error && WANTS_CERTIFICATE.test(error.code) ? tlsTrouble(error, tls.expected) : undefined;
  return fault && new Fault(fault.code, `${written}: ${fault.detail}`);
}

function certificateTrouble(code: string, certificate: X509Certificate, { serverName, ca }: Expected): string {
  const names = namesOf(certificate).join(', ') || 'nobody';
  const issuer = certificate.issuer.split('\n').join(', ');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `the certificate is for ${names}, not for ${serverName}. Write the app's address with a name that it is for, or say which to expect: --upstream-name NAME (upstream.serverName)`;
  }
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') {
    return `the certificate (for ${names}) is signed by itself, and ${isNotIn(ca)}. If it is the app's, name its file: --upstream-ca FILE (upstream.ca). Its SHA-256 fingerprint is ${certificate.fingerprint256}`;
  }
  if (UNKNOWN_ISSUER.has(code)) {
    return `the certificate (for ${names}) was issued by ${issuer}, and that authority ${isNotIn(ca)}. Name the file with its certificate: --upstream-ca FILE (upstream.ca); where it only signed an intermediate, let the app send that too`;
  }
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  if (code === 'CERT_HAS_EXPIRED') return to < Date.now() ? `the certificate (for ${names}) expired on ${dateText(to)}. Renew it, and let the app read it again` : 'a certificate above the app\'s own has expired. Renew the chain that the app sends, or the file of --upstream-ca';
  if (code === 'CERT_NOT_YET_VALID') return `the certificate (for ${names}) is not valid before ${dateText(from)}; this machine's clock says ${dateText(Date.now())}. Correct the clock, or use the certificate that is valid now`;
  return `the certificate (for ${names}, issued by ${issuer}) is refused: ${code}`;
}

const isNotIn = (ca: string | undefined): string => (ca === undefined ? 'is not among those that Node knows' : `is not in ${ca}`);

/** The codes are Node's names for OpenSSL's reasons; an alert is what the app itself said (RFC 8446 §6.2). */
function handshakeTrouble({ code, message }: WireError, { serverName }: Expected): string | undefined {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code)) return 'what answers there does not speak TLS. Write http:// in place of https://, or the port that speaks it';
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/.test(code)) return 'it knows no TLS version from 1.2 on. Switch 1.2 or 1.3 on in the app; older ones are not spoken (RFC 8996)';
  if (code.includes('NO_APPLICATION_PROTOCOL')) return 'it refuses HTTP/1.1 (by ALPN). Let it offer http/1.1 beside what it offers now';
  if (code.includes('UNRECOGNIZED_NAME')) return `it has no certificate for the name ${serverName}. Say which to ask for: --upstream-name NAME (upstream.serverName)`;
  if (WANTS_CERTIFICATE.test(code)) return 'it refused the handshake. It may want a client certificate, and none is shown to apps: let it do without; or it allows none of the usual ciphers';
  if (code === 'ECONNRESET') return 'it closed the connection in the middle of the handshake. Look at its own output; write http:// where it does not speak TLS';
  if (!/^(?:ERR_SSL_|EPROTO)/.test(code)) return undefined;
  return `the handshake failed: ${opensslReason(message) ?? code}`;
}
