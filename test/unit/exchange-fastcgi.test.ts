import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { DEFAULT_TIMEOUTS } from '../../src/config/defaults.ts';
import type { AppRoute, StaticRoute } from '../../src/config/settings.ts';
import { decodeFastCgi, ended, record, stderr, stdout } from '../helpers/cgi-decode.ts';
import type { FastCgiRequest } from '../helpers/cgi-decode.ts';
import { MemoryFront, appRoute, servers, settings, siteSettings, upstream } from '../helpers/memory-front.ts';
import type { MemoryWire } from '../helpers/memory-transport.ts';
import { eventually } from '../helpers/scope.ts';

const base = mkdtempSync(join(tmpdir(), 'sallyport-php-'));
after(() => { rmSync(base, { recursive: true, force: true }); });
const ROOT = join(base, 'public');
const BARE = join(base, 'bare');
const SOURCE = '<?php // SECRET';
for (const [name, content] of Object.entries({
  'public/index.php': SOURCE, 'public/wp-login.php': SOURCE, 'public/wp-admin/index.php': SOURCE, 'public/site.css': 'a{}', 'public/photo.jpg': 'JPEG',
  'public/docs/index.html': '<p>', 'public/db.inc': SOURCE, 'public/.env': 'SECRET', 'public/wp-config.php.bak': SOURCE, 'public/Grüße.php': SOURCE,
  'public/.git/index.php': SOURCE, 'bare/a.txt': 'a', 'bare/only.php': SOURCE, 'outside/x.php': SOURCE, 'outside/x.txt': 'SECRET',
})) {
  mkdirSync(join(base, name, '..'), { recursive: true });
  writeFileSync(join(base, name), content);
}
symlinkSync('../outside/x.php', join(ROOT, 'out.php'));
symlinkSync('../outside', join(ROOT, 'storage'));
symlinkSync('wp-login.php', join(ROOT, 'source.txt'));
symlinkSync('photo.jpg', join(ROOT, 'picture.php'));
symlinkSync('wp-login.php', join(ROOT, 'again.php'));
symlinkSync('photo.jpg', join(ROOT, 'again.jpg'));
utimesSync(join(ROOT, 'site.css'), 1_700_000_000, 1_700_000_000);

const FPM = upstream({ protocol: 'fastcgi', servers: servers(9000) });
const front = (route: Partial<AppRoute> = {}, more: StaticRoute[] = []): MemoryFront =>
  new MemoryFront(settings({ sites: [siteSettings({ schemes: [['/', 'either']], routes: [...more, appRoute({ app: FPM, root: ROOT, ...route })] })] }));
const get = (target: string, lines = ''): string => `GET ${target} HTTP/1.1\r\nHost: shop.test\r\n${lines}\r\n`;

interface Asked extends FastCgiRequest { readonly variables: Map<string, string> }

const asked = (app: MemoryWire): Asked => {
  const request = decodeFastCgi(Buffer.from(app.text, 'latin1'));
  const variables = new Map(request.params);
  assert.equal(variables.size, request.params.length, 'a variable twice');
  return { ...request, variables };
};
const answer = (content: string, head = 'Content-Type: text/html\r\n'): Buffer => Buffer.concat([stdout(`${head}\r\n${content}`), stdout(''), ended()]);
/** What was run for a target: the variables that name the script. */
const run = (target: string, it = front()): unknown => {
  const client = it.client();
  client.say(get(target));
  if (it.transport.made.length === 0) return client.text.slice(9, 12);
  const { variables } = asked(it.app());
  return ['SCRIPT_FILENAME', 'SCRIPT_NAME', 'PATH_INFO'].map((name) => variables.get(name));
};
const settled = async (client: MemoryWire): Promise<string> => eventually('an answer', () => client.text !== '' && client.text);

