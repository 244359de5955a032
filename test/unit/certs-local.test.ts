import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { DAY } from '../../src/certs/events.ts';
import { isLocalAddress } from '../../src/certs/names.ts';
import { createCertificates } from '../../src/certs/store.ts';
import type { CertificateOptions, Certificates } from '../../src/certs/store.ts';
import type { CertificatePair } from '../../src/core/contract/certificate.ts';
import { eventLog, handshake, heldClock, tempDir, tlsServer, until } from '../helpers/certs.ts';

interface Opened { readonly certificates: Certificates; readonly log: ReturnType<typeof eventLog>; readonly ca: string }

async function open(t: TestContext, options: Partial<CertificateOptions> = {}): Promise<Opened> {
  const log = eventLog();
  const certificates = await createCertificates({ pairs: [], domains: [], dataDir: tempDir(t), on: log.on, ...options });
  t.after(() => certificates.close());
  return { certificates, log, ca: certificates.authorityFiles.map((file) => readFileSync(file, 'utf8')).join('') };
}

const names = (pair: CertificatePair | undefined): string =>
  new X509Certificate(pair!.cert).subjectAltName!.replaceAll('IP Address:', '').replaceAll('DNS:', '').replace('0:0:0:0:0:0:0:1', '::1');
const shown = async ({ certificates }: Opened, name?: string): Promise<string> => names(await certificates.pick(name));

test('a client that trusts the authority is served on localhost, loopback and any local name', async (t) => {
  const opened = await open(t);
  const port = await tlsServer(t, opened.certificates.pick);
  for (const name of ['localhost', '127.0.0.1', '::1', 'app.localhost', 'a.b.localhost', 'shop.test', 'nas.local']) {
    assert.equal(await handshake(port, { name, ca: opened.ca }), 'ok', name);
  }
  assert.equal(await handshake(port, { name: 'example.com', ca: opened.ca }), 'ERR_TLS_CERT_ALTNAME_INVALID');
  assert.equal(opened.certificates.real, false);
});

test('curl with --cacert is served on localhost, and on a name below it', async (t) => {
  const { certificates } = await open(t);
  const port = await tlsServer(t, certificates.pick);
  const curl = (host: string) => promisify(execFile)('curl', ['-sS', '--noproxy', '*', '--max-time', '10', '--cacert', certificates.authorityFiles[0]!, '--resolve', `${host}:${port}:127.0.0.1`, `https://${host}:${port}/`]);
  for (const host of ['localhost', 'app.localhost', '127.0.0.1']) assert.equal((await curl(host)).stdout, 'hello', host);
  await assert.rejects(curl('example.com'), /SSL/);
});

test('a leaf is for servers, for ninety days, backdated by an hour, and names its issuer\'s key', async (t) => {
  const { certificates, ca } = await open(t);
  const pair = await certificates.pick(undefined);
  const leaf = new X509Certificate(pair!.cert);
  const lifetime = Date.parse(leaf.validTo) - Date.now();
  assert.ok(Math.abs(lifetime - 90 * DAY) < 60_000);
  assert.ok(Math.abs(Date.now() - Date.parse(leaf.validFrom) - 3_600_000) < 60_000);
  assert.ok(leaf.checkIssued(new X509Certificate(ca)));
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1']); // what Node calls keyUsage is the extended one
  assert.equal(leaf.ca, false);
});

test('with domains given, a client that comes with another name gets the default certificate', async (t) => {
  const opened = await open(t, { domains: ['shop.test', '*.wild.test', 'shop.test'] });
  assert.equal(await shown(opened), 'localhost, *.localhost, 127.0.0.1, ::1, shop.test, *.wild.test');
  assert.equal(opened.certificates.pick('shop.test'), opened.certificates.pick(undefined));
  assert.equal(opened.certificates.pick('x.wild.test'), opened.certificates.pick(undefined));
  assert.equal(opened.certificates.pick('y.x.wild.test'), opened.certificates.pick(undefined));
  assert.equal(opened.certificates.pick('other.test'), opened.certificates.pick(undefined));
  assert.equal(await shown(opened, 'x.localhost'), 'x.localhost');
  assert.deepEqual(opened.certificates.names, ['shop.test', '*.wild.test']);
});

test('a wildcard that clients would not take is served name by name', async (t) => {
  const opened = await open(t, { domains: ['*.test'] });
  assert.equal(await shown(opened, 'a.test'), 'a.test');
  assert.equal(opened.certificates.pick('b.a.test'), opened.certificates.pick(undefined));
  assert.equal(opened.certificates.pick('a.local'), opened.certificates.pick(undefined));
});

test('a domain of the outside world gets an authority of its own, which covers what is below too', async (t) => {
  const dataDir = tempDir(t);
  const opened = await open(t, { dataDir, domains: ['www.example.com', 'example.com', 'other.example.net', 'shop.test'] });
  assert.deepEqual(opened.certificates.authorityFiles.map((file) => file.slice(dataDir.length + 1)), [
    join('authorities', 'local', 'sallyport-local.crt'),
    join('authorities', 'example.com', 'sallyport-example.com.crt'),
    join('authorities', 'other.example.net', 'sallyport-other.example.net.crt'),
  ]);
  assert.equal(opened.log.kinds().filter((kind) => kind === 'authority-created').length, 3);
  assert.equal(await shown(opened, 'example.com'), 'example.com, www.example.com');
  assert.equal(await shown(opened, 'other.example.net'), 'other.example.net');
  const port = await tlsServer(t, opened.certificates.pick);
  for (const name of ['www.example.com', 'other.example.net', 'shop.test', 'localhost']) assert.equal(await handshake(port, { name, ca: opened.ca }), 'ok', name);
});

