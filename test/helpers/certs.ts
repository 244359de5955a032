/** Throw-away places, certificates and a clock for the tests of certificates. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import type { TestContext } from 'node:test';
import type { CertificateEvent, Clock } from '../../src/certs/events.ts';
import type { PickCertificate } from '../../src/core/contract/certificate.ts';

export function tempDir(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-certs-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export interface HeldClock extends Clock {
  time: number;
  tick(milliseconds: number): void;
}

/** A clock that moves only when told. */
export function heldClock(time = Date.now()): HeldClock {
  const tasks = new Set<{ every: number; at: number; task: () => void }>();
  const clock: HeldClock = {
    time,
    now: () => clock.time,
    every(every, task) {
      const entry = { every, at: clock.time + every, task };
      tasks.add(entry);
      return () => tasks.delete(entry);
    },
    tick(milliseconds) {
      clock.time += milliseconds;
      for (const entry of tasks) {
        if (entry.at > clock.time) continue;
        entry.at = clock.time + entry.every;
        entry.task();
      }
    },
  };
  return clock;
}

export const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

export interface Made { readonly cert: string; readonly key: string }

export interface MakeOptions {
  readonly name: string;
  readonly sans?: readonly string[];
  readonly issuer?: Made;
  readonly authority?: boolean;
  readonly days?: number;
  /** For OpenSSL's `-newkey`. */
  readonly key?: readonly string[];
  readonly extra?: readonly string[];
}

/** A certificate and key made by OpenSSL, as `NAME.crt` and `NAME.key` in `dir`. */
export function makeCertificate(dir: string, { name, sans = [`DNS:${name}`], issuer, authority = false, days = 300, key = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], extra = [] }: MakeOptions): Made {
  const file = name.replaceAll('*', '_');
  const made = { cert: join(dir, `${file}.crt`), key: join(dir, `${file}.key`) };
  openssl('req', '-x509', '-newkey', ...key, '-nodes', '-subj', `/CN=${name}`, '-days', String(days),
    '-keyout', made.key, '-out', made.cert,
    ...(authority ? ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'] : ['-addext', `subjectAltName=${sans.join(',')}`, '-addext', 'basicConstraints=critical,CA:false']),
    ...(issuer ? ['-CA', issuer.cert, '-CAkey', issuer.key] : []), ...extra);
  return made;
}

/** Collects events, and waits for one. */
export function eventLog(): { readonly seen: CertificateEvent[]; readonly on: (event: CertificateEvent) => void; readonly kinds: () => string[]; wait(kind: CertificateEvent['event']): Promise<CertificateEvent> } {
  const seen: CertificateEvent[] = [];
  return {
    seen,
    on: (event) => void seen.push(event),
    kinds: () => seen.map(({ event }) => event),
    wait: (kind) => until(() => seen.find(({ event }) => event === kind), `the event ${kind}`),
  };
}

export async function until<T>(probe: () => T | undefined, what: string): Promise<T> {
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    const value = probe();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited 10 s in vain for ${what}`);
}

/** A TLS server on loopback that shows what `pick` gives, and answers any request. */
export async function tlsServer(t: TestContext, pick: PickCertificate): Promise<number> {
  const context = async (name: string | undefined): Promise<tls.SecureContext> => tls.createSecureContext(await pick(name));
  const server = tls.createServer({
    ...(await pick(undefined)),
    SNICallback: (name, done) => void context(name).then((made) => done(null, made), done),
  }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello'));
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as { port: number }).port;
}

/** What a client that knows only `ca` makes of the server: `ok`, or why not. */
export function handshake(port: number, { name, ca }: { name: string; ca: string }): Promise<string> {
  return new Promise((resolve) => {
    const ip = /^[\d.]+$|:/.test(name);
    const socket = tls.connect({ host: '127.0.0.1', port, ca, ...(ip ? { checkServerIdentity: (_host, cert) => tls.checkServerIdentity(name, cert) } : { servername: name }) }, () => {
      socket.destroy();
      resolve('ok');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}
