import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { listAuthorities, openAuthority } from '../../src/certs/authority.ts';
import type { Authority } from '../../src/certs/authority.ts';
import { dataDirectory } from '../../src/certs/data-dir.ts';
import { CertificateError } from '../../src/certs/events.ts';
import { issueLeaf } from '../../src/certs/leaf.ts';
import { LOCAL_SCOPE, canonicalDomain, isLocalAddress, isLocalName, scopeOf } from '../../src/certs/names.ts';
import { heldClock, openssl, tempDir } from '../helpers/certs.ts';

/** What OpenSSL says of a leaf that this authority signs for these names: `OK`, or its reason. */
async function verdict(dir: string, authority: Authority, names: readonly string[]): Promise<string> {
  const leaf = await issueLeaf(authority, names, Date.now());
  writeFileSync(join(dir, 'leaf.pem'), leaf.pair.cert);
  try {
    openssl('verify', '-purpose', 'sslserver', '-x509_strict', '-CAfile', authority.file, join(dir, 'leaf.pem'));
    return 'OK';
  } catch (error) {
    return /error \d+ at 0 depth lookup: (.*)/.exec((error as { stderr: string }).stderr)?.[1] ?? String(error);
  }
}

test('the main authority can vouch for local names and addresses, and for nothing else', async (t) => {
  const dir = tempDir(t);
  const authority = await openAuthority(dir, LOCAL_SCOPE);
  const fine = ['localhost', '*.localhost', 'a.b.localhost', 'shop.test', 'printer.local', 'db.internal', 'nas.home.arpa', '127.0.0.1', '127.8.8.8', '::1', '10.1.2.3', '172.31.0.1', '192.168.1.5', '169.254.1.1', 'fe80::1', 'fd00::1'];
  assert.equal(await verdict(dir, authority, fine), 'OK');
  for (const foreign of ['example.com', 'localhost.example.com', 'notlocalhost', 'x.notest', 'com', '8.8.8.8', '172.32.0.1', '2001:db8::1']) {
    const expected = 'permitted subtree violation';
    assert.equal(await verdict(dir, authority, [foreign]), expected, foreign);
    assert.equal(await verdict(dir, authority, ['localhost', foreign]), expected, `localhost and ${foreign}`);
  }
});

test('an authority for one domain can vouch for that domain only', async (t) => {
  const dir = tempDir(t);
  const shop = await openAuthority(dir, scopeOf('shop.example.com'));
  assert.equal(await verdict(dir, shop, ['shop.example.com']), 'OK');
  for (const foreign of ['example.com', 'bank.example.com', 'localhost', 'notshop.example.com']) assert.equal(await verdict(dir, shop, [foreign]), 'permitted subtree violation', foreign);
  for (const address of ['127.0.0.1', '::1', '8.8.8.8']) assert.equal(await verdict(dir, shop, ['shop.example.com', address]), 'excluded subtree violation', address);
  assert.equal(shop.file, join(dir, 'authorities', 'shop.example.com', 'sallyport-shop.example.com.crt'));
});

test('an authority for a single label leaves the top-level domain of that name alone', async (t) => {
  const dir = tempDir(t);
  const app = await openAuthority(dir, scopeOf('app'));
  assert.equal(await verdict(dir, app, ['app']), 'OK');
  assert.equal(await verdict(dir, app, ['cash.app']), 'excluded subtree violation');
});

test('an authority for a public address can vouch for that address only', async (t) => {
  const dir = tempDir(t);
  const authority = await openAuthority(dir, scopeOf('2001:db8::7'));
  assert.equal(await verdict(dir, authority, ['2001:db8::7']), 'OK');
  assert.equal(await verdict(dir, authority, ['2001:db8::8']), 'permitted subtree violation');
  assert.equal(await verdict(dir, authority, ['example.com']), 'excluded subtree violation');
});