test('an authority that exists is used again, silently', async (t) => {
  const dataDir = tempDir(t);
  const first = await open(t, { dataDir });
  const second = await open(t, { dataDir });
  assert.deepEqual([first.log.kinds(), second.log.kinds()], [['authority-created'], []]);
  assert.equal(first.ca, second.ca);
});

test('a private address the door listens on is in the certificate, a public one is not', async (t) => {
  const some = await open(t, { addresses: ['192.168.7.7', '8.8.8.8'] });
  assert.equal(await shown(some), 'localhost, *.localhost, 127.0.0.1, ::1, 192.168.7.7');
  const every = await shown(await open(t, { addresses: ['0.0.0.0'] }));
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []).filter(({ address, family }) => family === 'IPv4' && isLocalAddress(address));
  for (const { address } of own) assert.ok(every.split(', ').includes(address), address);
});

test('a certificate is signed anew when less than a third of its life is left, and keeps its names', async (t) => {
  const clock = heldClock();
  const opened = await open(t, { clock, domains: ['shop.test', 'example.com'] });
  const before = [await opened.certificates.pick('shop.test'), await opened.certificates.pick('example.com')];
  clock.tick(59 * DAY);
  assert.equal(opened.certificates.pick('shop.test'), before[0]);
  clock.tick(1.1 * DAY);
  await until(() => opened.log.kinds().filter((kind) => kind === 'certificate-renewed').length === 2 || undefined, 'two renewals');
  const after = [await opened.certificates.pick('shop.test'), await opened.certificates.pick('example.com')];
  assert.notEqual(after[0], before[0]);
  assert.notEqual(after[1], before[1]);
  assert.equal(names(after[0]), names(before[0]));
  assert.ok(Date.parse(new X509Certificate(after[0]!.cert).validTo) - clock.now() > 89 * DAY);
});

test('after a sleep longer than its life, no client is shown an expired certificate', async (t) => {
  const clock = heldClock();
  const opened = await open(t, { clock });
  await opened.certificates.pick('app.test');
  clock.time += 200 * DAY; // the timer has not run yet
  for (const name of [undefined, 'app.test']) {
    const pair = await opened.certificates.pick(name);
    assert.ok(Date.parse(new X509Certificate(pair!.cert).validTo) > clock.now(), String(name));
  }
});

test('a name is signed for once: while it is being signed and afterwards', async (t) => {
  const { certificates } = await open(t);
  const [one, two] = await Promise.all([certificates.pick('app.test'), certificates.pick('app.test')]);
  assert.equal(one, two);
  assert.equal(certificates.pick('app.test'), one);
});

test('invented names cost a bounded number of certificates, and the one in use stays', async (t) => {
  const clock = heldClock();
  const opened = await open(t, { clock });
  const kept = await opened.certificates.pick('kept.test');
  for (let i = 0; i < 250; i++) {
    if (i % 50 === 0) clock.tick(60_000);
    await opened.certificates.pick(`n${i}.test`);
    if (i % 50 === 0) assert.equal(opened.certificates.pick('kept.test'), kept);
  }
  assert.equal(opened.certificates.pick('kept.test'), kept);
  assert.ok(opened.certificates.pick('n0.test') instanceof Promise, 'the oldest was let go');
  assert.ok(!(opened.certificates.pick('n249.test') instanceof Promise), 'the newest is there');
});

test('names beyond 120 a minute are not signed for until the next minute', async (t) => {
  const clock = heldClock();
  const { certificates } = await open(t, { clock });
  for (let i = 0; i < 120; i++) assert.notEqual(await certificates.pick(`n${i}.test`), certificates.pick(undefined));
  assert.equal(certificates.pick('one-more.test'), certificates.pick(undefined));
  clock.tick(60_000);
  assert.notEqual(await certificates.pick('one-more.test'), certificates.pick(undefined));
});

test('a flood of invented names at one moment is not signed for', async (t) => {
  const { certificates } = await open(t);
  const answers = Array.from({ length: 100 }, (_, i) => certificates.pick(`n${i}.test`));
  assert.equal(answers.filter((answer) => answer instanceof Promise).length, 16);
  await Promise.all(answers.map(async (answer) => answer));
});

test('names that are no host names get the default certificate', async (t) => {
  const { certificates } = await open(t);
  const usual = certificates.pick(undefined);
  for (const name of ['', '.test', 'a..test', 'a b.test', `${'x'.repeat(64)}.test`, `${'x.'.repeat(130)}test`, 'a\0.test', '*.x.test', '127.0.0.1']) assert.equal(certificates.pick(name), usual, JSON.stringify(name));
});

test('when the authority has run out, the last certificate is kept and it is said', async (t) => {
  const clock = heldClock();
  const opened = await open(t, { clock });
  const last = await opened.certificates.pick(undefined);
  clock.tick(3700 * DAY);
  assert.equal(await opened.certificates.pick(undefined), last);
  assert.match((await opened.log.wait('certificate-unsigned')).message, /authority expired/);
});

test('loading the X.509 library leaves the global Reflect as it was', async () => {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', `
    const before = Object.getOwnPropertyNames(Reflect).join();
    const { x509 } = await import(${JSON.stringify(new URL('../../src/certs/x509.ts', import.meta.url).href)});
    console.log(before === Object.getOwnPropertyNames(Reflect).join(), typeof x509.X509Certificate);`]);
  assert.equal(stdout, 'true function\n');
});