describe('a PHP site is told the truth in variables', () => {
  it('that no header can name or shadow', () => {
    const it = front();
    const client = it.client();
    const lines = ['Https: off', 'Proxy: http://evil', 'X_Forwarded_Proto: http', 'X-Forwarded-Proto: http', 'Remote-Addr: 6.6.6.6', 'Script-Filename: /etc/passwd', 'Redirect-Status: 1', 'Document-Root: /', 'Php-Value: auto_prepend_file=/etc/passwd', 'Content_Length: 99', 'Request-Uri: /admin', 'Accept: a', 'Accept: b', 'Cookie: a=1', 'Cookie: b=2'];
    client.say(get('/index.php/x%20y?q=1', lines.map((line) => `${line}\r\n`).join('')));
    const { variables, flags, whole } = asked(it.app());
    assert.equal(flags, 1, 'the connection is to be kept');
    assert.equal(whole, true);
    assert.match(variables.get('HTTP_X_REQUEST_ID')!, /./);
    variables.delete('HTTP_X_REQUEST_ID');
    assert.deepEqual(Object.fromEntries(variables), {
      REQUEST_METHOD: 'GET', REQUEST_URI: '/index.php/x%20y?q=1', SCRIPT_NAME: '/index.php', SCRIPT_FILENAME: `${ROOT}/index.php`, DOCUMENT_ROOT: ROOT, PATH_INFO: '/x y', QUERY_STRING: 'q=1',
      SERVER_PROTOCOL: 'HTTP/1.1', SERVER_SOFTWARE: 'sallyport', SERVER_NAME: 'shop.test', SERVER_PORT: '8443', REMOTE_ADDR: '192.0.2.7', REQUEST_SCHEME: 'https', HTTPS: 'on',
      GATEWAY_INTERFACE: 'CGI/1.1', REDIRECT_STATUS: '200', HTTP_HOST: 'shop.test', HTTP_ACCEPT: 'a, b', HTTP_COOKIE: 'a=1; b=2', HTTP_PHP_VALUE: 'auto_prepend_file=/etc/passwd',
      HTTP_X_FORWARDED_FOR: '192.0.2.7', HTTP_X_FORWARDED_HOST: 'shop.test', HTTP_X_FORWARDED_PORT: '8443', HTTP_X_FORWARDED_PROTO: 'https',
    });
  });

  it('and over http HTTPS is not there at all', () => {
    const it = front();
    it.client({ tls: false }).say(get('/', 'Https: on\r\nX-Forwarded-Proto: https\r\n'));
    const { variables } = asked(it.app());
    assert.deepEqual(['HTTPS', 'HTTP_HTTPS', 'REQUEST_SCHEME', 'SERVER_PORT'].map((name) => variables.get(name)), [undefined, undefined, 'http', '8080']);
  });

  it('that are refused over 64 KiB with 431', () => {
    const it = front();
    const client = it.client();
    client.say(get(`/index.php/${'a'.repeat(15_000)}`, `Cookie: ${'c'.repeat(45_000)}\r\n`));
    assert.equal(it.app().text, '');
    assert.match(client.text, /^HTTP\/1\.1 431 /);
  });
});

