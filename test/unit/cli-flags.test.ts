/** Every flag, what it becomes, and what is said of a wrong one: by `sallyport check`, which opens no door. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Command } from 'commander';
import { addFlags, type Flags } from '../../src/cli/flags.ts';
import { main } from '../../src/cli/program.ts';
import { version } from '../../src/cli/version.ts';
import { readSettings } from '../../src/cli/settings.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { DEFAULT_COMPRESS } from '../../src/config/defaults.ts';
import type { Settings } from '../../src/config/settings/settings.ts';
import { scope, tempDir } from '../helpers/scope.ts';

const cwd = tempDir(scope());
for (const dir of ['media', 'assets', 'conf', 'conf/media']) mkdirSync(join(cwd, dir));
for (const name of ['a.pem', 'a.key', 'b.pem', 'b.key', 'pass', 'b.pass', 'media/index.html']) writeFileSync(join(cwd, name), '');
writeFileSync(join(cwd, 'conf/one.json'), '{ "app": 8000, "http": 8080, "static": { "/m/": "./media" }, "routes": { "/r/": { "static": "media" } }, "hsts": 300 }');
writeFileSync(join(cwd, 'conf/sites.json'), '{ "grace": 5, "sites": [{ "hosts": ["a.test"], "app": 8000 }] }');

const terminal = (more: Partial<Terminal> = {}) => {
  const said = { out: '', err: '' };
  const it: Terminal = { out: (text) => { said.out += text; }, err: (text) => { said.err += text; }, interactive: false, cwd, env: {}, ...more };
  return { said, it };
};

const call = async (args: readonly string[], more: Partial<Terminal> = {}) => {
  const { said, it } = terminal(more);
  const status = await main(args, it);
  return { status, ...said };
};

/** The settings that a call would run with. */
const settings = async (...args: string[]): Promise<Settings> => {
  const command = addFlags(new Command().argument('[app]')).exitOverride();
  command.parse(args, { from: 'user' });
  return (await readSettings(command.args[0], command.opts<Flags>(), terminal().it)).settings;
};

test('the call of the manual: app, doors, a folder, a log', async () => {
  const { https, http, log, sites: [site] } = await settings('http://127.0.0.1:8000', '--https', '127.0.0.1:8443', '--http', '127.0.0.1:8080', '--static', '/media/=./media', '--log', 'json');
  assert.deepEqual([https, http], [8443, 8080].map((port) => ({ kind: 'at', address: { kind: 'ip', host: '127.0.0.1', port } })));
  assert.equal(log, 'json');
  assert.deepEqual(site?.routes.map((route) => route.kind === 'static' ? [route.path, route.dir] : route.kind === 'app' ? [route.path, route.app.written] : []), [['/media/', join(cwd, 'media')], ['/', 'http://127.0.0.1:8000']]);
});

test('--root belongs to an app at fastcgi://, which needs it; both refusals name the flag', async () => {
  const { sites: [site] } = await settings('fastcgi+unix:php.sock', '--root', 'media');
  assert.deepEqual(site?.routes.map((route) => route.kind === 'app' && [route.root, route.app.protocol, route.app.servers[0]?.addresses]), [[join(cwd, 'media'), 'fastcgi', [{ kind: 'unix', path: join(cwd, 'php.sock') }]]]);
  for (const [args, said] of [
    [['fastcgi://127.0.0.1:9000'], /--root: saw nothing, expected the folder of the PHP files that fastcgi:\/\/127\.0\.0\.1:9000 runs\. Add --root DIR/],
    [['8000', '--root', 'media'], /--root: saw ".*media", expected an app that speaks FastCGI/],
    [['fastcgi://127.0.0.1:9000', '--root', 'nope'], /--root: saw ".*nope", expected a folder that is there/],
  ] as const) {
    const { status, err } = await call(['check', ...args]);
    assert.equal(status, 2);
    assert.match(err, said);
  }
});

