import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { listAuthorities, openAuthority } from '../../src/certs/authority.ts';
import { scopeOf } from '../../src/certs/names.ts';
import { createCertificates } from '../../src/certs/store.ts';
import { findNssDatabases, nssStore } from '../../src/certs/trust-stores/nss.ts';
import { findSystemFamily, systemStore } from '../../src/certs/trust-stores/system.ts';
import type { SystemFamily } from '../../src/certs/trust-stores/system.ts';
import { runTrust, runUntrust } from '../../src/cli/trust.ts';
import type { TrustOptions } from '../../src/cli/trust.ts';
import { makeCertificate, tempDir, tlsServer } from '../helpers/certs.ts';
import { program, requires } from '../helpers/real.ts';

const certutil = (dir: string, ...args: string[]): string => execFileSync('certutil', ['-d', `sql:${dir}`, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const database = (dir: string): string => {
  mkdirSync(dir, { recursive: true });
  certutil(dir, '-N', '--empty-password');
  return dir;
};
const INSTALL = 'sudo apt install libnss3-tools';

interface Place { readonly dataDir: string; readonly home: string; readonly printed: string[]; readonly options: TrustOptions }

/** A home and a data directory of their own, and only the stores that live in them. */
async function place(t: TestContext, prepare: (home: string) => void = () => {}): Promise<Place> {
  const dir = tempDir(t);
  const [dataDir, home] = [join(dir, 'data'), join(dir, 'home')];
  mkdirSync(home);
  prepare(home);
  const printed: string[] = [];
  const stores = (await findNssDatabases(home, {})).map((found) => nssStore(found, INSTALL));
  return { dataDir, home, printed, options: { dataDir, home, stores, env: {}, platform: 'linux', print: (line) => printed.push(line) } };
}

/** The folders and the program of Debian, with everything but the program in a temporary place. */
function family(dir: string): SystemFamily {
  for (const sub of ['anchors', 'etc', 'hooks', 'none']) mkdirSync(join(dir, sub), { recursive: true });
  writeFileSync(join(dir, 'conf'), '');
  makeCertificate(join(dir, 'anchors'), { name: 'company' }); // Debian's program does not write a bundle of nothing
  rmSync(join(dir, 'anchors', 'company.key'));
  const command = ['update-ca-certificates', '--localcertsdir', join(dir, 'anchors'), '--etccertsdir', join(dir, 'etc'), '--certsdir', join(dir, 'none'), '--certsconf', join(dir, 'conf'), '--hooksdir', join(dir, 'hooks')];
  return { name: 'Debian elsewhere', anchors: join(dir, 'anchors'), bundle: join(dir, 'etc', 'ca-certificates.crt'), added: command, removed: [...command, '--fresh'], certutil: INSTALL };
}

describe('trust and untrust in the stores of browsers', requires('libnss3-tools'), () => {
  test('Chromium\'s database is made where it is missing; Firefox profiles, snaps and flatpaks are found', async (t) => {
    const { options, home, printed } = await place(t, (at) => {
      for (const dir of ['.mozilla/firefox/abc.default', '.config/mozilla/firefox/new.default', 'snap/firefox/common/.mozilla/firefox/s.default', '.var/app/org.mozilla.firefox/.mozilla/firefox/f.default', 'snap/chromium/current/.pki/nssdb', '.var/app/com.google.Chrome/.pki/nssdb']) database(join(at, dir));
      mkdirSync(join(at, '.mozilla/firefox/Crash Reports'));
    });
    assert.equal(await runTrust(options), 0, printed.join('\n'));
    const dirs = (await findNssDatabases(home, {})).map(({ dir }) => dir);
    assert.equal(dirs.length, 7);
    for (const dir of dirs) {
      assert.match(certutil(dir, '-L'), /^Sallyport local authority +C,,/m, dir);
      assert.doesNotThrow(() => certutil(dir, '-V', '-u', 'L', '-n', 'Sallyport local authority'), `NSS takes it for an authority of servers in ${dir}`);
    }
    assert.equal(printed.filter((line) => line.startsWith('✓') && line.endsWith('trusts it now.')).length, 7);
  });

  test('a second time it says that there was nothing to do, and untrust takes everything out', async (t) => {
    const { options, home, printed } = await place(t);
    await runTrust(options);
    printed.length = 0;
    assert.equal(await runTrust(options), 0);
    assert.ok(printed.some((line) => line.endsWith('trusts it already.')));
    printed.length = 0;
    assert.equal(await runUntrust(options), 0);
    assert.ok(printed.some((line) => line.endsWith('no longer trusts it.')), printed.join('\n'));
    assert.doesNotMatch(certutil(join(home, '.pki/nssdb'), '-L'), /Sallyport/);
    printed.length = 0;
    assert.equal(await runUntrust(options), 0);
    assert.ok(printed.some((line) => line.endsWith('does not have it.')));
  });

  test('other people\'s certificates in the same database stay', async (t) => {
    const other = await openAuthority(tempDir(t), scopeOf('other.example'));
    const { options, home } = await place(t, (at) => certutil(database(join(at, '.pki/nssdb')), '-A', '-t', 'C,,', '-n', 'Company root', '-i', other.file));
    await runTrust(options);
    await runUntrust(options);
    assert.match(certutil(join(home, '.pki/nssdb'), '-L'), /^Company root +C,,/m);
  });

  test('every authority there is goes in, and an authority that was made anew takes the place of the old one', async (t) => {
    const { options, home, dataDir } = await place(t);
    await openAuthority(dataDir, scopeOf('shop.example.com'));
    await runTrust(options);
    const db = join(home, '.pki/nssdb');
    assert.match(certutil(db, '-L'), /^Sallyport shop\.example\.com +C,,/m);
    rmSync(join(dataDir, 'authorities'), { recursive: true });
    assert.equal(await runTrust(options), 0);
    const [main] = await listAuthorities(dataDir);
    assert.equal(certutil(db, '-L', '-a', '-n', 'Sallyport local authority').replaceAll(/\s/g, ''), main!.pem.replaceAll(/\s/g, ''));
    await runUntrust(options);
    assert.doesNotMatch(certutil(db, '-L'), /Sallyport/, 'the one whose files have gone is taken out too');
  });

  test('an authority that is in the database without trust is trusted', async (t) => {
    const { options, home } = await place(t);
    await runTrust(options);
    const db = join(home, '.pki/nssdb');
    certutil(db, '-M', '-t', ',,', '-n', 'Sallyport local authority');
    assert.equal(await runTrust(options), 0);
    assert.match(certutil(db, '-L'), /^Sallyport local authority +C,,/m);
  });

  test('a database that cannot be used is reported, and the others still get it', async (t) => {
    const { options, home, printed } = await place(t, (at) => {
      mkdirSync(join(at, '.mozilla/firefox/broken'), { recursive: true });
      writeFileSync(join(at, '.mozilla/firefox/broken/cert9.db'), 'this is no database');
      database(join(at, '.mozilla/firefox/fine'));
    });
    assert.equal(await runTrust(options), 1);
    assert.match(printed.join('\n'), /✗ Firefox, profile broken: this did not work\.\n {2}certutil could not/);
    assert.match(certutil(join(home, '.mozilla/firefox/fine'), '-L'), /Sallyport/);
  });

  test('Chromium opens the site without a warning after trust, and not before', { ...requires('chromium', 'libnss3-tools'), timeout: 120_000 }, async (t) => {
    const { options, home, dataDir } = await place(t);
    const certificates = await createCertificates({ pairs: [], domains: [], dataDir, on: () => {} });
    t.after(() => certificates.close());
    const port = await tlsServer(t, certificates.pick);
    const { chromium } = await import('playwright-core');
    const visit = async (profile: string, host: string): Promise<string> => {
      const browser = await chromium.launchPersistentContext(join(home, profile), {
        executablePath: program('chromium'), args: ['--no-sandbox', '--no-proxy-server', '--host-resolver-rules=MAP *.test 127.0.0.1'], env: { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, '.config') },
      });
      try {
        const page = await browser.newPage();
        return await page.goto(`https://${host}:${port}/`).then((answer) => `${answer?.status()}`, (error: Error) => /ERR_\w+/.exec(error.message)?.[0] ?? error.message);
      } finally {
        await browser.close();
      }
    };
    assert.equal(await visit('before', 'localhost'), 'ERR_CERT_AUTHORITY_INVALID');
    assert.equal(await runTrust(options), 0);
    for (const host of ['localhost', 'app.localhost', 'shop.test', '127.0.0.1']) assert.equal(await visit('after', host), '200', host);
    await runUntrust(options);
    assert.equal(await visit('untrusted', 'localhost'), 'ERR_CERT_AUTHORITY_INVALID');
  });
});

describe('trust and untrust in the system\'s store', requires('ca-certificates', 'curl'), () => {
  test('root puts it in: curl with the bundle is served; untrust takes it out: curl refuses', async (t) => {
    const { options, dataDir, printed } = await place(t);
    const system = family(tempDir(t));
    const withSystem = { ...options, stores: [systemStore(system, true)] };
    const certificates = await createCertificates({ pairs: [], domains: [], dataDir, on: () => {} });
    t.after(() => certificates.close());
    const port = await tlsServer(t, certificates.pick);
    const curl = async () => (await promisify(execFile)('curl', ['-sS', '--noproxy', '*', '--max-time', '10', '--capath', join(tempDir(t), 'none'), '--cacert', system.bundle, `https://localhost:${port}/`])).stdout;

    assert.equal(await runTrust(withSystem), 0, printed.join('\n'));
    assert.equal(await curl(), 'hello');
    printed.length = 0;
    assert.equal(await runTrust(withSystem), 0);
    assert.ok(printed.includes('✓ the system store trusts it already.'));
    assert.equal(await runUntrust(withSystem), 0);
    assert.deepEqual(readdirSync(system.anchors), ['company.crt']);
    await assert.rejects(curl());
    printed.length = 0;
    await runUntrust(withSystem);
    assert.ok(printed.includes('✓ the system store does not have it.'));
  });

  test('without root the very commands are named, with full paths, and they work', async (t) => {
    const { options, printed } = await place(t);
    const system = family(tempDir(t));
    const withSystem = { ...options, stores: [systemStore(system, false)] };
    const follow = (): void => {
      const commands = printed.flatMap((line) => /^ {4}sudo (.*)$/.exec(line)?.[1] ?? []);
      assert.equal(commands.length, 2);
      for (const command of commands) execFileSync('sh', ['-c', command], { stdio: 'ignore', env: { PATH: `${process.env['PATH']}${delimiter}/usr/sbin`, HOME: '/nowhere' } });
      printed.length = 0;
    };
    assert.equal(await runTrust(withSystem), 1);
    assert.deepEqual(readdirSync(system.anchors), ['company.crt']);
    follow();
    assert.equal(await runTrust(withSystem), 0);
    assert.equal(await runUntrust(withSystem), 1);
    follow();
    assert.equal(await runUntrust(withSystem), 0);
    assert.deepEqual(readdirSync(system.anchors), ['company.crt']);
  });

  test('another person\'s authority is left alone, and named', async (t) => {
    const { options, printed } = await place(t);
    const system = family(tempDir(t));
    const theirs = join(system.anchors, 'sallyport-local-12345678.crt');
    writeFileSync(theirs, (await openAuthority(tempDir(t), scopeOf('localhost'))).pem);
    const withSystem = { ...options, stores: [systemStore(system, true)] };
    await runTrust(withSystem);
    await runUntrust(withSystem);
    assert.ok(existsSync(theirs));
    assert.ok(printed.some((line) => line.includes(theirs)));
  });

  test('an update that fails is a failure, with what the program said', async (t) => {
    const { options, printed } = await place(t);
    const system = { ...family(tempDir(t)), added: ['sh', '-c', 'echo no space left >&2; exit 3'] };
    assert.equal(await runTrust({ ...options, stores: [systemStore(system, true)] }), 1);
    assert.match(printed.join('\n'), /ended with status 3: no space left/);
    printed.length = 0;
    assert.equal(await runTrust({ ...options, stores: [systemStore({ ...system, added: ['true'] }, true)] }), 1);
    assert.match(printed.join('\n'), /shows no change/);
  });
});

test('certutil missing names the package to install', async (t) => {
  const { options, printed, home } = await place(t);
  const store = nssStore({ name: 'Chromium', dir: join(home, '.pki/nssdb') }, INSTALL, join(home, 'no-such-certutil'));
  assert.equal(await runTrust({ ...options, stores: [store] }), 1);
  assert.match(printed.join('\n'), /• Chromium: left for you to do\.\n {2}The program certutil is needed.*sudo apt install libnss3-tools/);
});

test('each family of Linux is recognised by its folder', () => {
  const at = (folder: string) => findSystemFamily((path) => path === folder)?.added[0];
  assert.equal(at('/usr/local/share/ca-certificates'), 'update-ca-certificates');
  assert.equal(at('/etc/pki/ca-trust/source/anchors'), 'update-ca-trust');
  assert.equal(at('/etc/ca-certificates/trust-source/anchors'), 'trust');
  assert.equal(at('/etc/pki/trust/anchors'), 'update-ca-certificates');
  assert.equal(at('/elsewhere'), undefined);
});

test('macOS and Windows are told the exact command, with the file; so are phones and Node', async (t) => {
  const { options, dataDir, printed } = await place(t);
  const { stores: _, ...own } = options;
  const file = join(dataDir, 'authorities', 'local', 'sallyport-local.crt');
  assert.equal(await runTrust({ ...own, platform: 'darwin' }), 1);
  assert.ok(printed.some((line) => line.startsWith('  security add-trusted-cert -r trustRoot') && line.endsWith(file)));
  assert.ok(printed.some((line) => line.includes('Certificate Trust Settings')) && printed.some((line) => line.includes('Android')));
  assert.ok(printed.some((line) => line.includes(`NODE_EXTRA_CA_CERTS=${file}`)) && printed.some((line) => line.includes(`curl --cacert ${file}`)));
  printed.length = 0;
  assert.equal(await runTrust({ ...own, platform: 'win32' }), 1);
  assert.ok(printed.includes(`  certutil -user -addstore Root "${file}"`));
  printed.length = 0;
  const [main] = await listAuthorities(dataDir);
  assert.equal(await runUntrust({ ...own, platform: 'win32' }), 1);
  assert.ok(printed.includes(`  certutil -user -delstore Root ${main!.sha1}`));
  assert.match(readFileSync(file, 'utf8'), /BEGIN CERTIFICATE/);
});

test('under sudo it says whose authority this is about', async (t) => {
  const { options, printed } = await place(t);
  await runTrust({ ...options, stores: [], uid: 0, env: { SUDO_USER: 'ada' } });
  assert.match(printed[0]!, /root's own authorities.*For those of ada, run it without sudo/);
});

test('an authority that cannot be used ends the command with its message', async (t) => {
  const { options, dataDir, printed } = await place(t);
  await openAuthority(dataDir, scopeOf('localhost'));
  writeFileSync(join(dataDir, 'authorities', 'local', 'sallyport-local.crt'), 'nonsense');
  assert.equal(await runTrust(options), 1);
  assert.match(printed.join('\n'), /certificate .* cannot be read/);
});