describe('which file answers at a PHP site', () => {
  it('a script that is there, by its own name, and else the front controller', () => {
    assert.deepEqual(run('/wp-login.php?x'), [`${ROOT}/wp-login.php`, '/wp-login.php', '']);
    assert.deepEqual(run('/wp-login.php/a/b'), [`${ROOT}/wp-login.php`, '/wp-login.php', '/a/b']);
    assert.deepEqual(run('/wp-admin/'), [`${ROOT}/wp-admin/index.php`, '/wp-admin/index.php', '']);
    for (const target of ['/', '/2026/hello/', '/missing.php', '/photo.jpg/x.php', '/site.css/x.php', '/INDEX.PHP', '/index.php%20', '/index.php.']) {
      assert.deepEqual(run(target), [`${ROOT}/index.php`, '/index.php', ''], target);
    }
    assert.deepEqual(run('/Gr%C3%BC%C3%9Fe.php'), [`${ROOT}/Gr\xc3\xbc\xc3\x9fe.php`, '/Gr\xc3\xbc\xc3\x9fe.php', '']);
  });

  it('nothing above the root, outside it by a link, hidden, or with a NUL', () => {
    for (const target of ['/../outside/x.php', '/%2e%2e/outside/x.php', '/a/..%2f..%2foutside/x.php', '/..%5coutside%5cx.php', '/out.php', '/storage/x.php', '/storage/x.txt', '/.git/index.php', '/photo.jpg/.php', '/.env', '/wp-login.php%00.jpg', '/photo.jpg%00.php', '/index.php%0a']) {
      assert.equal(run(target), '404', target);
    }
  });

  it('not a picture that a link gives the name of a script, nor a script by a link\'s name for a picture', async () => {
    assert.deepEqual(run('/picture.php'), [`${ROOT}/index.php`, '/index.php', '']);
    assert.deepEqual(run('/again.php'), [`${ROOT}/again.php`, '/again.php', '']);
    const client = front().client();
    client.say(get('/source.txt'));
    assert.match(await settled(client), /^HTTP\/1\.1 404 /);
    assert.doesNotMatch(client.text, /SECRET/);
    const picture = front().client();
    picture.say(get('/again.jpg'));
    assert.match(await settled(picture), /^HTTP\/1\.1 200 [^]*JPEG$/);
  });

  it('a link that leads out is logged with what to do', () => {
    const it = front();
    it.client().say(get('/storage/x.txt'));
    const event = it.events().find((seen) => seen['event'] === 'outside-root');
    assert.match(String(event?.['message']), /storage\/x\.txt is .*outside\/x\.txt, which is not inside .*--static \/PREFIX\/=.*outside/);
  });

  it('other files are given out as any static file, source never', async () => {
    const it = front();
    const client = it.client();
    client.say(get('/site.css', 'If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n'));
    assert.match(await settled(client), /^HTTP\/1\.1 304 /);
    for (const [target, expected] of [['/photo.jpg', /200 [^]*Content-Type: image\/jpeg[^]*JPEG$/], ['/docs/', /200 [^]*<p>$/], ['/db.inc', /404 /], ['/wp-config.php.bak', /404 /]] as const) {
      const next = front().client();
      next.say(get(target));
      assert.match(await settled(next), new RegExp(`^HTTP/1\\.1 ${expected.source}`), target);
      assert.doesNotMatch(next.text, /SECRET/);
    }
    const ranged = front().client();
    ranged.say(get('/photo.jpg', 'Range: bytes=1-2\r\n'));
    assert.match(await settled(ranged), /^HTTP\/1\.1 206 [^]*PE$/);
    const posted = front().client();
    posted.say('POST /site.css HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 1\r\n\r\nx');
    assert.match(await settled(posted), /^HTTP\/1\.1 405 [^]*Allow: GET, HEAD/);
  });

  it('a folder is sent to its slash, the query with it, and never to another host', () => {
    for (const [target, location] of [['/wp-admin?a=b', '/wp-admin/?a=b'], ['/docs', '/docs/'], ['//wp-admin', '/wp-admin/'], ['//evil.test/%2e%2e/wp-admin', '/evil.test/%2e%2e/wp-admin/']] as const) {
      const client = front().client();
      client.say(get(target));
      assert.match(client.text, /^HTTP\/1\.1 307 /, target);
      assert.ok(client.text.includes(`\r\nLocation: ${location}\r\n`), client.text);
    }
  });

  it('404 without any index.php', async () => {
    const it = front({ root: BARE });
    assert.equal(run('/', it), '404');
    assert.equal(run('/nothing', front({ root: BARE })), '404');
    assert.deepEqual(run('/only.php', front({ root: BARE })), [`${BARE}/only.php`, '/only.php', '']);
    const client = front({ root: BARE }).client();
    client.say(get('/a.txt'));
    assert.match(await settled(client), /^HTTP\/1\.1 200 [^]*a$/);
  });

  it('under a prefix the folder stands for the prefix', () => {
    const blog = (): MemoryFront => front({ path: '/blog/' });
    assert.deepEqual(run('/blog/wp-login.php/x', blog()), [`${ROOT}/wp-login.php`, '/blog/wp-login.php', '/x']);
    assert.deepEqual(run('/blog/2026/', blog()), [`${ROOT}/index.php`, '/blog/index.php', '']);
    assert.equal(run('/blog', blog()), '307');
    assert.equal(run('/', blog()), '404');
    assert.equal(run('/blog/../index.php', blog()), '404');
    assert.equal(run('/blogs/index.php', blog()), '404');
  });

  it('a folder of its own beside PHP gives out no source either', async () => {
    const files: StaticRoute = { kind: 'static', path: '/files/', dir: ROOT, cacheControl: undefined, fallback: 'wp-login.php', missing: '404' };
    for (const target of ['/files/wp-login.php', '/files/db.inc', '/files/source.txt', '/files/anything']) {
      const client = front({}, [files]).client();
      client.say(get(target));
      assert.match(await settled(client), /^HTTP\/1\.1 404 /, target);
    }
    const client = front({}, [files]).client();
    client.say(get('/files/photo.jpg'));
    assert.match(await settled(client), /^HTTP\/1\.1 200 /);
  });

  it('the route\'s changes to answers hold for files, folders and refusals as for scripts', async () => {
    for (const target of ['/photo.jpg', '/wp-admin', '/.env', '/out.php', '/']) {
      const it = front({ answerHeaders: { set: [{ name: 'X-Frame-Options', value: 'DENY' }], add: [], remove: [] } });
      const client = it.client();
      client.say(get(target));
      if (target === '/') it.app().say(answer('ok'));
      assert.match(await settled(client), /\r\nX-Frame-Options: DENY\r\n/, target);
    }
  });

  it('what a folder misses goes to PHP where the route says so', async () => {
    const files: StaticRoute = { kind: 'static', path: '/', dir: BARE, cacheControl: undefined, fallback: undefined, missing: 'app' };
    const it = front({}, [files]);
    it.client().say(get('/wp-login.php'));
    await eventually('PHP to be asked', () => it.transport.made.length === 1);
    assert.equal(asked(it.app()).variables.get('SCRIPT_FILENAME'), `${ROOT}/wp-login.php`);
  });
});

