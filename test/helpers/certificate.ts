/** Certificates made by OpenSSL, not by the code under test. */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from './real.ts';

export interface Certificate { readonly cert: string; readonly key: string; readonly pem: string; readonly fingerprint: string }

/** A self-signed certificate for these names, as files in `dir`; `file` is their name without ending. */
export const makeCertificate = (dir: string, file: string, names: readonly string[]): Certificate => {
  const cert = join(dir, `${file}.crt`);
  const key = join(dir, `${file}.key`);
  execFileSync(program('openssl'), [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, '-days', '30',
    '-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`,
  ], { stdio: 'pipe' });
  const pem = readFileSync(cert, 'utf8');
  return { cert, key, pem, fingerprint: new X509Certificate(pem).fingerprint256 };
};
