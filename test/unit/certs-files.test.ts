import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { appendFileSync, chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { completeness } from '../../src/certs/chain.ts';
import { DAY } from '../../src/certs/events.ts';
import type { CertificateError } from '../../src/certs/events.ts';
import { loadPair } from '../../src/certs/pair-file.ts';
import { createCertificates } from '../../src/certs/store.ts';
import type { CertificateOptions, Certificates } from '../../src/certs/store.ts';
import { fingerprint, watchFiles } from '../../src/certs/watch.ts';
import { eventLog, handshake, heldClock, makeCertificate, openssl, tempDir, tlsServer, until } from '../helpers/certs.ts';
import type { Made } from '../helpers/certs.ts';

interface Opened { readonly certificates: Certificates; readonly log: ReturnType<typeof eventLog> }

async function open(t: TestContext, pairs: readonly Made[], options: Partial<CertificateOptions> = {}): Promise<Opened> {
  const log = eventLog();
  const certificates = await createCertificates({ pairs, domains: [], dataDir: '/nonexistent', on: log.on, interval: 20, patience: 200, ...options });
  t.after(() => certificates.close());
  return { certificates, log };
}

const subject = async ({ certificates }: Opened, name?: string): Promise<string> => new X509Certificate((await certificates.pick(name))!.cert).subject;

test('a certificate is picked by its exact name, then by a wildcard for one label, else the first', async (t) => {
  const dir = tempDir(t);
  const opened = await open(t, [
    makeCertificate(dir, { name: 'first.example' }),
    makeCertificate(dir, { name: 'wild', sans: ['DNS:*.example.com', 'DNS:Example.org'] }),
    makeCertificate(dir, { name: 'www.example.com' }),
    makeCertificate(dir, { name: 'common-name-only', sans: ['email:a@b.example'] }),
  ]);
  const cases: [string | undefined, string][] = [
    [undefined, 'first.example'], ['first.example', 'first.example'], ['www.example.com', 'www.example.com'], ['shop.example.com', 'wild'],
    ['a.shop.example.com', 'first.example'], ['example.com', 'first.example'], ['example.org', 'wild'], ['unknown', 'first.example'], ['common-name-only', 'common-name-only'],
  ];
  for (const [name, expected] of cases) assert.equal(await subject(opened, name), `CN=${expected}`, name);
  assert.equal(opened.certificates.real, true);
  assert.deepEqual(opened.certificates.authorityFiles, []);
  assert.deepEqual([...opened.certificates.names], ['first.example', '*.example.com', 'example.org', 'www.example.com', 'common-name-only']);
});

// The names were once read by the library that makes certificates, and every start paid a quarter of a second for it.
test('names are read from what Node tells of a certificate, addresses in their one form', async (t) => {
  const { names } = await loadPair(makeCertificate(tempDir(t), { name: 'shop.example', sans: ['IP:2001:db8:0:0:0:0:0:1', 'DNS:Shop.example', 'URI:https://a/', 'IP:192.0.2.1', 'otherName:1.2.3;UTF8:a'] }));
  assert.deepEqual([...names], ['shop.example', '2001:db8::1', '192.0.2.1']);
});

test('the pair serves a TLS client', async (t) => {
  const pair = makeCertificate(tempDir(t), { name: 'localhost' });
  const { certificates } = await open(t, [pair]);
  assert.equal(await handshake(await tlsServer(t, certificates.pick), { name: 'localhost', ca: readFileSync(pair.cert, 'utf8') }), 'ok');
});

test('an encrypted key opens with its passphrase file, in each of its forms', async (t) => {
  const dir = tempDir(t);
  const made = makeCertificate(dir, { name: 'locked.example' });
  const passFile = join(dir, 'pass');
  writeFileSync(passFile, 'p\u00e4ss w\u00f6rd\r\n', { mode: 0o600 });
  for (const form of [[], ['-traditional']]) {
    const key = join(dir, `locked${form.length}.key`);
    openssl('pkey', '-in', made.key, '-aes256', ...form, '-passout', 'pass:p\u00e4ss w\u00f6rd', '-out', key);
    const { pair } = await loadPair({ cert: made.cert, key, passFile });
    assert.equal(pair.key, (await loadPair(made)).pair.key, 'what is served is the same key');
  }
  // The group's right is for Debian's ssl-cert and its like.
  chmodSync(made.key, 0o640);
  await loadPair(made);
});

test('RSA and Ed25519 keys, and key and certificate in one file, are taken', async (t) => {
  const dir = tempDir(t);
  const rsa = makeCertificate(dir, { name: 'rsa.example', key: ['rsa:2048'] });
  const ed = makeCertificate(dir, { name: 'ed.example', key: ['ed25519'] });
  const both = join(dir, 'both.pem');
  writeFileSync(both, readFileSync(rsa.key, 'utf8') + readFileSync(rsa.cert, 'utf8'), { mode: 0o600 });
  for (const pair of [ed, { cert: both, key: both }]) assert.equal((await loadPair(pair)).names.length, 1);
});

/** Each story: what was given, and what the message must say. */
const REFUSED: readonly [string, (dir: string, made: Made, other: Made) => Partial<Made & { readonly passFile: string }>, RegExp][] = [
  ['a key that belongs to another certificate', (_dir, _made, other) => ({ key: other.key }), /does not belong to the certificate/],
  ['swapped files', (_dir, made) => ({ cert: made.key, key: made.cert }), /--cert and --key seem to be swapped/],
  ['a certificate as key', (_dir, made) => ({ key: made.cert }), /no private key.*swapped/],
  ['a missing certificate', (dir) => ({ cert: join(dir, 'none.crt') }), /none\.crt does not exist/],
  ['a missing key', (dir) => ({ key: join(dir, 'none.key') }), /none\.key does not exist/],
  ['a folder', (dir) => ({ key: dir }), /cannot be read/],
  ['an encrypted key', (dir, made) => {
    const key = join(dir, 'encrypted.key');
    openssl('pkey', '-in', made.key, '-aes256', '-passout', 'pass:x', '-out', key);
    return { key };
  }, /encrypted with a passphrase.*openssl pkey -in/],
  ['an encrypted key of the old kind', (dir, made) => {
    const key = join(dir, 'encrypted.key');
    openssl('ec', '-in', made.key, '-aes256', '-passout', 'pass:x', '-out', key);
    return { key };
  }, /encrypted with a passphrase/],
  ['a DER file', (dir, made) => {
    const cert = join(dir, 'x.der');
    openssl('x509', '-in', made.cert, '-outform', 'der', '-out', cert);
    return { cert };
  }, /no certificate in it.*PEM.*openssl x509 -inform der/],
  ['a file that was cut off', (dir, made) => {
    const cert = join(dir, 'cut.crt');
    writeFileSync(cert, readFileSync(made.cert, 'utf8').slice(0, 300));
    return { cert };
  }, /cut off: 1 certificates begin in it and 0 end/],
  ['a damaged certificate', (dir, made) => {
    const cert = join(dir, 'bad.crt');
    writeFileSync(cert, readFileSync(made.cert, 'utf8').replace(/\n[^-\n]{64}\n/, '\n'));
    return { cert };
  }, /Certificate 1 of 1 .* is damaged/],
  ['a damaged key', (dir, made) => {
    const key = join(dir, 'bad.key');
    writeFileSync(key, readFileSync(made.key, 'utf8').replace(/\n[^-\n]{64}\n/, '\n'), { mode: 0o600 });
    return { key };
  }, /is damaged or of an unknown kind/],
  ['a key that every user of the machine can read', (dir, made) => {
    const key = join(dir, 'open.key');
    copyFileSync(made.key, key);
    chmodSync(key, 0o644);
    return { key };
  }, /open to every user .*mode 0644, expected 0600.*chmod o= '.*open\.key'/],
  ['a key whose passphrase is another', (dir, made) => {
    const [key, passFile] = [join(dir, 'locked.key'), join(dir, 'pass')];
    openssl('pkey', '-in', made.key, '-aes256', '-passout', 'pass:right', '-out', key);
    writeFileSync(passFile, 'wrong\n', { mode: 0o600 });
    return { key, passFile };
  }, /does not open with the passphrase in .*pass: .*openssl pkey -in/],
  ['a passphrase that every user of the machine can read', (dir) => {
    const passFile = join(dir, 'open-pass');
    writeFileSync(passFile, 'right\n');
    chmodSync(passFile, 0o644);
    return { passFile };
  }, /passphrase file .* is open to every user .*chmod o=/],
  ['a chain in the wrong order', (dir, made, other) => {
    const cert = join(dir, 'order.crt');
    writeFileSync(cert, readFileSync(other.cert, 'utf8') + readFileSync(made.cert, 'utf8'));
    return { cert };
  }, /belongs to certificate 2 in .*own certificate first/],
  ['a key too short for anybody', (dir) => makeCertificate(dir, { name: 'short.example', key: ['rsa:768'] }), /refused by the TLS library/],
];
for (const [story, change, message] of REFUSED) {
  test(`refused at the start: ${story}`, async (t) => {
    const dir = tempDir(t);
    const made = makeCertificate(dir, { name: 'a.example' });
    const pair = { ...made, ...change(dir, made, makeCertificate(dir, { name: 'b.example' })) };
    await assert.rejects(open(t, [pair]), (error: CertificateError) => {
      assert.equal(error.name, 'CertificateError');
      assert.match(error.message, message);
      return true;
    });
  });
}

function chainOf(dir: string): { root: Made; intermediate: Made; leaf: Made } {
  const root = makeCertificate(dir, { name: 'root', authority: true });
  const intermediate = makeCertificate(dir, { name: 'intermediate', authority: true, issuer: root });
  const leaf = makeCertificate(dir, { name: 'leaf.example', issuer: intermediate, extra: ['-addext', 'authorityInfoAccess=caIssuers;URI:http://ca.example/i.der'] });
  return { root, intermediate, leaf };
}

test('a chain without its intermediate is warned about, with what to do', async (t) => {
  const { leaf } = chainOf(tempDir(t));
  const { log } = await open(t, [leaf]);
  assert.deepEqual(log.kinds(), ['certificate-chain']);
  const [{ message, level }] = log.seen as [(typeof log.seen)[0]];
  assert.equal(level, 'warning');
  assert.match(message, /without the intermediate certificate of its issuer \(CN=intermediate\)/);
  assert.match(message, /fullchain\.pem.*http:\/\/ca\.example\/i\.der /);
});

test('a chain that stops halfway is warned about; one that reaches its root is not, nor a self-signed one', async (t) => {
  const dir = tempDir(t);
  const { root, intermediate, leaf } = chainOf(dir);
  appendFileSync(leaf.cert, readFileSync(intermediate.cert));
  assert.match((await loadPair(leaf)).chainTrouble ?? '', /stops at a certificate whose issuer \(CN=root\)/);
  appendFileSync(leaf.cert, readFileSync(root.cert));
  assert.equal((await loadPair(leaf)).chainTrouble, undefined);
  assert.equal((await loadPair(makeCertificate(dir, { name: 'self.example' }))).chainTrouble, undefined);
});

test('a chain that ends below a known root is whole without it', (t) => {
  const { root, intermediate, leaf } = chainOf(tempDir(t));
  const [top, middle, end] = [root, intermediate, leaf].map(({ cert }) => new X509Certificate(readFileSync(cert))) as [X509Certificate, X509Certificate, X509Certificate];
  assert.equal(completeness('x.pem', [end, middle], () => [top]), undefined);
  assert.match(completeness('x.pem', [end], () => [top]) ?? '', /without the intermediate/);
  // A root of the same name and another key has not signed it.
  const namesake = new X509Certificate(readFileSync(makeCertificate(tempDir(t), { name: 'root', authority: true }).cert));
  assert.match(completeness('x.pem', [end, middle], () => [namesake]) ?? '', /stops at/);
});

test('a domain that no certificate names is pointed out', async (t) => {
  const pair = makeCertificate(tempDir(t), { name: 'x', sans: ['DNS:a.example', 'DNS:*.b.example'] });
  const { log } = await open(t, [pair], { domains: ['a.example', 'www.b.example', '*.b.example', 'c.example'] });
  assert.deepEqual(log.kinds(), ['certificate-names']);
  assert.match(log.seen[0]!.message, /No certificate names c\.example/);
});

test('dates are watched: too early, nearly over, over; each is said once', async (t) => {
  const dir = tempDir(t);
  const pair = makeCertificate(dir, { name: 'a.example', days: 90 });
  const clock = heldClock(Date.now() - DAY);
  const { log } = await open(t, [pair], { clock });
  assert.deepEqual(log.kinds(), ['certificate-not-yet-valid']);
  for (let i = 0; i < 95 * 24; i++) clock.tick(DAY / 24);
  assert.deepEqual(log.kinds(), ['certificate-not-yet-valid', 'certificate-expiring', 'certificate-expired']);
});

test('a replaced pair is served from then on, without a restart', async (t) => {
  const dir = tempDir(t);
  const next = tempDir(t);
  const pair = makeCertificate(dir, { name: 'localhost' });
  const { certificates, log } = await open(t, [pair]);
  const port = await tlsServer(t, certificates.pick);
  const fresh = makeCertificate(next, { name: 'localhost', sans: ['DNS:localhost', 'DNS:new.test'] });
  copyFileSync(fresh.cert, pair.cert);
  copyFileSync(fresh.key, pair.key);
  const event = await log.wait('certificate-replaced');
  assert.match(event.message, /localhost, new\.test/);
  assert.equal(await handshake(port, { name: 'new.test', ca: readFileSync(fresh.cert, 'utf8') }), 'ok');
  assert.deepEqual(certificates.names, ['localhost', 'new.test']);
});

test('renaming into place, and turning the symbolic link of a folder, count as replacing', async (t) => {
  const dir = tempDir(t);
  for (const day of ['one', 'two', 'three']) mkdirSync(join(dir, day));
  const [one, two, three] = ['one', 'two', 'three'].map((day) => makeCertificate(join(dir, day), { name: 'site', sans: [`DNS:${day}.example`] })) as [Made, Made, Made];
  symlinkSync('one', join(dir, '..data'));
  symlinkSync(join('..data', 'site.crt'), join(dir, 'tls.crt'));
  symlinkSync(join('..data', 'site.key'), join(dir, 'tls.key'));
  const { certificates, log } = await open(t, [{ cert: join(dir, 'tls.crt'), key: join(dir, 'tls.key') }]);
  symlinkSync('two', join(dir, '..data_tmp'));
  renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
  await until(() => certificates.names[0] === 'two.example' || undefined, 'the folder that was swapped');
  renameSync(three.key, two.key);
  renameSync(three.cert, two.cert);
  await until(() => certificates.names[0] === 'three.example' || undefined, 'the files that were renamed');
  assert.deepEqual(log.kinds(), ['certificate-replaced', 'certificate-replaced']);
  assert.ok(one);
});

test('certificate first and key a little later is one replacement and no error', async (t) => {
  const pair = makeCertificate(tempDir(t), { name: 'a.example' });
  const fresh = makeCertificate(tempDir(t), { name: 'b.example' });
  const { log } = await open(t, [pair], { patience: 5000 });
  copyFileSync(fresh.cert, pair.cert);
  await sleep(200);
  assert.deepEqual(log.kinds(), []);
  copyFileSync(fresh.key, pair.key);
  await log.wait('certificate-replaced');
  assert.deepEqual(log.kinds(), ['certificate-replaced']);
});

test('a broken new file keeps the old pair, is reported once, and its repair is taken', async (t) => {
  const pair = makeCertificate(tempDir(t), { name: 'a.example' });
  const opened = await open(t, [pair]);
  const before = opened.certificates.pick('a.example');
  writeFileSync(pair.cert, '-----BEGIN CERTIFICATE-----\nMII');
  const event = await opened.log.wait('certificate-broken');
  assert.match(event.message, /old ones are served still.*cut off/);
  await sleep(400);
  assert.deepEqual(opened.log.kinds(), ['certificate-broken']);
  assert.equal(opened.certificates.pick('a.example'), before);
  const fresh = makeCertificate(tempDir(t), { name: 'b.example' });
  copyFileSync(fresh.key, pair.key);
  copyFileSync(fresh.cert, pair.cert);
  await opened.log.wait('certificate-replaced');
  assert.equal(await subject(opened), 'CN=b.example');
});

test('files that vanish are reported, and the old pair goes on; when they return unchanged, nothing happens', async (t) => {
  const pair = makeCertificate(tempDir(t), { name: 'a.example' });
  const opened = await open(t, [pair]);
  const text = readFileSync(pair.cert);
  rmSync(pair.cert);
  assert.match((await opened.log.wait('certificate-broken')).message, /does not exist/);
  writeFileSync(pair.cert, text);
  await sleep(200);
  assert.equal(await subject(opened), 'CN=a.example');
  assert.deepEqual(opened.log.kinds(), ['certificate-broken']);
});

// How long files may be unusable was measured by the clock of the day: set back by a day, it kept silent for a day.
test('files that cannot be used are reported in time, though the clock is set back', async (t) => {
  const file = join(tempDir(t), 'a.pem');
  writeFileSync(file, 'old');
  let now = 400 * DAY;
  let look = (): void => {};
  const told: Error[] = [];
  const clock = { now: () => now -= DAY, every: (_: number, task: () => void) => { look = task; return () => {}; } };
  const stop = watchFiles({ files: [file], clock, interval: 1000, patience: 3000, load: () => Promise.reject(new Error('cut off')), onBroken: (error) => told.push(error) }, await fingerprint([file]));
  writeFileSync(file, 'and new');
  for (let i = 0; i < 200 && told.length === 0; i++) { look(); await sleep(5); }
  stop();
  assert.equal(told.length, 1);
});

test('touching a file replaces nothing', async (t) => {
  const pair = makeCertificate(tempDir(t), { name: 'a.example' });
  const opened = await open(t, [pair]);
  const before = opened.certificates.pick(undefined);
  utimesSync(pair.cert, new Date(), new Date());
  await sleep(200);
  assert.equal(opened.certificates.pick(undefined), before);
  assert.deepEqual(opened.log.kinds(), []);
});

test('the new certificate is looked at like the first: a missing intermediate is warned about again', async (t) => {
  const pair = makeCertificate(tempDir(t), { name: 'a.example' });
  const { log } = await open(t, [pair]);
  const { leaf } = chainOf(tempDir(t));
  copyFileSync(leaf.cert, pair.cert);
  copyFileSync(leaf.key, pair.key);
  await log.wait('certificate-chain');
  assert.deepEqual(log.kinds(), ['certificate-replaced', 'certificate-chain']);
});

test('after close nothing is looked at any more', async (t) => {
  const pair = makeCertificate(tempDir(t), { name: 'a.example' });
  const { certificates, log } = await open(t, [pair]);
  certificates.close();
  copyFileSync(makeCertificate(tempDir(t), { name: 'b.example' }).cert, pair.cert);
  await sleep(400);
  assert.deepEqual(log.kinds(), []);
});
