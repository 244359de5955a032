/** The X.509 library, loaded once and in the right order; everything in this room that makes certificates takes it from here. */
import { takeReflectBack } from './reflect.ts';
import { webcrypto } from 'node:crypto';

// Not a static import: Bun runs a CommonJS package before the modules that are named above it.
const x509 = await import('@peculiar/x509');
takeReflectBack();
x509.cryptoProvider.set(webcrypto);

export type CryptoKey = webcrypto.CryptoKey;
export type CryptoKeyPair = webcrypto.CryptoKeyPair;

/** What every key here is: P-256, which every client of the last fifteen years takes and which signs in well under a millisecond. */
export const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
export const SIGNATURE_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** A key pair that can be written to a file. */
export const makeKeys = (): Promise<CryptoKeyPair> => webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);

/** The private key as PKCS #8 in PEM. */
export async function keyToPem(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY') + '\n';
}

/** The private key from PKCS #8 in PEM. Rejects where it is anything but a P-256 key. */
export function keyFromPem(pem: string): Promise<CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), KEY_ALGORITHM, false, ['sign']);
}

export { x509 };