describe('an exchange with a FastCGI server', () => {
  it('gives head and content on as they come, and keeps the connection', () => {
    const it = front();
    const client = it.client();
    client.say(get('/'));
    const app = it.app();
    app.say(stdout('Status: 201 Made\r\nContent-Type: text/html\r\nSet-Cookie: a=1\r\n\r\nab', 3));
    assert.match(client.text, /^HTTP\/1\.1 201 Made\r\n[^]*Set-Cookie: a=1\r\n/);
    app.say(Buffer.concat([stdout('cd'), stdout(''), ended()]));
    assert.match(client.text, /2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n$/);
    client.say(get('/wp-login.php'));
    assert.equal(it.transport.made.length, 1);
    app.say(answer('second', 'Content-Length: 6\r\n'));
    assert.match(client.text, /second$/);
  });

  it('a redirect of PHP is repaired: scheme, public port, and 302 without a Status', () => {
    const it = new MemoryFront(settings({ sites: [siteSettings({ routes: [appRoute({ app: FPM, root: ROOT })] })] }));
    const client = it.client();
    client.say(get('/'));
    it.app().say(answer('', 'Location: http://shop.test/next\r\nSet-Cookie: a=1; HttpOnly\r\n'));
    assert.match(client.text, /^HTTP\/1\.1 302 Found\r\n/);
    assert.match(client.text, /\r\nLocation: https:\/\/shop\.test:8443\/next\r\n/);
    assert.match(client.text, /\r\nSet-Cookie: a=1; HttpOnly; Secure\r\n/);
  });

  it('HEAD has no content whatever the script writes, and the connection is kept all the same', () => {
    const it = front();
    const client = it.client();
    client.say('HEAD / HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    const app = it.app();
    app.say(answer('hello', 'Content-Length: 5\r\n'));
    assert.match(client.text, /\r\nContent-Length: 5\r\n\r\n$/);
    assert.equal(app.gone, undefined);
  });

  it('a body goes in records, a chunked one whole with its length', () => {
    const it = front();
    it.client().say('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n');
    const { variables, stdin, whole } = asked(it.app());
    assert.deepEqual([stdin, whole, variables.get('CONTENT_LENGTH'), variables.get('CONTENT_TYPE'), variables.get('HTTP_CONTENT_LENGTH'), variables.get('HTTP_CONTENT_TYPE'), variables.get('HTTP_TRANSFER_ENCODING')],
      ['abc', true, '3', 'a/b', undefined, undefined, undefined]);
  });

  it('a streamed body goes on as it comes, and is ended once', () => {
    const it = front({ streamBodies: true });
    const client = it.client();
    client.say('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 4\r\n\r\nab');
    const app = it.app();
    assert.deepEqual([asked(app).stdin, asked(app).whole], ['ab', false]);
    client.say('cd');
    assert.deepEqual([asked(app).stdin, asked(app).whole], ['abcd', true]);
  });

  it('an answer before the body is whole does not keep the connection', () => {
    const it = front({ streamBodies: true });
    const client = it.client();
    client.say('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 4\r\n\r\nab');
    const app = it.app();
    app.say(answer('no', 'Status: 413 Too Large\r\nContent-Length: 2\r\n'));
    assert.match(client.text, /^HTTP\/1\.1 413 /);
    assert.equal(app.gone, 'destroyed');
  });

  it('a client that leaves takes its connection to the server along', () => {
    const it = front();
    const client = it.client();
    client.say(get('/'));
    const app = it.app();
    app.say(stdout('Content-Type: text/html\r\n\r\nab'));
    client.break();
    assert.equal(app.gone, 'destroyed');
  });

  it('a kept connection that the server closed meanwhile: the request is sent once more on a new one', () => {
    const it = front();
    const client = it.client();
    client.say(get('/'));
    const first = it.app();
    first.say(answer('1', 'Content-Length: 1\r\n'));
    client.say(get('/wp-login.php'));
    assert.equal(it.transport.made.length, 1);
    first.fin();
    assert.equal(it.transport.made.length, 2);
    assert.equal(asked(it.app()).variables.get('SCRIPT_NAME'), '/wp-login.php');
  });
});

// PHP-FPM gives a connection one of its processes for as long as it is open. A kept connection that idles while another
// request waits to be accepted would hold the process which that request waits for, for as long as connections are kept.
describe('a connection to FastCGI is not kept at another request\'s expense', () => {
  it('while a request waits on a connection that has not answered yet', () => {
    const it = front();
    const one = it.client();
    const two = it.client();
    one.say(get('/'));
    const first = it.app();
    two.say(get('/'));
    first.say(answer('1', 'Content-Length: 1\r\n'));
    assert.equal(first.gone, 'destroyed');
    const second = it.app();
    second.say(answer('2', 'Content-Length: 1\r\n'));
    assert.equal(second.gone, undefined);
  });

  it('while one waits that may not take an idle connection', () => {
    const it = front();
    const client = it.client();
    client.say(get('/'));
    const first = it.app();
    first.say(answer('1', 'Content-Length: 1\r\n'));
    const idle = performance.now.bind(performance);
    performance.now = () => idle() + 700; // no longer as good as new
    try { client.say('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 1\r\n\r\nx'); } finally { performance.now = idle; }
    assert.equal(first.gone, 'destroyed');
    assert.equal(it.transport.made.length, 2);
  });

  it('for longer than a moment', async () => {
    const it = front();
    it.client().say(get('/'));
    const app = it.app();
    app.say(answer('1', 'Content-Length: 1\r\n'));
    assert.equal(app.gone, undefined);
    await eventually('the idle connection to be let go', () => app.gone === 'destroyed');
  });
});

describe('what a script writes to its standard error', () => {
  const events = (it: MemoryFront): string[] => it.events().filter((event) => event['event'] === 'app-stderr').map((event) => String(event['message']));

  it('goes to the log with the request\'s id, escaped, and never to the client', () => {
    const it = front();
    const client = it.client();
    client.say(get('/'));
    const app = it.app();
    app.say(Buffer.concat([stderr('PHP message: ca'), stderr('reful \x1b[31m\nsecond\n\n'), stdout('Content-Type: a/b\r\n\r\nok'), stderr('last'), ended()]));
    assert.deepEqual(events(it), ['PHP message: careful \\x1b[31m', 'second', 'last']);
    const id = it.events().find((event) => event['event'] === 'request')?.['requestId'];
    assert.ok(it.events().every((event) => event['event'] !== 'app-stderr' || (event['requestId'] === id && event['level'] === 'warn')));
    assert.doesNotMatch(client.text, /careful|second|last/);
  });

  it('is bounded, line by line and in all', () => {
    const it = front();
    it.client().say(get('/'));
    const app = it.app();
    app.say(stderr('x'.repeat(5000)));
    for (let i = 0; i < 50; i++) app.say(stderr(`${'y'.repeat(1000)}\n`));
    app.say(answer('ok'));
    const told = events(it);
    assert.equal(told.length, 21);
    assert.ok(told.every((line) => line.length < 2200));
    assert.match(told.at(-1)!, /^3\d{4} bytes more /);
  });

  it('"Primary script unknown" names the root and what has to be so', () => {
    const it = front();
    const client = it.client();
    client.say(get('/wp-login.php'));
    it.app().say(Buffer.concat([stderr('Primary script unknown'), answer('File not found.\n', 'Status: 404 Not Found\r\n')]));
    assert.match(client.text, /^HTTP\/1\.1 404 /);
    const [line = ''] = events(it);
    assert.ok(line.startsWith('Primary script unknown. ') && line.includes(`${ROOT}/wp-login.php`) && line.includes(`--root (${ROOT})`), line);
  });
});

describe('a FastCGI server that answers badly', () => {
  const cases: readonly [name: string, bytes: Buffer, closes: boolean, code: string, says: RegExp][] = [
    ['nonsense', Buffer.from('hello, this is no FastCGI'), false, 'app-bad-answer', /version 104; expected 1/],
    ['HTTP', Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), false, 'app-bad-answer', /Is it a FastCGI server/],
    ['HTTP in a record', stdout('HTTP/1.1 200 OK\r\n\r\n'), false, 'app-bad-answer', /rfc2616_headers/],
    ['half a head', stdout('Content-Type: te'), true, 'app-closed', /127\.0\.0\.1:9000: closed.*before the head/],
    ['half a head and its end', Buffer.concat([stdout('Content-Type: te'), ended()]), false, 'app-bad-answer', /before the head of the answer was complete/],
    ['a head of 100 KiB', Buffer.concat([stdout(`X: ${'x'.repeat(50_000)}`), stdout('x'.repeat(50_000))]), false, 'app-bad-answer', /65536 bytes/],
    ['nothing', Buffer.alloc(0), true, 'app-closed', /before a byte of the answer/],
    ['half a record', record(6, 'Content-Type: a\r\n\r\n').subarray(0, 5), true, 'app-closed', /before the head/],
    ['CANT_MPX_CONN', ended(1), false, 'app-bad-answer', /one request per connection/],
    ['OVERLOADED', ended(2), false, 'app-bad-answer', /overloaded/],
    ['UNKNOWN_ROLE', ended(3), false, 'app-bad-answer', /responder role/],
    ['another request\'s record', record(6, 'x', { id: 2 }), false, 'app-bad-answer', /request 2/],
    ['a line break in a value', stdout('X: a\rSet-Cookie: b=1\r\n\r\n'), false, 'app-bad-answer', /./],
  ];
  for (const [name, bytes, closes, code, says] of cases) {
    it(`${name}: 502, and the log says what it was`, () => {
      const it = front();
      const client = it.client();
      client.say(get('/'));
      const app = it.app();
      if (bytes.length > 0) app.say(bytes);
      if (closes) app.fin();
      assert.match(client.text, /^HTTP\/1\.1 502 /);
      const event = it.events().find((seen) => seen['event'] === code);
      assert.match(String(event?.['message']), says);
      assert.equal(app.gone, 'destroyed');
    });
  }

  it('nothing at all in time: 504', async () => {
    const it = new MemoryFront(settings({ timeouts: { ...DEFAULT_TIMEOUTS, answer: 1 }, sites: [siteSettings({ routes: [appRoute({ app: FPM, root: ROOT })] })] }));
    const client = it.client();
    client.say(get('/'));
    const app = it.app();
    assert.match(await settled(client), /^HTTP\/1\.1 504 /);
    assert.equal(app.gone, 'destroyed');
  });

  it('more content than it announced, or an end too early: the client can tell', () => {
    for (const [bytes, expected] of [
      [Buffer.concat([stdout('Content-Length: 5\r\n\r\nhel'), ended()]), /hel$/],
      [Buffer.concat([stdout('Content-Type: a/b\r\n\r\nhel')]), /3\r\nhel\r\n$/],
    ] as const) {
      const it = front();
      const client = it.client();
      client.say(get('/'));
      const app = it.app();
      app.say(bytes);
      app.fin();
      assert.match(client.text, expected);
      assert.equal(client.ended || client.gone !== undefined, true, 'it would wait for the rest for ever');
    }
  });

  it('bytes behind the end spoil the connection and not the answer', () => {
    const it = front();
    const client = it.client();
    client.say(get('/'));
    const app = it.app();
    app.say(Buffer.concat([answer('ok', 'Content-Length: 2\r\n'), stdout('more')]));
    assert.match(client.text, /^HTTP\/1\.1 200 [^]*ok$/);
    assert.equal(app.gone, 'destroyed');
  });
});
