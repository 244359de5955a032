import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StaticRoute } from '../../src/config/settings/settings.ts';
import type { MemoryFront } from '../helpers/memory-front.ts';
import { BARE, ROOT, answer, asked, get, phpFront, settled } from '../helpers/php-site.ts';
import { eventually } from '../helpers/scope.ts';

/** What was run for a target: the variables that name the script. */
const run = (target: string, it = phpFront()): unknown => {
  const client = it.client();
  client.say(get(target));
  if (it.transport.made.length === 0) return client.text.slice(9, 12);
  const { variables } = asked(it.app());
  return ['SCRIPT_FILENAME', 'SCRIPT_NAME', 'PATH_INFO'].map((name) => variables.get(name));
};
describe('a PHP site is told the truth in variables', () => {
  it('that no header can name or shadow', () => {
    const it = phpFront();
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
    const it = phpFront();
    it.client({ tls: false }).say(get('/', 'Https: on\r\nX-Forwarded-Proto: https\r\n'));
    const { variables } = asked(it.app());
    assert.deepEqual(['HTTPS', 'HTTP_HTTPS', 'REQUEST_SCHEME', 'SERVER_PORT'].map((name) => variables.get(name)), [undefined, undefined, 'http', '8080']);
  });

  it('that are refused over 64 KiB with 431', () => {
    const it = phpFront();
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
    const client = phpFront().client();
    client.say(get('/source.txt'));
    assert.match(await settled(client), /^HTTP\/1\.1 404 /);
    assert.doesNotMatch(client.text, /SECRET/);
    const picture = phpFront().client();
    picture.say(get('/again.jpg'));
    assert.match(await settled(picture), /^HTTP\/1\.1 200 [^]*JPEG$/);
  });

  it('a link that leads out is logged with what to do', () => {
    const it = phpFront();
    it.client().say(get('/storage/x.txt'));
    const event = it.events().find((seen) => seen['event'] === 'outside-root');
    assert.match(String(event?.['message']), /storage\/x\.txt is .*outside\/x\.txt, which is not inside .*--static \/PREFIX\/=.*outside/);
  });

  it('other files are given out as any static file, source never', async () => {
    const it = phpFront();
    const client = it.client();
    client.say(get('/site.css', 'If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n'));
    assert.match(await settled(client), /^HTTP\/1\.1 304 /);
    for (const [target, expected] of [['/photo.jpg', /200 [^]*Content-Type: image\/jpeg[^]*JPEG$/], ['/docs/', /200 [^]*<p>$/], ['/db.inc', /404 /], ['/wp-config.php.bak', /404 /]] as const) {
      const next = phpFront().client();
      next.say(get(target));
      assert.match(await settled(next), new RegExp(`^HTTP/1\\.1 ${expected.source}`), target);
      assert.doesNotMatch(next.text, /SECRET/);
    }
    const ranged = phpFront().client();
    ranged.say(get('/photo.jpg', 'Range: bytes=1-2\r\n'));
    assert.match(await settled(ranged), /^HTTP\/1\.1 206 [^]*PE$/);
    const posted = phpFront().client();
    posted.say('POST /site.css HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 1\r\n\r\nx');
    assert.match(await settled(posted), /^HTTP\/1\.1 405 [^]*Allow: GET, HEAD/);
  });

  it('a folder is sent to its slash, the query with it, and never to another host', () => {
    for (const [target, location] of [['/wp-admin?a=b', '/wp-admin/?a=b'], ['/docs', '/docs/'], ['//wp-admin', '/wp-admin/'], ['//evil.test/%2e%2e/wp-admin', '/evil.test/%2e%2e/wp-admin/']] as const) {
      const client = phpFront().client();
      client.say(get(target));
      assert.match(client.text, /^HTTP\/1\.1 307 /, target);
      assert.ok(client.text.includes(`\r\nLocation: ${location}\r\n`), client.text);
    }
  });

  it('404 without any index.php', async () => {
    const it = phpFront({ root: BARE });
    assert.equal(run('/', it), '404');
    assert.equal(run('/nothing', phpFront({ root: BARE })), '404');
    assert.deepEqual(run('/only.php', phpFront({ root: BARE })), [`${BARE}/only.php`, '/only.php', '']);
    const client = phpFront({ root: BARE }).client();
    client.say(get('/a.txt'));
    assert.match(await settled(client), /^HTTP\/1\.1 200 [^]*a$/);
  });

  it('under a prefix the folder stands for the prefix', () => {
    const blog = (): MemoryFront => phpFront({ path: '/blog/' });
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
      const client = phpFront({}, [files]).client();
      client.say(get(target));
      assert.match(await settled(client), /^HTTP\/1\.1 404 /, target);
    }
    const client = phpFront({}, [files]).client();
    client.say(get('/files/photo.jpg'));
    assert.match(await settled(client), /^HTTP\/1\.1 200 /);
  });

  it('the route\'s changes to answers hold for files, folders and refusals as for scripts', async () => {
    for (const target of ['/photo.jpg', '/wp-admin', '/.env', '/out.php', '/']) {
      const it = phpFront({ answerHeaders: { set: [{ name: 'X-Frame-Options', value: 'DENY' }], add: [], remove: [] } });
      const client = it.client();
      client.say(get(target));
      if (target === '/') it.app().say(answer('ok'));
      assert.match(await settled(client), /\r\nX-Frame-Options: DENY\r\n/, target);
    }
  });

  it('what a folder misses goes to PHP where the route says so', async () => {
    const files: StaticRoute = { kind: 'static', path: '/', dir: BARE, cacheControl: undefined, fallback: undefined, missing: 'app' };
    const it = phpFront({}, [files]);
    it.client().say(get('/wp-login.php'));
    await eventually('PHP to be asked', () => it.transport.made.length === 1);
    assert.equal(asked(it.app()).variables.get('SCRIPT_FILENAME'), `${ROOT}/wp-login.php`);
  });
});