test('the authority says whose it is, signs leaves only, and does so for ten years', async (t) => {
  const { file, commonName } = await openAuthority(tempDir(t), LOCAL_SCOPE);
  const text = openssl('x509', '-in', file, '-noout', '-text');
  assert.match(commonName, /^Sallyport local authority \(.+@.+\)$|…$/);
  assert.match(text, /Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
  assert.match(text, /Key Usage: critical\s+Certificate Sign, CRL Sign/);
  assert.match(text, /Extended Key Usage: \s+TLS Web Server Authentication/);
  assert.match(text, /Name Constraints: critical/);
  assert.match(text, /ASN1 OID: prime256v1/);
  openssl('x509', '-in', file, '-noout', '-checkend', String(9.9 * 365 * 86400));
  assert.throws(() => openssl('x509', '-in', file, '-noout', '-checkend', String(10.1 * 365 * 86400)));
});

test('the key is for its owner alone, in a folder for its owner alone', async (t) => {
  const dir = join(tempDir(t), 'data');
  await openAuthority(dir, LOCAL_SCOPE);
  const mode = (...path: string[]): string => (statSync(join(dir, ...path)).mode & 0o777).toString(8);
  assert.equal(mode('authorities', 'local', 'authority.key'), '600');
  assert.equal(mode('authorities', 'local'), '700');
  assert.equal(mode('authorities'), '700');
});

test('a key that others can read is refused, with the command that closes it', async (t) => {
  const dir = tempDir(t);
  await openAuthority(dir, LOCAL_SCOPE);
  const key = join(dir, 'authorities', 'local', 'authority.key');
  chmodSync(key, 0o640);
  await assert.rejects(openAuthority(dir, LOCAL_SCOPE), (error: CertificateError) => {
    assert.ok(error instanceof CertificateError);
    assert.match(error.message, /mode 0640, expected 0600/);
    assert.ok(error.message.includes(`chmod 600 '${key}'`));
    return true;
  });
  chmodSync(key, 0o600);
  await openAuthority(dir, LOCAL_SCOPE);
});

test('a key that does not fit its certificate, a damaged one and a missing one are refused', async (t) => {
  const dir = tempDir(t);
  const other = await openAuthority(dir, scopeOf('example.com'));
  await openAuthority(dir, LOCAL_SCOPE);
  const key = join(dir, 'authorities', 'local', 'authority.key');
  writeFileSync(key, readFileSync(join(dir, 'authorities', other.id, 'authority.key')));
  await assert.rejects(openAuthority(dir, LOCAL_SCOPE), /does not fit the certificate/);
  writeFileSync(key, 'nonsense');
  await assert.rejects(openAuthority(dir, LOCAL_SCOPE), CertificateError);
  writeFileSync(join(dir, 'authorities', 'local', 'sallyport-local.crt'), 'nonsense');
  await assert.rejects(openAuthority(dir, LOCAL_SCOPE), /certificate .* cannot be read/);
});

test('an expired authority is refused with the way to a new one', async (t) => {
  const dir = tempDir(t);
  const clock = heldClock(Date.now() - 11 * 365 * 86_400_000);
  await openAuthority(dir, LOCAL_SCOPE, clock);
  await assert.rejects(openAuthority(dir, LOCAL_SCOPE), /expired on .*sallyport untrust.*sallyport trust/s);
});

test('it is made once: the second opening gives the same one', async (t) => {
  const dir = tempDir(t);
  const first = await openAuthority(dir, LOCAL_SCOPE);
  const second = await openAuthority(dir, LOCAL_SCOPE);
  assert.deepEqual([first.created, second.created], [true, false]);
  assert.equal(second.sha256, first.sha256);
});

test('processes that start at the same moment end with one authority and no left-overs', async (t) => {
  const dir = tempDir(t);
  const script = `
    const { openAuthority } = await import(${JSON.stringify(new URL('../../src/certs/authority.ts', import.meta.url).href)});
    const { LOCAL_SCOPE } = await import(${JSON.stringify(new URL('../../src/certs/names.ts', import.meta.url).href)});
    while (Date.now() < ${Date.now() + 2500});
    const all = await Promise.all([1, 2, 3].map(() => openAuthority(${JSON.stringify(dir)}, LOCAL_SCOPE)));
    console.log(JSON.stringify(all.map(({ sha256, created }) => [sha256, created])));`;
  const run = () => promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
  const outputs = await Promise.all([run(), run()]);
  const seen = outputs.flatMap(({ stdout }) => JSON.parse(stdout) as [string, boolean][]);
  assert.equal(seen.length, 6);
  assert.equal(new Set(seen.map(([sha256]) => sha256)).size, 1);
  assert.equal(seen.filter(([, created]) => created).length, 1);
  assert.deepEqual(readdirSync(join(dir, 'authorities')), ['local']);
});

test('a place that cannot be written says so, and names SALLYPORT_DATA_DIR', async (t) => {
  const dir = tempDir(t);
  writeFileSync(join(dir, 'file'), '');
  await assert.rejects(openAuthority(join(dir, 'file'), LOCAL_SCOPE), /SALLYPORT_DATA_DIR/);
});

test('all authorities are listed, the main one first, drafts of a killed process not', async (t) => {
  const dir = tempDir(t);
  assert.deepEqual(await listAuthorities(dir), []);
  for (const domain of ['b.example', 'localhost', 'a.example']) await openAuthority(dir, scopeOf(domain));
  mkdirSync(join(dir, 'authorities', '.local-abc'));
  assert.deepEqual((await listAuthorities(dir)).map(({ id }) => id), ['local', 'a.example', 'b.example']);
});

test('the data directory is the environment\'s, else the user\'s', () => {
  assert.equal(dataDirectory({ SALLYPORT_DATA_DIR: '/srv/x' }), '/srv/x');
  assert.match(dataDirectory({}), /sallyport/);
  assert.ok(!existsSync(join(dataDirectory({}), 'nodejs')) && !dataDirectory({}).includes('nodejs'));
});

test('domains come out in the form certificates carry; what would take in a whole top-level domain does not', () => {
  assert.equal(canonicalDomain('Shop.Example.COM.'), 'shop.example.com');
  assert.equal(canonicalDomain('bücher.example'), 'xn--bcher-kva.example');
  assert.equal(canonicalDomain('*.test'), '*.test');
  assert.equal(canonicalDomain('[::1]'), '::1');
  for (const bad of ['*.com', 'a b', '', '-x.test', 'a..b', '*.*.test', 'x/y', 'a:1']) assert.throws(() => canonicalDomain(bad), /domain/, bad);
});

test('local is what nobody else can own', () => {
  for (const name of ['localhost', 'x.localhost', '*.test', 'nas.local']) assert.ok(isLocalName(name), name);
  for (const name of ['mylocalhost', 'localhost.com', 'arpa', 'home.arpa.com']) assert.ok(!isLocalName(name), name);
  for (const address of ['127.0.0.1', '::1', '192.168.0.1', 'fd12::1']) assert.ok(isLocalAddress(address), address);
  for (const address of ['1.1.1.1', '2001:db8::1', 'localhost', '172.15.0.1']) assert.ok(!isLocalAddress(address), address);
});
