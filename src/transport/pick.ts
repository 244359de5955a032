import type { CertificatePair, PickCertificate } from './wire.ts';

/** A fatal alert, unrecognized_name (RFC 6066 §3, RFC 8446 §6.2), as the record it is before any key is agreed. */
export const UNRECOGNIZED_NAME = Buffer.from([21, 3, 3, 0, 2, 2, 112]);

export function noCertificate(name: string): Error {
  return Object.assign(new Error(`There is no certificate for the name ${JSON.stringify(name)} that the client asked for.`), { code: 'ERR_TLS_NO_CERTIFICATE' });
}

/** Asks for a certificate. Told at once where the answer is there at once. */
export function ask(pick: PickCertificate, name: string | undefined, told: (error: unknown, pair?: CertificatePair) => void): void {
  let pair: ReturnType<PickCertificate>;
  try {
    pair = pick(name);
  } catch (error) {
    return told(error);
  }
  if (pair instanceof Promise) pair.then((late) => told(undefined, late), (error: unknown) => told(error));
  else told(undefined, pair);
}
