/** The folder of a run: the one certificate that every peer shows, the bodies that the backend and the peers give out. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Place {
  readonly dir: string;
  /** ECDSA P-256, self-signed, for localhost and 127.0.0.1. */
  readonly cert: string;
  readonly key: string;
  /** Certificate and key in one file, as HAProxy and hitch take them. */
  readonly both: string;
  /** Files `1k`, `64k`, `1m`: what the backend answers, and under `media/` what peers serve themselves. */
  readonly files: string;
  /** What OpenSSL's programs read: every client offers the same. */
  readonly openssl: string;
  remove(): void;
}

/** What every client offers, so that every peer has the same cipher and the same key exchange. */
export const TLS = { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', group: 'X25519', certificate: 'ECDSA P-256' } as const;

export const BODIES: Readonly<Record<string, number>> = { '1k': 1024, '64k': 65_536, '1m': 1_048_576 };

export function makePlace(): Place {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const at = (name: string): string => join(dir, name);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', at('key.pem'), '-out', at('cert.pem'), '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'], { stdio: ['ignore', 'ignore', 'pipe'] });
  writeFileSync(at('both.pem'), readFileSync(at('cert.pem'), 'utf8') + readFileSync(at('key.pem'), 'utf8'), { mode: 0o600 });
  mkdirSync(at('files/media'), { recursive: true });
  for (const [name, size] of Object.entries(BODIES)) {
    const body = 'The quick brown fox jumps over the lazy dog. '.repeat(Math.ceil(size / 45)).slice(0, size);
    for (const file of [`files/${name}`, `files/media/${name}`]) writeFileSync(at(file), body);
  }
  const sections = ['openssl_conf = all', '[all]', 'ssl_conf = ssl', '[ssl]', 'system_default = clients', '[clients]'];
  writeFileSync(at('openssl.cnf'), [...sections, `MinProtocol = ${TLS.version}`, `Ciphersuites = ${TLS.cipher}`, `Groups = ${TLS.group}`, ''].join('\n'));
  // Workers of some peers give their rights up before they look at a file; the key they have read before.
  execFileSync('chmod', ['a+rx', dir]);
  execFileSync('chmod', ['-R', 'a+rX', at('files'), at('openssl.cnf'), at('cert.pem')]);
  const remove = (): void => { rmSync(dir, { recursive: true, force: true }); };
  process.once('exit', remove); // a run that is interrupted leaves nothing either
  return { dir, cert: at('cert.pem'), key: at('key.pem'), both: at('both.pem'), files: at('files'), openssl: at('openssl.cnf'), remove };
}

/** A port of 127.0.0.1 that nobody listens on just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => { resolve(typeof address === 'object' && address !== null ? address.port : 0); });
    });
  });
}
