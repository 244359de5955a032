/** Whether a file has all the certificates a client needs to get from the site's to a root it knows (RFC 8446 §4.4.2). */
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';

/** Undefined where the chain reaches a root, or begins with a self-signed certificate; else what is missing and what to do. */
export function completeness(file: string, chain: readonly X509Certificate[], known = mozillaRoots): string | undefined {
  let last = chain[0]!;
  if (isSelfSigned(last)) return undefined;
  for (const left = new Set(chain.slice(1)); left.size > 0;) {
    const issuer = [...left].find((candidate) => issued(candidate, last));
    if (!issuer) break;
    left.delete(issuer);
    last = issuer;
  }
  if (isSelfSigned(last) || known().some((root) => root.subject === last.issuer && issued(root, last))) return undefined;
  const issuer = oneLine(last.issuer);
  const address = /CA Issuers - URI:(\S+)/.exec(last.infoAccess ?? '')?.[1]?.replaceAll('"', '');
  const where = address ? ` The issuer offers it at ${address} (from DER: openssl x509 -inform der -in FILE).` : '';
  const what = chain.length === 1
    ? `The file ${file} holds the site's certificate alone, without the intermediate certificate of its issuer (${issuer}).`
    : `The chain in ${file} stops at a certificate whose issuer (${issuer}) is neither in the file nor a publicly known root.`;
  return `${what} Many clients will refuse it, though some browsers fetch or remember what is missing. Use the file with the full chain (certbot calls it fullchain.pem), or append the intermediate.${where} If that issuer is an authority of your own that clients have installed, nothing is wrong.`;
}

const isSelfSigned = (certificate: X509Certificate): boolean => certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey);
const issued = (issuer: X509Certificate, subject: X509Certificate): boolean => subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
const oneLine = (name: string): string => name.split('\n').join(', ');

let roots: readonly X509Certificate[] | undefined;
/** Mozilla's list, as Node carries it; read once, when the first chain needs it (some milliseconds). */
const mozillaRoots = (): readonly X509Certificate[] => (roots ??= rootCertificates.map((pem) => new X509Certificate(pem)));
