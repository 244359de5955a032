/** The certificates that a local authority signs for sites. */
import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { CertificatePair } from '../core/contract/certificate.ts';
import type { Authority } from './authority.ts';
import { CLOCK_SKEW } from './authority-certificate.ts';
import { CertificateError, DAY, dateText } from './events.ts';
import { SIGNATURE_ALGORITHM, keyToPem, makeKeys, x509 } from './x509.ts';

const LIFETIME = 90 * DAY;

export interface Leaf {
  readonly pair: CertificatePair;
  /** Milliseconds since 1970: a third of its life is left. */
  readonly renewAt: number;
  readonly notAfter: number;
}

/** Signs for host names (a leading `*.` allowed) and addresses. Rejects where the authority has expired. */
export async function issueLeaf(authority: Authority, names: readonly string[], now: number): Promise<Leaf> {
  const notAfter = Math.min(now + LIFETIME, authority.notAfter);
  if (notAfter <= now) throw new CertificateError(authority.file, `The local authority expired on ${dateText(authority.notAfter)}. Start Sallyport anew: it says what to do.`);
  const keys = await makeKeys();
  const shown = names.find((name) => !name.startsWith('*') && name.length <= 64) ?? randomUUID();
  const certificate = await x509.X509CertificateGenerator.create({
    // Nobody matches hosts against the subject any more (RFC 9110 §4.3.4); it is there for people who look at it.
    subject: [{ CN: [shown] }, { O: ['Sallyport'] }],
    issuer: authority.certificate.subjectName,
    publicKey: keys.publicKey,
    signingKey: authority.signingKey,
    signingAlgorithm: SIGNATURE_ALGORITHM,
    notBefore: new Date(now - CLOCK_SKEW),
    notAfter: new Date(notAfter),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }))),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    ],
  });
  return {
    pair: { cert: certificate.toString('pem') + '\n', key: await keyToPem(keys.privateKey) },
    renewAt: now + ((notAfter - now) * 2) / 3,
    notAfter,
  };
}
