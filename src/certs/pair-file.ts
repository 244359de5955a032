/** `--cert FILE --key FILE`: read, checked, and understood before a client ever sees them. */
import { createPrivateKey } from 'node:crypto';
import type { KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { CertificatePair } from '../core/contract/certificate.ts';
import { completeness } from './chain.ts';
import { CertificateError, DAY, dateText } from './events.ts';
import type { CertificateEvent } from './events.ts';
import { certificatesIn, namesOf } from './pem.ts';
import { readNamed, readPassphrase, refuseOpen } from './private-file.ts';

export interface PairFiles {
  readonly cert: string;
  readonly key: string;
  /** The file with the key's passphrase. */
  readonly passFile?: string;
}

/** All of a pair's files: they are replaced together. */
export const filesOf = ({ cert, key, passFile }: PairFiles): string[] => [cert, key, ...(passFile === undefined ? [] : [passFile])];

export interface LoadedPair {
  readonly files: PairFiles;
  readonly pair: CertificatePair;
  /** DNS names, lower case, with wildcards as they stand, then addresses. */
  readonly names: readonly string[];
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Undefined: whole. Else what is missing, for people. */
  readonly chainTrouble: string | undefined;
}

/** Reads a pair. Rejects with a CertificateError where it cannot be served at all; what merely worries is in {@link worries}. */
export async function loadPair(files: PairFiles): Promise<LoadedPair> {
  const [certText, keyText, pass] = await Promise.all([readNamed(files.cert, 'certificate'), readNamed(files.key, 'key'), files.passFile === undefined ? undefined : readPassphrase(files.passFile)]);
  const chain = parseChain(files, certText);
  const leaf = chain[0]!;
  if (/PRIVATE KEY-----/.test(keyText)) await refuseOpen(files.key, 'key');
  const key = parseKey(files, keyText, pass);
  if (!leaf.checkPrivateKey(key)) throw misfit(files, chain, key);
  const pair = { cert: chain.map(String).join(''), key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
  try {
    refuseShort(key); // BoringSSL (Bun) takes them
    createSecureContext(pair); // the TLS library has the last word: weak digests, short keys
  } catch (error) {
    throw new CertificateError(files.cert, `The certificate ${files.cert} with the key ${files.key} is refused by the TLS library: ${(error as Error).message}. Expected a key of at least 2048 bits (RSA) or 256 bits (EC), signed with SHA-256 or better.`);
  }
  return {
    files, pair,
    names: namesOf(leaf),
    notBefore: Date.parse(leaf.validFrom),
    notAfter: Date.parse(leaf.validTo),
    chainTrouble: completeness(files.cert, chain),
  };
}

/** What is wrong with a pair that can be served all the same, at this moment. */
export function worries({ files, names, notBefore, notAfter, chainTrouble }: LoadedPair, now: number): CertificateEvent[] {
  const file = files.cert;
  const whose = `The certificate ${file} (${names.join(', ') || 'no names'})`;
  const out: CertificateEvent[] = [];
  if (chainTrouble !== undefined) out.push({ event: 'certificate-chain', level: 'warning', message: chainTrouble, file });
  if (now < notBefore) {
    out.push({ event: 'certificate-not-yet-valid', level: 'error', message: `${whose} is not valid before ${dateText(notBefore)}; this machine's clock says ${dateText(now)}. Clients refuse it until then: check the clock, or use the certificate that is valid now.`, file });
  } else if (now >= notAfter) {
    out.push({ event: 'certificate-expired', level: 'error', message: `${whose} expired on ${dateText(notAfter)}. Clients refuse it: put a renewed one in its place, it is picked up without a restart.`, file });
  } else if (notAfter - now < Math.min(14 * DAY, (notAfter - notBefore) / 5)) {
    out.push({ event: 'certificate-expiring', level: 'warning', message: `${whose} expires on ${dateText(notAfter)}. Renew it; the new file is picked up without a restart.`, file });
  }
  return out;
}

function parseChain({ cert, key }: PairFiles, text: string): X509Certificate[] {
  const hint = /PRIVATE KEY-----/.test(text)
    ? `It holds a private key: --cert and --key seem to be swapped (--key is ${key}).`
    : `Expected PEM text ("-----BEGIN CERTIFICATE-----"), the site's certificate first and then its intermediates. From DER: openssl x509 -inform der -in '${cert}' -out cert.pem; from PKCS #12: openssl pkcs12 -in '${cert}' -nodes -out both.pem`;
  return certificatesIn(text, cert, hint);
}

function parseKey({ cert, key, passFile }: PairFiles, text: string, pass: string | undefined): KeyObject {
  const encrypted = /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(text);
  if (encrypted && pass === undefined) {
    throw new CertificateError(key, `The key ${key} is encrypted with a passphrase, and nobody is there to type it when Sallyport starts. Name a file with the passphrase (--key-pass-file), or decrypt it into a file only this user can read: (umask 077; openssl pkey -in '${key}' -out plain.key)`);
  }
  if (!/PRIVATE KEY-----/.test(text)) {
    const hint = text.includes('BEGIN CERTIFICATE') ? `It holds a certificate: --cert and --key seem to be swapped (--cert is ${cert}).` : 'Expected PEM text ("-----BEGIN PRIVATE KEY-----", also "RSA" or "EC PRIVATE KEY").';
    throw new CertificateError(key, `The key file ${key} has no private key in it. ${hint}`);
  }
  try {
    return createPrivateKey(encrypted ? { key: text, passphrase: Buffer.from(pass!, 'latin1') } : text);
  } catch (error) {
    if (encrypted) throw new CertificateError(key, `The key ${key} does not open with the passphrase in ${passFile}: ${(error as Error).message}. Try it by hand: openssl pkey -in '${key}' -passin 'file:${passFile}' -noout`);
    throw new CertificateError(key, `The key ${key} is damaged or of an unknown kind: ${(error as Error).message}. Write it again, whole.`);
  }
}

function misfit({ cert, key }: PairFiles, chain: readonly X509Certificate[], keyObject: KeyObject): CertificateError {
  const at = chain.findIndex((certificate) => certificate.checkPrivateKey(keyObject));
  return at > 0
    ? new CertificateError(cert, `The key ${key} belongs to certificate ${at + 1} in ${cert}, not to the first. Put the site's own certificate first, then each one's issuer.`)
    : new CertificateError(key, `The key ${key} does not belong to the certificate ${cert}: their public keys differ. Give the two files that were made together.`);
}

/** What OpenSSL refuses from its security level 1 on: an RSA key below 1024 bits can be taken apart by anybody. */
function refuseShort({ asymmetricKeyDetails: details }: KeyObject): void {
  if (details?.modulusLength !== undefined && details.modulusLength < 1024) throw new Error(`ee key too small (${details.modulusLength} bits)`);
}
