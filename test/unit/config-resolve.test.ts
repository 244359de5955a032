/** From a configuration as written to the one frozen value, and every refusal on the way. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { DEFAULT_COMPRESS, DEFAULT_UPSTREAM } from '../../src/config/defaults.ts';
import { ConfigError } from '../../src/config/problems.ts';
import { resolveConfig } from '../../src/config/resolve/resolve.ts';
import type { Config } from '../../src/config/types.ts';
import type { Settings } from '../../src/config/settings/settings.ts';
import { scope, tempDir } from '../helpers/scope.ts';

const folder = tempDir(scope());
mkdirSync(join(folder, 'media'));
writeFileSync(join(folder, 'media/index.html'), 'x');
writeFileSync(join(folder, 'c.pem'), '');
writeFileSync(join(folder, 'k.pem'), '');

const settings = (config: Config): Settings => resolveConfig(config, { folder, defaultLog: 'json' });

const refusal = (config: unknown): string => {
  try {
    resolveConfig(config, { folder, defaultLog: 'json' });
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
  throw new Error(`accepted: ${JSON.stringify(config)}`);
};

test('an app alone gets the defaults', () => {
  const { sites: [site], ...front } = settings({ app: 8000 });
  assert.deepEqual(front.https, { kind: 'auto' });
  assert.deepEqual(front.trustHeaders, { scheme: 'X-Forwarded-Proto', client: 'X-Forwarded-For', host: undefined, port: undefined });
  assert.equal(front.grace, 30);
  assert.equal(front.log, 'json');
  assert.deepEqual(site, {
    hosts: [], schemes: [], health: [], hsts: undefined, speaks: 'standard', tell: [], secureCookies: undefined,
    routes: [{ kind: 'app', path: '/', app: { written: '8000', protocol: 'http', servers: [{ written: '8000', addresses: [{ kind: 'ip', host: '127.0.0.1', port: 8000 }, { kind: 'ip', host: '::1', port: 8000 }] }], ...DEFAULT_UPSTREAM }, maxBody: 104857600, readAhead: 1048576, streamBodies: false }],
  });
});

test('every key arrives in the settings', () => {
  const given = settings({
    https: '127.0.0.1:8443', http: 8080, publicHttpsPort: 443, publicHttpPort: 80, certificates: [{ cert: 'c.pem', key: './k.pem' }],
    trust: ['loopback', '10.0.0.0/8'], trustHeaders: { client: 'X-Real-IP', host: 'X-Forwarded-Host' }, allowHeaders: ['X_Custom'], log: 'combined', grace: '1m',
    timeouts: { answer: '2m', connect: 1 }, app: 'unix:app.sock', domains: ['Example.com'], scheme: { '/feed/': 'http' }, health: '/up', speaks: 'legacy',
    tell: ['X-Port: {port}'], secureCookies: true, maxBody: '1MiB', streamBodies: true, readAhead: '64k',
  });
  assert.deepEqual(given.certificates, [{ cert: join(folder, 'c.pem'), key: join(folder, 'k.pem') }]);
  assert.deepEqual(given.trust, ['loopback', '10.0.0.0/8']);
  assert.deepEqual(given.trustHeaders, { scheme: 'X-Forwarded-Proto', client: 'X-Real-IP', host: 'X-Forwarded-Host', port: undefined });
  assert.deepEqual([given.publicHttpsPort, given.publicHttpPort, given.log, given.grace, given.allowHeaders], [443, 80, 'combined', 60, ['X_Custom']]);
  assert.deepEqual([given.timeouts.answer, given.timeouts.connect, given.timeouts.head], [120000, 1000, 30000]);
  const [site] = given.sites;
  assert.deepEqual(site?.hosts, ['example.com']);
  assert.deepEqual(site?.schemes, [['/feed/', 'http']]);
  assert.deepEqual([site?.health, site?.speaks, site?.tell, site?.secureCookies], [['/up'], 'legacy', [{ name: 'X-Port', value: '{port}' }], true]);
  assert.deepEqual(site?.routes, [{ kind: 'app', path: '/', app: { written: 'unix:app.sock', protocol: 'http', servers: [{ written: 'unix:app.sock', addresses: [{ kind: 'unix', path: join(folder, 'app.sock') }] }], ...DEFAULT_UPSTREAM }, maxBody: 1048576, streamBodies: true, readAhead: 65536 }]);
  assert.deepEqual(settings({ app: 1, hsts: '31536000,subdomains,preload' }).sites[0]?.hsts, { maxAge: 31536000, includeSubDomains: true, preload: true });
});

test('routes: longest prefix first, files before an app of the same prefix, own limits before the site\'s', () => {
  const { routes } = settings({
    app: 8000, maxBody: 5, static: { '/a/': 'media' },
    routes: { '/': { static: 'media', missing: 'app', fallback: 'index.html', cacheControl: 'no-cache' }, '/api/': { app: '9000', maxBody: 7, streamBodies: true } },
  }).sites[0]!;
  assert.deepEqual(routes.map(({ kind, path }) => [kind, path]), [['app', '/api/'], ['static', '/a/'], ['app', '/'], ['static', '/']]);
  assert.deepEqual(routes.map((route) => route.kind === 'app' ? route.maxBody : route.kind === 'static' ? route.missing : []), [7, '404', 5, 'app']);
  assert.deepEqual(routes[3], { kind: 'static', path: '/', dir: join(folder, 'media'), cacheControl: 'no-cache', fallback: 'index.html', missing: 'app' });
});

test('a prefix that is taken off, and how the app is told', () => {
  const strip = (route: object): unknown => (settings({ routes: { '/shop/': { app: 1, ...route } } }).sites[0]?.routes[0] as { strip?: unknown }).strip;
  assert.deepEqual([strip({}), strip({ strip: false }), strip({ strip: true }), strip({ strip: true, prefixHeader: 'none' })], [undefined, undefined, { header: 'X-Forwarded-Prefix' }, { header: 'none' }]);
  assert.match(refusal({ routes: { '/': { app: 1, strip: true } } }), /^routes\.\/\.strip: saw true, expected a prefix that can be taken off\. Leave strip out/);
  assert.match(refusal({ routes: { '/a%25/': { app: 1, strip: true } } }), /"\/a%25\/" can be spelled in ways/);
  assert.match(refusal({ routes: { '/a/': { app: 1, prefixHeader: 'none' } } }), /^routes\.\/a\/\.strip: saw nothing, expected strip: true beside prefixHeader/);
  assert.match(refusal({ tell: ['x-forwarded-prefix: /b'], routes: { '/a/': { app: 1, strip: true } } }), /^routes\.\/a\/\.prefixHeader: saw "X-Forwarded-Prefix", expected a header that tell does not write/);
  assert.match(refusal({ routes: { '/a/': { static: 'media', strip: true } } }), /^routes\.\/a\/\.strip: saw true, expected no strip here/);
});

test('changes to headers, a route\'s on top of its site\'s', () => {
  const { routes, answerHeaders } = settings({
    app: 1, static: { '/m/': 'media' }, answerHeaders: { set: { 'X-A': '1' }, remove: ['Server'] }, requestHeaders: { set: { 'X-B': '2' } },
    routes: { '/api/': { app: 2, answerHeaders: { add: { 'Vary': ['a', 'b'], 'X-A': '3' } } } },
  }).sites[0]!;
  assert.deepEqual(answerHeaders, { set: [{ name: 'X-A', value: '1' }], add: [], remove: ['Server'] });
  assert.deepEqual(routes.map((route) => [route.path, 'answerHeaders' in route && route.answerHeaders, 'requestHeaders' in route]), [
    ['/api/', { set: [], add: [{ name: 'Vary', value: 'a' }, { name: 'Vary', value: 'b' }, { name: 'X-A', value: '3' }], remove: ['Server'] }, true],
    ['/m/', answerHeaders, false], ['/', answerHeaders, true],
  ]);
  assert.match(refusal({ app: 1, answerHeaders: { set: { 'Strict-Transport-Security': 'x' } } }), /^answerHeaders\.set\.Strict-Transport-Security: saw "Strict-Transport-Security", expected another header\. --hsts writes it/);
  assert.match(refusal({ app: 1, answerHeaders: { set: { 'X-A': 'a\r\nSet-Cookie: b' } } }), /^answerHeaders\.set\.X-A: saw .*line break/);
  assert.match(refusal({ app: 1, answerHeaders: { set: { 'X-A': 'a' }, remove: ['x-a'] } }), /^answerHeaders\.remove\[0\]: saw "x-a", expected one word about x-a\. set names it already/);
  assert.match(refusal({ routes: { '/': { app: 1, requestHeaders: { remove: ['X-Forwarded-For'] } } } }), /^routes\.\/\.requestHeaders\.remove\[0\].*--speaks and --tell/);
  assert.match(refusal({ app: 1, tell: ['X-Mine: {port}'], requestHeaders: { set: { 'x-mine': '1' } } }), /^requestHeaders: saw "x-mine", expected a header that tell does not write/);
});

test('fixed answers, redirects and www', () => {
  const { routes, www } = settings({
    domains: ['a.test', 'www.a.test'], www: 'remove',
    routes: { '/ping': { answer: { body: 'pong', headers: { 'X-A': 'b' } } }, '/gone/': { answer: { status: 410 } }, '/old/': { redirect: { to: '/new/' } }, '/': { redirect: { to: '/app/', rest: false, status: 302 } }, '/app/': { app: 1 } },
  }).sites[0]!;
  assert.equal(www, 'remove');
  assert.deepEqual(routes.filter(({ kind }) => kind !== 'app'), [
    { kind: 'answer', path: '/ping', status: 200, body: 'pong', type: 'text/plain; charset=utf-8', headers: [{ name: 'X-A', value: 'b' }] },
    { kind: 'answer', path: '/gone/', status: 410, body: '', type: 'text/plain; charset=utf-8', headers: [] },
    { kind: 'redirect', path: '/old/', to: '/new/', status: 307, rest: true }, { kind: 'redirect', path: '/', to: '/app/', status: 302, rest: false },
  ]);
  const redirect = (to: string, more = {}): string => refusal({ routes: { '/old/': { redirect: { to, ...more } } } });
  for (const to of ['//evil.test', '/\\evil', 'evil.test', 'ftp://a', 'https://a@b/', 'https://a\\b/', '/a\r\nb']) assert.match(redirect(to), /^routes\.\/old\/\.redirect\.to: saw .*expected a path/, to);
  assert.match(redirect('/new?a'), /write rest: false/);
  assert.match(redirect('/old/new'), /saw "\/old\/new", expected a path outside this prefix/);
  assert.match(redirect('/new', { status: 304 }), /expected 301, 302, 303, 307 or 308/);
  const answer = (fields: object): string => refusal({ routes: { '/a': { answer: fields } } });
  assert.match(answer({ status: 204, body: 'x' }), /a 204 has no content/i);
  assert.match(answer({ status: 304 }), /condition of the request/);
  assert.match(answer({ headers: { 'Content-Length': '3' } }), /frames each message/);
  assert.match(answer({ headers: { 'X-A': 'a\nb' } }), /line break/);
  assert.match(answer({ type: 'a\r\nb' }), /line break/);
  assert.match(refusal({ routes: { '/a': { app: 1, answer: {} } } }), /expected one of app, static, answer and redirect/);
  assert.match(refusal({ routes: { '/a': { answer: {}, strip: true } } }), /^routes\.\/a\.strip: saw true, expected no strip here/);
  assert.match(refusal({ app: 1, domains: ['a.test'], www: 'add' }), /^www: saw "add", expected a host and the same with www\./);
});

test('folders to hand over from, pages and maintenance', () => {
  const { routes, pages, maintenance } = settings({ app: 1, protected: { '/p/': 'media' }, sendfile: 'media', pages: { '502': 'c.pem' }, maintenance: 'closed.html', routes: { '/a/': { app: 2, sendfile: [] } } }).sites[0]!;
  const media = join(folder, 'media');
  assert.deepEqual(routes.map((route) => route.kind === 'app' && [route.protected, route.sendfile]), [[[['/p/', media]], undefined], [[['/p/', media]], [media]]]);
  assert.deepEqual(pages, [[502, join(folder, 'c.pem')]]);
  assert.deepEqual(maintenance, { file: join(folder, 'closed.html'), page: undefined, allow: [], retryAfter: 300 });
  assert.deepEqual(settings({ app: 1, maintenance: true }).sites[0]?.maintenance, { file: undefined, page: undefined, allow: [], retryAfter: 300 });
  assert.deepEqual(settings({ app: 1, maintenance: { page: 'c.pem', allow: ['loopback', '10.0.0.0/8'], retryAfter: '1h' } }).sites[0]?.maintenance, { file: undefined, page: join(folder, 'c.pem'), allow: ['loopback', '10.0.0.0/8'], retryAfter: 3600 });
  assert.equal(settings({ app: 1, maintenance: false }).sites[0]?.maintenance, undefined);
  assert.match(refusal({ app: 1, pages: { '502': 'none.html' } }), /^pages\.502: saw "none\.html", expected a file that is there/);
  assert.match(refusal({ app: 1, pages: { '200': 'c.pem' } }), /^pages\.200: .*There is no such key here/);
  assert.match(refusal({ app: 1, maintenance: 'none/closed' }), /^maintenance: saw "none\/closed", expected a folder that is there/);
  assert.match(refusal({ app: 1, maintenance: { allow: ['me'] } }), /^maintenance\.allow\[0\]: saw "me", expected an address/);
  assert.match(refusal({ app: 1, sendfile: 'none', routes: { '/a/': { app: 2 } } }), /^sendfile: saw "none", expected a folder that is there[^\n]*$/);
  assert.match(refusal({ app: 1, protected: { 'p/': 'media' } }), /^protected\.p\/: .*begins with/);
});

test('files alone need no app', () => {
  assert.deepEqual(settings({ static: { '/': './media' } }).sites[0]?.routes.map(({ kind }) => kind), ['static']);
});

test('several sites, one of them for every other host', () => {
  const { sites } = settings({ sites: [{ hosts: ['a.test', '*.b.test'], app: 1 }, { app: 2 }] });
  assert.deepEqual(sites.map(({ hosts }) => hosts), [['a.test', '*.b.test'], []]);
});

test('the settings are frozen all the way down', () => {
  const given = settings({ app: 8000 });
  assert.throws(() => { (given.sites[0]!.routes[0] as { path: string }).path = '/x'; }, TypeError);
  assert.throws(() => { (given.timeouts as { head: number }).head = 1; }, TypeError);
});

test('all problems are told at once, each on a line that begins with its path', () => {
  const lines = refusal({ https: '::1', sites: [{ app: 1 }, { hosts: ['x.test'], routes: { '/api/': { app: '80000' } } }] }).split('\n');
  assert.equal(lines.length, 2);
  assert.match(lines[0]!, /^https: saw "::1", expected/);
  assert.match(lines[1]!, /^sites\[1\]\.routes\.\/api\/\.app: saw "80000", expected a port from 1 to 65535/);
});

test('a folder of PHP counts from the configuration file; a route has its own or the site\'s, and another app none', () => {
  const php = 'fastcgi://127.0.0.1:9000';
  const { routes } = settings({ app: php, root: 'media', routes: { '/own': { app: php, root: '.' }, '/same': { app: php }, '/node': { app: 1 } } }).sites[0]!;
  assert.deepEqual(Object.fromEntries(routes.map((route) => [route.path, route.kind === 'app' ? route.root : ''])), { '/': join(folder, 'media'), '/own': folder, '/same': join(folder, 'media'), '/node': undefined });
});

test('what is compressed: the word of a route before that of its site, the usual for what is not said', () => {
  const { routes } = settings({
    app: 8000, compress: { codings: ['gzip', 'gzip'], minLength: '2k' },
    routes: { '/secret/': { app: 8000, compress: false }, '/all/': { app: 8000, compress: true }, '/media/': { static: 'media', compress: { types: ['Text/*'], cookies: true } } },
  }).sites[0]!;
  const of = (path: string): unknown => routes.flatMap((route) => (route.path === path && 'compress' in route ? [route.compress] : []))[0];
  assert.deepEqual(of('/'), { ...DEFAULT_COMPRESS, codings: ['gzip'], minLength: 2048 });
  assert.equal(of('/secret/'), undefined);
  assert.deepEqual(of('/all/'), DEFAULT_COMPRESS);
  assert.deepEqual(of('/media/'), { ...DEFAULT_COMPRESS, types: ['text/*'], cookies: true });
});

const REFUSED: readonly (readonly [why: string, config: unknown, said: RegExp])[] = [
  ['not an object', 5, /the whole configuration.*expected an object/],
  ['an unknown key', { app: 1, ap: 2 }, /^ap: saw 2.*no such key.*Did you mean app\?/],
  ['an unknown key inside', { app: 1, timeouts: { anser: 1 } }, /^timeouts\.anser: .*Did you mean answer\?/],
  ['an unknown key of a route', { routes: { '/x/': { app: 1, maxbody: 1 } } }, /^routes\.\/x\/\.maxbody: .*maxBody\?/],
  ['hosts at the top', { app: 1, hosts: ['x'] }, /called domains/],
  ['domains inside sites', { sites: [{ app: 1, domains: ['x'] }] }, /^sites\[0\]\.domains: .*called hosts/],
  ['a key of the front inside a site', { sites: [{ app: 1, trust: [] }] }, /^sites\[0\]\.trust: .*whole front/],
  ['a site\'s key beside sites', { sites: [{ app: 1 }], hsts: 5, domains: ['x'] }, /hsts: saw 5.*beside sites[^]*domains: .*beside sites/],
  ['no site', { sites: [] }, /at least one site/],
  ['nothing to serve', {}, /^app: saw nothing, expected an app or a folder.*sallyport 8000/],
  ['nothing to serve in one of the sites', { sites: [{ app: 1 }, { hosts: ['a'] }] }, /^sites\[1\]\.app: saw nothing/],
  ['an app of the wrong type', { app: true }, /^app: saw true, expected a port/],
  ['a port out of range as a number', { app: 80000 }, /^app: saw 80000, expected a port from 1 to 65535/],
  ['a door out of range', { app: 1, https: 99999 }, /^https: saw 99999, expected a port from 0 to 65535/],
  ['a public port out of range', { app: 1, publicHttpsPort: 0 }, /^publicHttpsPort: saw 0, expected a port from 1 to 65535/],
  ['a certificate without its key', { app: 1, certificates: [{ cert: 'c.pem' }] }, /^certificates\[0\]\.key: saw nothing, expected a PEM file with the key/],
  ['a certificate that is not there', { app: 1, certificates: [{ cert: 'no.pem', key: 'k.pem' }] }, /^certificates\[0\]\.cert: saw "no\.pem", expected a file that is there.*no\.pem is missing/],
  ['both doors off', { app: 1, https: 'off', http: 'off', trust: ['unix'] }, /^https: saw "off", expected at least one door/],
  ['both doors the same', { app: 1, https: 9000, http: 9000 }, /^http: saw "9000", expected another address/],
  ['no https door where paths are https', { app: 1, https: 'off' }, /^https: .*redirected to nowhere.*--trust/],
  ['no http door where a path is http', { app: 1, http: 'off', scheme: { '/f/': 'http' } }, /^http: .*http door/],
  ['the app on the https door', { app: 8443, https: 8443 }, /^app: saw "8443", expected another port than the https door.*call itself/],
  ['a route\'s app on the http door', { app: 1, http: '0.0.0.0:8000', routes: { '/x': { app: '127.0.0.1:8000' } } }, /^routes\.\/x\.app: .*the http door/],
  ['the app on the socket of a door', { app: 'unix:x.sock', http: 'unix:x.sock' }, /another port than the http door/],
  ['the same host on two sites', { sites: [{ hosts: ['a.test'], app: 1 }, { hosts: ['A.test'], app: 2 }] }, /^sites\[1\]\.hosts: saw "a\.test".*sites\[0\]/],
  ['two sites for every host', { sites: [{ app: 1 }, { app: 2 }] }, /^sites\[1\]\.hosts: saw nothing.*every host/],
  ['a host with a port', { app: 1, domains: ['a.test:443'] }, /^domains\[0\]: saw "a\.test:443", expected a host name without a port/],
  ['the same prefix twice', { static: { '/media': 'media' }, routes: { '/media/': { static: 'media' } } }, /^routes\.\/media\/: .*one route for a prefix/],
  ['files over an app that would never be asked', { app: 1, static: { '/': 'media' } }, /one route for a prefix.*missing: "app"/],
  ['a missing file for no app', { routes: { '/': { static: 'media', missing: 'app' } } }, /^routes\.\/\.missing: .*an app that this prefix falls under/],
  ['a route to nothing', { app: 1, routes: { '/x': {} } }, /^routes\.\/x: .*one of app, static, answer and redirect/],
  ['a route to both', { routes: { '/x': { app: 1, static: 'media' } } }, /^routes\.\/x: .*one of app, static, answer and redirect/],
  ['an option of the other kind', { routes: { '/x': { app: 1, fallback: 'x' } } }, /^routes\.\/x\.fallback: .*a route to a folder/],
  ['a size on files', { routes: { '/x': { static: 'media', maxBody: 1 } } }, /^routes\.\/x\.maxBody: .*a route to an app/],
  ['PHP without its folder', { app: 'fastcgi://127.0.0.1:9000' }, /^root: saw nothing, expected the folder of the PHP files.*--root DIR/],
  ['PHP of a route without its folder', { app: 1, routes: { '/blog': { app: 'fastcgi://127.0.0.1:9000' } } }, /^root: saw nothing, expected the folder/],
  ['a folder of PHP that is not there', { app: 'fastcgi://127.0.0.1:9000', root: 'nope' }, /^root: saw "nope", expected a folder that is there/],
  ['a folder of PHP that is not there, for two routes', { root: 'nope', routes: { '/a': { app: 'fastcgi://127.0.0.1:9000' }, '/b': { app: 'fastcgi://127.0.0.1:9000' } } }, /^root: saw "nope"[^\n]*$/],
  ['a folder of PHP for another app', { app: 1, root: 'media' }, /^root: saw "media", expected an app that speaks FastCGI.*fastcgi:\/\//],
  ['a folder of PHP for another app\'s route', { app: 'fastcgi://127.0.0.1:9000', root: 'media', routes: { '/x': { app: 1, root: 'media' } } }, /^routes\.\/x\.root: saw "media", expected no root/],
  ['a folder of PHP on files', { routes: { '/x': { static: 'media', root: 'media' } } }, /^routes\.\/x\.root: .*a route to an app/],
  ['a folder that is not there', { static: { '/x': 'nope' } }, /^static\.\/x: saw "nope", expected a folder that is there.*nope is missing/],
  ['a file for a folder', { static: { '/x': 'c.pem' } }, /c\.pem is a file/],
  ['a fallback that is not there', { routes: { '/x': { static: 'media', fallback: 'no.html' } } }, /^routes\.\/x\.fallback: .*no\.html is missing/],
  ['a fallback outside', { routes: { '/x': { static: 'media', fallback: '../c.pem' } } }, /^routes\.\/x\.fallback: .*inside/],
  ['a Cache-Control of two lines', { routes: { '/x': { static: 'media', cacheControl: 'a\r\nSet-Cookie: b' } } }, /^routes\.\/x\.cacheControl: /],
  ['a prefix without its slash', { static: { 'media/': 'media' } }, /^static\.media\/: .*\/media\//],
  ['a prefix with a query', { app: 1, scheme: { '/x?y': 'http' } }, /^scheme\.\/x\?y: .*query/],
  ['a policy that is none', { app: 1, scheme: { '/': 'both' } }, /^scheme\.\/: saw "both", expected https, http or either/],
  ['a prefix with two policies', { app: 1, scheme: { '/x': 'http', '/x/': 'https' } }, /^scheme\.\/x\/: .*one rule/],
  ['a health path that is none', { app: 1, health: ['up'] }, /^health\[0\]: saw "up".*\/up/],
  ['HSTS beside an http path', { app: 1, hsts: 300, scheme: { '/feed/': 'http' } }, /^hsts: .*whole host.*\/feed\//],
  ['HSTS beside an either path', { app: 1, hsts: 300, scheme: { '/': 'either' } }, /^hsts: .*every path over https/],
  ['HSTS that is none', { app: 1, hsts: '300,subdomain' }, /^hsts: saw "300,subdomain".*"subdomain" is not a word/],
  ['preload without a year', { app: 1, hsts: '300,subdomains,preload' }, /^hsts: .*one year/],
  ['a profile that is none', { app: 1, speaks: 'klingon' }, /^speaks: saw "klingon", expected standard, rfc7239/],
  ['a tell without a colon', { app: 1, tell: ['X-Scheme'] }, /^tell\[0\]: saw "X-Scheme".*a colon/],
  ['a tell under a name with a meaning', { app: 1, tell: ['Host: x'] }, /^tell\[0\]: .*meaning of its own/],
  ['one name told twice', { app: 1, tell: ['X-A: 1', 'x_a: 2'] }, /^tell\[1\]: .*same header/],
  ['a tell of an unknown word', { app: 1, tell: ['X-A: {shceme}'] }, /^tell\[0\]: .*\{shceme\}/],
  ['trusting a number of hops', { app: 1, trust: ['1'] }, /^trust\[0\]: saw "1".*hops/],
  ['trusting everybody', { app: 1, trust: ['0.0.0.0/0'] }, /^trust\[0\]: .*every address/],
  ['trusting a name', { app: 1, trust: ['proxy.test'] }, /^trust\[0\]: .*names are not looked up/],
  ['a trusted header with a meaning', { app: 1, trust: ['loopback'], trustHeaders: { scheme: 'Host' } }, /^trustHeaders\.scheme: saw "Host"/],
  ['one trusted header for two facts', { app: 1, trust: ['loopback'], trustHeaders: { host: 'X-A', port: 'X-A' } }, /^trustHeaders\.port: .*one header cannot say both/],
  ['letting a forgery through', { app: 1, allowHeaders: ['X_Ok', 'X_Forwarded_Proto'] }, /^allowHeaders\[1\]: .*forge/],
  ['letting a told name through', { app: 1, tell: ['X-Mine: a'], allowHeaders: ['X_Mine'] }, /^allowHeaders\[0\]: /],
  ['a log format that is none', { app: 1, log: 'xml' }, /^log: saw "xml", expected pretty, json, combined or off/],
  ['a grace that is none', { app: 1, grace: 'soon' }, /^grace: saw "soon", expected a duration/],
  ['a timeout of nothing', { app: 1, timeouts: { head: 0 } }, /^timeouts\.head: saw 0, expected a duration above 0/],
  ['a size that is none', { app: 1, maxBody: 'big' }, /^maxBody: saw "big", expected a size/],
  ['a coding that is none', { app: 1, compress: { codings: ['deflate'] } }, /^compress\.codings\[0\]: saw "deflate", expected br, zstd or gzip/],
  ['no coding at all', { app: 1, compress: { codings: [] } }, /^compress\.codings: .*at least one/],
  ['a type that is none', { app: 1, compress: { types: ['json'] } }, /^compress\.types\[0\]: saw "json", expected a media type/],
  ['a least length that is none', { app: 1, compress: { minLength: 'short' }, static: { '/m/': 'media' } }, /^compress\.minLength: saw "short", expected a size/],
  ['a flag that is a word', { app: 1, streamBodies: 'yes' }, /^streamBodies: saw "yes", expected true or false/],
];
for (const [why, config, said] of REFUSED) test(`refused: ${why}`, () => assert.match(refusal(config), said));

test('a site\'s size that is wrong is told once, however many routes take it', () => {
  assert.equal(refusal({ app: 1, maxBody: 'big', routes: { '/a': { app: 2 }, '/b': { app: 3 } } }).split('\n').length, 1);
});

test('an https door may be missing where a proxy before this one speaks TLS, or where plain HTTP is meant', () => {
  const cures: Config[] = [{ trust: ['loopback'] }, { publicHttpsPort: 443 }, { scheme: { '/': 'either' } }];
  for (const more of cures) assert.equal(settings({ app: 1, https: 'off', ...more }).https.kind, 'off');
});

test('client certificates: what would answer clients that were not asked is refused, and the header is chosen once', () => {
  const file = join(folder, 'c.pem');
  const told = (more: Partial<Config>): unknown => settings({ app: 8000, clientCertificates: { ca: file }, ...more }).sites[0]?.tell;
  assert.deepEqual(told({}), [{ name: 'Client-Cert', value: '{client-cert}' }]);
  assert.deepEqual(told({ tell: ['X-DN: {client-cert-subject}'] }), [{ name: 'X-DN', value: '{client-cert-subject}' }]);
  assert.deepEqual(told({ speaks: 'none' }), []);
  const asks = { app: 8000, clientCertificates: { ca: file } };
  assert.match(refusal({ ...asks, scheme: { '/feed/': 'http' } }), /^scheme: .*https for every path, since clients have to show a certificate/);
  assert.match(refusal({ ...asks, health: '/up' }), /^health: .*no health paths/);
  assert.match(refusal({ ...asks, https: 'off', trust: ['loopback'] }), /an https door/);
  assert.match(refusal({ app: 8000, tell: ['X-DN: {client-cert-subject}'] }), /^tell: .*a site that asks for client certificates.*--client-ca/);
  assert.match(refusal({ app: 8000, clientCertificates: { ca: 'nowhere.pem' } }), /^clientCertificates\.ca: .*a file that is there/);
  assert.equal(settings({ ...asks, clientCertificates: { ca: file, optional: true }, health: '/up', scheme: { '/feed/': 'http' } }).sites[0]?.clientCertificates?.optional, true);
});

test('what the TLS door speaks: least version, and ciphers that are known', () => {
  assert.deepEqual(settings({ app: 8000, tls: { min: '1.3' } }).tls, { minVersion: 'TLSv1.3', ciphers: undefined });
  assert.deepEqual(settings({ app: 8000, tls: { ciphers: 'ecdhe-rsa-aes128-gcm-sha256:ECDHE-ECDSA-AES128-GCM-SHA256' } }).tls, { minVersion: 'TLSv1.2', ciphers: ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256'] });
  assert.match(refusal({ app: 8000, tls: { ciphers: 'ECDHE-RSA-AES128-GCM-SHA265' } }), /Did you mean ECDHE-RSA-AES128-GCM-SHA256\? Known are ECDHE/);
  assert.match(refusal({ app: 8000, tls: { ciphers: 'AES128-SHA' } }), /Known are/);
  assert.match(refusal({ app: 8000, tls: { ciphers: 'TLS_AES_128_GCM_SHA256' } }), /always on/);
  assert.match(refusal({ app: 8000, tls: { min: '1.3', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' } }), /leave one of the two out/);
});
