/** Certificates as they stand in files: found, read, and their names told. */
import { X509Certificate } from 'node:crypto';
import { canonical, parseAddress } from '../core/contract/address.ts';
import { CertificateError } from './events.ts';

const BEGIN = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/g;
const CERTIFICATE = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** Every certificate of a PEM text, in order, at least one. Throws a CertificateError; `hint` says what to do where there is none. */
export function certificatesIn(text: string, file: string, hint: string): X509Certificate[] {
  const blocks = text.match(CERTIFICATE) ?? [];
  const begun = text.match(BEGIN)?.length ?? 0;
  if (begun > blocks.length) throw new CertificateError(file, `The certificate file ${file} is cut off: ${begun} certificates begin in it and ${blocks.length} end. Write it again, whole.`);
  if (blocks.length === 0) throw new CertificateError(file, `The certificate file ${file} has no certificate in it. ${hint}`);
  return blocks.map((block, i) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw new CertificateError(file, `Certificate ${i + 1} of ${blocks.length} in ${file} is damaged: ${(error as Error).message}. Write the file again, whole.`);
    }
  });
}

/** Why a file could not be read, in words. */
export function unreadable(file: string, what: string, error: unknown): CertificateError {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'does not exist' : code === 'EACCES' ? 'may not be read by this user' : `cannot be read: ${message}`;
  return new CertificateError(file, `The ${what} file ${file} ${why}.`);
}

/** One subject alternative name in OpenSSL's text; Node puts a value that could be taken for several into JSON's quotes. */
const ALTERNATIVE = /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)/gy;

/**
 * Subject alternative names; the common name only where there are none, as some private authorities still make them.
 * Read from Node's certificate: the library that makes certificates would delay every start by a quarter of a second.
 */
export function namesOf(leaf: X509Certificate): string[] {
  const items = [...(leaf.subjectAltName ?? '').matchAll(ALTERNATIVE)].map(([, type = '', text = '']) => ({ type, value: text.startsWith('"') ? String(JSON.parse(text)) : text }));
  const of = (type: string): string[] => items.filter((item) => item.type === type).map(({ value }) => value.toLowerCase());
  const names = [...of('DNS'), ...of('IP Address').map((text) => { const address = parseAddress(text); return address === undefined ? text : canonical(address); })];
  return names.length > 0 ? names : leaf.subject.split('\n').flatMap((line) => (line.startsWith('CN=') ? [line.slice(3).toLowerCase()] : []));
}