test('every flag arrives', async () => {
  const front = await settings(
    '8000', '--https', 'unix:web.sock', '--http', 'off', '--public-https-port', '443', '--public-http-port', '80',
    '--cert', 'a.pem', '--key', 'a.key', '--cert', 'b.pem', '--key', 'b.key', '--key-pass-file', 'pass', '--domain', 'a.test', '--domain', '*.b.test',
    '--static', '/media/=media', '--static', '/assets/=assets', '--static-missing', 'app', '--static-precompressed', '--static-cache', 'no-cache',
    '--speaks', 'ssl-flag', '--tell', 'X-Port: {port}', '--tell', 'X-On: yes', '--allow-header', 'X_Ok',
    '--trust', 'loopback', '--trust', '10.0.0.0/8', '--trust-header', 'X-Real-IP', '--trust-header', 'scheme=X-My-Proto', '--trust-header', 'X-Forwarded-Host',
    '--scheme', '/checkout/=https', '--scheme', '/feed/=http', '--scheme', '/=either', '--health', '/up', '--health', '/live', '--secure-cookies', 'on',
    '--compress', '--max-body', '1MiB', '--stream-bodies', '--read-ahead', '64k', '--timeout', 'answer=2m', '--timeout', 'head=5', '--body-rate', '2k', '--send-rate', 'off', '--grace', '7', '--log', 'combined', '--log-file', 'access.log', '--log-hide', 'a, b', '--log-hide', 'c', '--admin', '9443', '--admin-host', 'front.test',
  );
  assert.deepEqual([front.https, front.http], [{ kind: 'at', address: { kind: 'unix', path: join(cwd, 'web.sock') } }, { kind: 'off' }]);
  assert.deepEqual([front.publicHttpsPort, front.publicHttpPort, front.grace, front.log, front.allowHeaders], [443, 80, 7, 'combined', ['X_Ok']]);
  assert.deepEqual(front.admin, { address: { kind: 'ip', host: '127.0.0.1', port: 9443 }, passwordFile: undefined, hosts: ['front.test'] });
  assert.deepEqual([front.logFile, front.logHide], [join(cwd, 'access.log'), ['a', 'b', 'c']]);
  assert.deepEqual(front.certificates, ['a', 'b'].map((name) => ({ cert: join(cwd, `${name}.pem`), key: join(cwd, `${name}.key`), passFile: join(cwd, 'pass') })));
  assert.deepEqual([front.trust, front.trustHeaders], [['loopback', '10.0.0.0/8'], { scheme: 'X-My-Proto', client: 'X-Real-IP', host: 'X-Forwarded-Host', port: undefined }]);
  assert.deepEqual([front.timeouts.answer, front.timeouts.head], [120000, 5000]);
  assert.deepEqual(front.leastRates, { body: 2048, send: 0 });
  const site = front.sites[0]!;
  assert.deepEqual(site.hosts, ['a.test', '*.b.test']);
  assert.deepEqual(site.schemes, [['/checkout/', 'https'], ['/feed/', 'http'], ['/', 'either']]);
  assert.deepEqual([site.health, site.speaks, site.secureCookies], [['/up', '/live'], 'ssl-flag', true]);
  assert.deepEqual(site.tell, [{ name: 'X-Port', value: '{port}' }, { name: 'X-On', value: 'yes' }]);
  assert.deepEqual(site.routes.map((route) => route.kind === 'app' ? [route.maxBody, route.streamBodies, route.readAhead] : route.kind === 'static' ? [route.path, route.missing, route.cacheControl, route.fallback] : []),
    [['/assets/', 'app', 'no-cache', undefined], ['/media/', 'app', 'no-cache', undefined], [1048576, true, 65536]]);
  for (const route of site.routes) if (route.kind === 'static') assert.deepEqual(route.precompressed, ['br', 'zstd', 'gzip']);
  for (const route of site.routes) assert.deepEqual('compress' in route && route.compress, DEFAULT_COMPRESS, route.path);
});

test('each key may have a passphrase file of its own, in the same place', async () => {
  const { certificates } = await settings('8000', '--cert', 'a.pem', '--key', 'a.key', '--cert', 'b.pem', '--key', 'b.key', '--key-pass-file', 'pass', '--key-pass-file', 'b.pass');
  assert.deepEqual(certificates.map(({ passFile }) => passFile), ['pass', 'b.pass'].map((name) => join(cwd, name)));
});

test('HSTS, a fallback and cookies that are left alone', async () => {
  const [site] = (await settings('--static', '/=media', '--static-fallback', 'index.html', '--hsts', '31536000,subdomains', '--secure-cookies', 'off')).sites;
  assert.deepEqual([site?.hsts, site?.secureCookies], [{ maxAge: 31536000, includeSubDomains: true, preload: false }, false]);
  assert.equal(site?.routes[0]?.kind === 'static' && site.routes[0].fallback, 'index.html');
});

test('the log is pretty on a terminal and json elsewhere', async () => {
  for (const [interactive, log] of [[true, 'pretty'], [false, 'json']] as const) {
    assert.equal((await readSettings('1', {}, terminal({ interactive }).it)).settings.log, log);
  }
});

