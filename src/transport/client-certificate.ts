import { X509Certificate } from 'node:crypto';
import type { ClientCertificate, ShownCertificate } from '../core/contract/certificate.ts';

/**
 * What a client showed, from the certificate of the handshake (DER) and what the TLS library found wrong with it. Only the
 * library's word counts; but never without a certificate: OpenSSL and BoringSSL find nothing wrong with none.
 */
export function shownBy(der: Uint8Array | undefined, reason: string | undefined): ShownCertificate {
  if (der === undefined || der.length === 0) return { kind: 'none' };
  let certificate: ClientCertificate;
  try {
    certificate = factsOf(new X509Certificate(der));
  } catch {
    return { kind: 'bad', certificate: UNREADABLE, reason: 'CERT_UNREADABLE' };
  }
  return reason === undefined ? { kind: 'good', certificate } : { kind: 'bad', certificate, reason };
}

const UNREADABLE: ClientCertificate = { subject: '', issuer: '', serial: '', fingerprint: '', notBefore: '', notAfter: '', der: '' };

function factsOf(certificate: X509Certificate): ClientCertificate {
  return {
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    serial: certificate.serialNumber,
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    notBefore: certificate.validFrom,
    notAfter: certificate.validTo,
    der: certificate.raw.toString('base64'),
  };
}

/**
 * RFC 4514 §2.1: the last part comes first. Both runtimes write a part a line, and within one everything with a meaning to
 * RFC 4514 is escaped already, line breaks too; what is not ASCII becomes the escapes of its bytes (§2.4), for header lines.
 */
function distinguishedName(lines: string | undefined): string {
  const ascii = (part: string): string => part.replace(/[^\x20-\x7e]/gu, (letter) => [...Buffer.from(letter)].map((byte) => `\\${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(''));
  return (lines ?? '').split('\n').reverse().map(ascii).join(',');
}
