/** The authorities that an app's certificate has to come from: a file that the operator names. */
import { readFileSync } from 'node:fs';
import { certificatesIn, unreadable } from './pem.ts';

/**
 * The certificates of a PEM file, as PEM. Throws a CertificateError where it is missing, empty, damaged or something else:
 * a front that believed nobody would only say so once somebody asks it for a page.
 */
export function readRoots(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'latin1');
  } catch (error) {
    throw unreadable(file, 'certificate', error);
  }
  return certificatesIn(text, file, hintFor(text, file)).map(String).join('');
}

function hintFor(text: string, file: string): string {
  if (text.trim() === '') return 'It is empty: write the authority\'s certificate into it, in PEM text.';
  if (/PRIVATE KEY-----/.test(text)) return 'It holds a private key, which nobody but its owner should have: name the authority\'s certificate.';
  return `Expected PEM text ("-----BEGIN CERTIFICATE-----"), and it begins with ${JSON.stringify(text.slice(0, 24).replace(/[^ -~]/g, '?'))}. From DER: openssl x509 -inform der -in '${file}' -out ca.pem`;
}