const REFUSED: readonly (readonly [args: readonly string[], said: RegExp])[] = [
  [[], /APP: saw nothing, expected an app or a folder.*sallyport 8000/],
  [['80000'], /APP: saw "80000", expected a port from 1 to 65535/],
  [['8000', '9000'], /too many arguments/],
  [['8000', '--htps', '1'], /unknown option '--htps'[^]*--https/],
  [['8000', '--https'], /argument missing/],
  [['8000', '--https', '70000'], /--https: saw "70000"/],
  [['8000', '--https', 'off', '--http', 'off'], /--https: saw "off", expected at least one door/],
  [['8000', '--public-https-port', 'x'], /--public-https-port: saw "x", expected a port from 1 to 65535/],
  [['8000', '--cert', 'a.pem'], /--cert: saw "a\.pem", expected one --key for each --cert/],
  [['8000', '--key', 'a.key'], /--key: saw "a\.key", expected one --cert for each --key/],
  [['8000', '--key-pass-file', 'pass'], /--key-pass-file: saw "pass", expected a --key that it is for/],
  [['8000', '--cert', 'a.pem', '--key', 'a.key', '--key-pass-file', 'pass', '--key-pass-file', 'b.pass'], /--key-pass-file: saw "pass, b\.pass", expected one, or one for each --key/],
  [['8000', '--cert', 'no.pem', '--key', 'a.key'], /--cert: .*no\.pem is missing/],
  [['8000', '--cert', 'a.pem', '--key', 'no.key'], /--key: .*no\.key is missing/],
  [['8000', '--domain', 'https://a.test'], /--domain: .*host name alone/],
  [['8000', '--static', './media'], /--static: saw "\.\/media", expected a path, = and a value.*--static \/media\/=\.\/media/],
  [['8000', '--static', '/m/=nope'], /--static: .*nope is missing/],
  [['8000', '--static', '/m/=media', '--static', '/m/=assets'], /--static: .*\/m\/ once/],
  [['8000', '--static-precompressed'], /--static-precompressed: .*a --static that it belongs to/],
  [['8000', '--static-missing', 'app'], /--static-missing: .*a --static that it belongs to/],
  [['8000', '--client-cert-optional'], /--client-cert-optional: saw nothing, expected a --client-ca beside it. Example: --client-ca clients.pem/],
  [['8000', '--static', '/m/=media', '--static-missing', '403'], /--static-missing: saw "403", expected "404" or "app"/],
  [['8000', '--static', '/m/=media', '--static-fallback', 'no.html'], /--static-fallback: saw "no\.html"/],
  [['8000', '--speaks', 'x'], /--speaks: saw "x", expected standard/],
  [['8000', '--tell', 'X'], /--tell: saw "X".*a colon/],
  [['8000', '--trust', '5'], /--trust: saw "5".*hops/],
  [['8000', '--trust-header', 'X-Mine'], /--trust-header: saw "X-Mine".*scheme=X-Mine/],
  [['8000', '--trust-header', 'X-Real-IP', '--trust-header', 'client=X-C'], /--trust-header: .*one header for the client/],
  [['8000', '--allow-header', 'X_Forwarded_For'], /--allow-header: .*forge/],
  [['8000', '--scheme', 'https'], /--scheme: saw "https".*Example: --scheme '\/checkout\/=https'/],
  [['8000', '--scheme', '/x=both'], /--scheme: saw "both", expected https, http or either/],
  [['8000', '--scheme', '/x=http', '--scheme', '/x=https'], /--scheme: .*\/x once/],
  [['8000', '--health', 'up'], /--health: .*\/up/],
  [['8000', '--hsts', '300', '--scheme', '/feed/=http'], /--hsts: .*whole host.*\/feed\//],
  [['8000', '--secure-cookies', 'yes'], /--secure-cookies: saw "yes"/],
  [['8000', '--max-body', 'big'], /--max-body: saw "big", expected a size/],
  [['8000', '--read-ahead', '0'], /--read-ahead: saw "0", expected a size/],
  [['8000', '--timeout', 'answer'], /--timeout: saw "answer".*answer=2m/],
  [['8000', '--timeout', 'anser=2m'], /--timeout anser: .*Did you mean answer/],
  [['8000', '--body-rate', 'slow'], /--body-rate: saw "slow", expected bytes a second above 0/],
  [['8000', '--timeout', 'answer=soon'], /--timeout answer: saw "soon", expected a duration/],
  [['8000', '--grace', '-1'], /--grace: saw "-1"/],
  [['8000', '--log-file', 'nope/x.log'], /--log-file: saw "[^"]*nope.x\.log".*Make .*nope first/],
  [['8000', '--admin', '*:9443'], /--admin: saw "\*:9443", expected loopback or a unix socket, or a password.*--admin-password-file/],
  [['8000', '--admin', '0.0.0.0:9443'], /--admin-password-file/],
  [['8000', '--admin', '10.0.0.1:9443'], /--admin-password-file/],
  [['8000', '--admin', '9443', '--admin-password-file', 'no.txt'], /--admin-password-file: .*no\.txt is missing/],
  [['8000', '--log', 'xml'], /--log: saw "xml", expected pretty, json, combined or off/],
  [['--config', 'no.ts'], /--config: .*no\.ts is missing/],
  [['8000', '--watch'], /--watch: saw true, expected a configuration file to watch\. Name one with --config/],
  [['--config', 'conf/sites.json', '--domain', 'x.test'], /--domain: .*beside a configuration with sites.*write it into that site/],
  [['8000', '--config', 'conf/sites.json'], /APP: .*beside a configuration with sites/],
  [['--config', 'conf/one.json', '--scheme', '/f/=http'], /hsts: saw "300 seconds"/],
];
for (const [args, said] of REFUSED) {
  test(`refused with status 2: sallyport ${args.join(' ') || '(nothing)'}`, async () => {
    for (const words of [['check', ...args], args]) { // first as one that ends by itself: what is not refused would be served for ever
      const { status, err, out } = await call(words);
      assert.match(err, said);
      assert.deepEqual([status, out], [2, '']);
    }
  });
}

test('flags win over the file; what they do not name stays the file\'s', async () => {
  const front = await settings('9000', '--config', 'conf/one.json', '--http', 'off', '--static', '/r/=media', '--grace', '3');
  assert.deepEqual([front.http, front.grace, front.sites[0]?.hsts?.maxAge], [{ kind: 'off' }, 3, 300]);
  assert.deepEqual(front.sites[0]?.routes.map((route) => route.kind === 'static' ? [route.path, route.dir] : route.kind === 'app' ? route.app.written : []),
    [['/m/', join(cwd, 'conf/media')], ['/r/', join(cwd, 'media')], '9000']); // the file's folder, the current folder
});

test('flags about the whole front go with sites', async () => {
  const front = await settings('--config', 'conf/sites.json', '--http', 'off', '--trust', 'unix', '--log', 'off');
  assert.deepEqual([front.http.kind, front.trust, front.log, front.grace], ['off', ['unix'], 'off', 5]);
});

test('the folder\'s own configuration is used where a call names nothing to serve', async () => {
  writeFileSync(join(cwd, 'conf/sallyport.config.json'), '{ "app": 8123 }');
  const alone = await call(['check'], { cwd: join(cwd, 'conf') });
  assert.match(alone.out, /^sallyport\.config\.json is right[^]*8123/);
  const named = await call(['check', '9000'], { cwd: join(cwd, 'conf') });
  assert.doesNotMatch(named.out, /8123/);
});

test('check prints what would run: doors, certificates, who is believed, sites, routes, how apps are told', async () => {
  const { status, out } = await call(['check', 'localhost:8000', '--https', '8443', '--http', 'off', '--public-https-port', '443', '--static', '/media/=media', '--trust', 'loopback',
    '--trust-header', 'X-Real-IP', '--tell', 'X-On: {on}', '--domain', 'a.test', '--health', '/up', '--hsts', '300']);
  assert.equal(status, 0);
  for (const line of [/https +port 8443 on loopback; the world sees port 443/, /http +off/, /certificates +signed by a local authority for localhost.*a\.test/,
    /believed +loopback: scheme from X-Forwarded-Proto, client from X-Real-IP/, /site a\.test/, /\/media\/ +files in .*media; a missing one is 404/,
    /\/ +app at 127\.0\.0\.1:8000, then \[::1\]:8000; bodies up to 100 MiB, collected first/, /scheme +https everywhere/, /told +standard: X-Forwarded-For.*X-On/, /health +\/up/, /hsts +300 s/]) assert.match(out, line);
});

test('check reads the certificates as the front would', async () => {
  const { status, err } = await call(['check', '8000', '--cert', 'a.pem', '--key', 'a.key']);
  assert.equal(status, 2);
  assert.match(err, /a\.pem/);
});

test('flags before a command count as well', async () => {
  const { out } = await call(['--https', '8443', 'check', '8000']);
  assert.match(out, /https +port 8443/);
});

test('a mistyped command is noticed', async () => {
  assert.match((await call(['chek'])).err, /Did you mean check\?/);
});

test('help begins with examples, groups the flags and names every one of them', async () => {
  const { status, out } = await call(['--help']);
  assert.equal(status, 0);
  assert.ok(out.indexOf('sallyport 8000') < out.indexOf('Usage:') && out.indexOf('sallyport 8000') > 0);
  for (const word of ['Doors:', 'Limits:', 'run', 'check', 'trust', 'untrust', 'demo', '--config', '--version']) assert.ok(out.includes(word), word);
  for (const option of addFlags(new Command()).options) assert.ok(out.includes(option.long!), option.long);
});

test('the version is the package\'s', async () => {
  assert.match(version(), /^\d+\.\d+\.\d+/);
  assert.deepEqual(await call(['--version']), { status: 0, out: `${version()}\n`, err: '' });
});

test('run without a command is refused', async () => {
  const { status, err } = await call(['run']);
  assert.equal(status, 2);
  assert.match(err, /missing required argument 'command'/);
});
