import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { AppRoute, SiteSettings } from '../../src/config/settings/settings.ts';
import { MemoryFront, appRoute, settings, siteSettings, upstream } from '../helpers/memory-front.ts';
import { eventually, scope, tempDir } from '../helpers/scope.ts';

const get = (path: string, more = '', method = 'GET'): string => `${method} ${path} HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n`;
const withSite = (changes: Partial<SiteSettings>, front: Parameters<typeof settings>[0] = {}): MemoryFront => new MemoryFront(settings({ ...front, sites: [siteSettings(changes)] }));
const line = (text: string, name: string): string | undefined => lines(text).find((one) => one.toLowerCase().startsWith(`${name.toLowerCase()}:`));
const lines = (text: string): string[] => text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n').slice(1);

describe('a route whose prefix is taken off', () => {
  const stripping = (changes: Partial<AppRoute> = {}): MemoryFront => withSite({ routes: [appRoute({ path: '/shop/', strip: { header: 'X-Forwarded-Prefix' }, ...changes }), appRoute()] });

  it('asks the app for the rest and tells it the prefix, whatever the client says', () => {
    const front = stripping();
    front.client().say(get('/shop/a%20b?c=/shop/', 'X-Forwarded-Prefix: /evil\r\nX-Script-Name: /evil\r\nScript-Name: /evil\r\n'));
    const { text } = front.app();
    assert.match(text, /^GET \/a%20b\?c=\/shop\/ HTTP\/1\.1\r\nHost: shop\.test\r\n/);
    assert.deepEqual(lines(text).filter((one) => /prefix|script/i.test(one)), ['X-Forwarded-Prefix: /shop']);
  });

  it('tells it in the header that was chosen, or not at all', () => {
    for (const [header, told] of [['X-Script-Name', ['X-Script-Name: /shop']], ['none', []]] as const) {
      const front = stripping({ strip: { header } });
      front.client().say(get('/shop', 'X-Forwarded-Prefix: /evil\r\n'));
      const { text } = front.app();
      assert.match(text, /^GET \/ HTTP/);
      assert.deepEqual(lines(text).filter((one) => /prefix|script/i.test(one)), told);
    }
  });

  it('refuses a spelling that servers read differently, before an app is taken', () => {
    const front = stripping();
    const client = front.client();
    for (const path of ['/%73hop/x', '//shop/x', '/shop//x', '/shop/../shop/x']) {
      client.say(get(path));
      assert.match(client.writes.at(-1)!, /^HTTP\/1\.1 400 [^]*prefix-unclear/, path);
    }
    assert.equal(front.transport.made.length, 0);
    client.say(get('/shopping'));
    assert.match(front.app().text, /^GET \/shopping /, 'the other route gets its paths as they are');
  });

  it('puts the prefix back into what the answer says of URLs and cookies, once', () => {
    const front = stripping();
    const client = front.client();
    client.say(get('/shop/x'));
    front.app().say('HTTP/1.1 302 Found\r\nLocation: /login?next=/x\r\nContent-Location: http://shop.test/y\r\nRefresh: 3; url=/z\r\nSet-Cookie: a=1; Path=/cart\r\nSet-Cookie: b=2; Path=/\r\nContent-Length: 0\r\n\r\n');
    assert.deepEqual(lines(client.text).filter((one) => /^(location|content-location|refresh|set-cookie)/i.test(one)), [
      'Location: /shop/login?next=/x', 'Content-Location: https://shop.test:8443/shop/y', 'Refresh: 3; url=/shop/z', 'Set-Cookie: a=1; Path=/shop/cart; Secure', 'Set-Cookie: b=2; Path=/; Secure',
    ]);
    client.say(get('/shop/x'));
    front.transport.made[0]!.wire.say('HTTP/1.1 302 Found\r\nLocation: https://shop.test:8443/shop/login\r\nSet-Cookie: a=1; Path=/shop/; Secure\r\nContent-Length: 0\r\n\r\n');
    assert.match(client.writes[1]!, /\r\nLocation: https:\/\/shop\.test:8443\/shop\/login\r\nSet-Cookie: a=1; Path=\/shop\/; Secure\r\n/);
  });

  // Without the prefix the app's redirect to "/" looks like one to another page; to the client it is the page it asked for.
  it('sees a loop through the prefix', () => {
    const front = stripping();
    const client = front.client();
    client.say(get('/shop/'));
    front.app().say('HTTP/1.1 301 Moved\r\nLocation: https://shop.test/\r\nContent-Length: 0\r\n\r\n');
    assert.match(client.text, /^HTTP\/1\.1 508 /);
  });

  it('tells a uwsgi app by SCRIPT_NAME and PATH_INFO', () => {
    const front = stripping({ app: upstream({ written: 'uwsgi://127.0.0.1:8000', protocol: 'uwsgi', servers: [{ written: 'uwsgi://127.0.0.1:8000', addresses: [{ kind: 'ip', host: '127.0.0.1', port: 8000 }] }] }) });
    front.client().say(get('/shop/a%20b?c', 'X-Forwarded-Prefix: /evil\r\n'));
    const { text } = front.app();
    const value = (name: string): string => {
      const at = text.indexOf(name) + name.length;
      return text.slice(at + 2, at + 2 + text.charCodeAt(at) + text.charCodeAt(at + 1) * 256);
    };
    assert.deepEqual([value('SCRIPT_NAME'), value('PATH_INFO'), value('REQUEST_URI')], ['/shop', '/a b', '/shop/a%20b?c']);
    assert.doesNotMatch(text, /HTTP_X_FORWARDED_PREFIX/);
  });
});

describe('headers that an operator changes', () => {
  const requestHeaders = { set: [{ name: 'X-Internal', value: 'ours' }], add: [{ name: 'Via', value: 'front' }], remove: ['Cookie'] };

  it('in requests: no spelling of a client\'s gets around them', () => {
    const front = withSite({ routes: [appRoute({ requestHeaders })] });
    front.client().say(get('/', 'X-Internal: forged\r\nx-internal: forged\r\nX!Internal: forged\r\nX_Internal: forged\r\nVia: 1.1 x\r\nCookie: a=b\r\nAccept: */*\r\n'));
    const { text } = front.app();
    assert.deepEqual(lines(text).filter((one) => !/^(x-forwarded|host|x-request-id)/i.test(one)), ['Via: 1.1 x', 'Accept: */*', 'X-Internal: ours', 'Via: front']);
  });

  // Servers that merge trailers into the header section would take a trailer's word for the front's.
  it('in requests: nor does a trailer', () => {
    const front = withSite({ routes: [appRoute({ requestHeaders, streamBodies: true })] });
    const client = front.client();
    client.say('POST / HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n');
    const app = front.app();
    client.say('1\r\nx\r\n0\r\nX-Internal: forged\r\nX-Sum: 1\r\n\r\n');
    assert.match(app.text, /0\r\nX-Sum: 1\r\n\r\n$/);
  });

  it('in requests to a uwsgi app, as variables', () => {
    const front = withSite({ routes: [appRoute({ requestHeaders, app: upstream({ protocol: 'uwsgi' }) })] });
    front.client().say(get('/', 'X-Internal: forged\r\nVia: 1.1 x\r\nCookie: a=b\r\n'));
    const { text } = front.app();
    assert.match(text, /HTTP_X_INTERNAL\x04\x00ours/);
    assert.match(text, /HTTP_VIA\x0c\x001\.1 x, front/);
    assert.doesNotMatch(text, /forged|HTTP_COOKIE/);
  });

  const answerHeaders = { set: [{ name: 'X-Frame-Options', value: 'DENY' }, { name: 'Cache-Control', value: 'public' }], add: [{ name: 'Vary', value: 'Origin' }], remove: ['Server', 'X-Powered-By'] };

  it('in answers of an app, whatever their status', () => {
    const front = withSite({ routes: [appRoute({ answerHeaders })], answerHeaders });
    const client = front.client();
    client.say(get('/'));
    front.app().say('HTTP/1.1 404 Not Found\r\nServer: x\r\nX-Powered-By: y\r\nx-frame-options: ALLOW\r\nVary: Cookie\r\nDate: z\r\nContent-Length: 0\r\n\r\n');
    assert.deepEqual(lines(client.text).filter((one) => !one.startsWith('X-Request-Id: ')), ['Vary: Cookie', 'Date: z', 'X-Frame-Options: DENY', 'Cache-Control: public', 'Vary: Origin', 'Content-Length: 0']);
  });

  // nginx leaves add_header out of errors unless "always" is written, and people find out from an audit.
  it('in the front\'s own answers too, whose own lines stay', () => {
    const front = withSite({ routes: [appRoute({ answerHeaders })], answerHeaders });
    const plain = front.client({ tls: false });
    plain.say(get('/'));
    assert.match(plain.text, /^HTTP\/1\.1 307 [^]*Cache-Control: no-store\r\nX-Frame-Options: DENY\r\nVary: Origin\r\n/);
    const client = front.client();
    client.say(get('/'));
    front.transport.made[0]!.wire.break('ECONNREFUSED');
    assert.match(client.text, /^HTTP\/1\.1 502 [^]*Cache-Control: no-store\r\n[^]*X-Frame-Options: DENY\r\n/);
    assert.doesNotMatch(client.text, /public/, 'an error that a cache may keep would outlive its cause');
  });
});

describe('routes that the front answers itself', () => {
  const ping = { kind: 'answer', path: '/ping', status: 200, body: 'pöng', type: 'text/plain; charset=utf-8', headers: [{ name: 'Cache-Control', value: 'no-store' }] } as const;
  const closed = { kind: 'answer', path: '/closed/', status: 404, body: '', type: 'text/plain', headers: [] } as const;
  const moved = { kind: 'redirect', path: '/old/', to: '/new/', status: 308, rest: true } as const;
  const away = { kind: 'redirect', path: '/docs', to: 'https://docs.test/start?a=b', status: 302, rest: false } as const;
  const front = (): MemoryFront => withSite({ routes: [ping, closed, moved, away, appRoute()] });

  it('with a fixed answer, to every method', () => {
    const client = front().client();
    client.say(get('/ping'));
    assert.match(client.writes[0]!, /^HTTP\/1\.1 200 OK\r\nDate: [^\r]*\r\nCache-Control: no-store\r\nContent-Type: text\/plain; charset=utf-8\r\nX-Request-Id: \S+\r\nContent-Length: 5\r\n\r\np\xc3\xb6ng$/);
    client.say(get('/ping', '', 'HEAD'));
    assert.match(client.writes[1]!, /Content-Length: 5\r\nX-Request-Id: \S+\r\n\r\n$/);
    client.say(get('/closed/x', '', 'DELETE'));
    assert.match(client.writes[2]!, /^HTTP\/1\.1 404 Not Found\r\nDate: [^\r]*\r\nX-Request-Id: \S+\r\nContent-Length: 0\r\n\r\n$/);
    client.say('POST /ping HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 3\r\n\r\nabc');
    assert.match(client.writes[3]!, /^HTTP\/1\.1 200 OK/);
  });

  it('a path that some servers read as closed is closed', () => {
    const it = front();
    const client = it.client();
    for (const path of ['/closed%2fx', '/x/..%2fclosed/y', '//closed/x', '/x/..;/closed/y', '/closed;a/x']) {
      client.say(get(path));
      assert.match(client.writes.at(-1)!, /^HTTP\/1\.1 404 Not Found\r\nDate: [^\r]*\r\nX-Request-Id: \S+\r\nContent-Length: 0/, path);
    }
    assert.equal(it.transport.made.length, 0);
  });

  it('a 204 has neither content nor a length', () => {
    const client = withSite({ routes: [{ ...closed, status: 204 }, appRoute()] }).client();
    client.say(get('/closed/') + get('/closed/'));
    assert.match(client.text, /^(HTTP\/1\.1 204 No Content\r\nDate: [^\r]*\r\nX-Request-Id: \S+\r\n\r\n){2}$/);
  });

  it('with a redirect, to what follows the prefix too', () => {
    const client = front().client();
    for (const [path, status, to] of [
      ['/old/a%20b?c', 308, '/new/a%20b?c'], ['/old', 308, '/new/'], ['/old/?x', 308, '/new/?x'], ['/old/\xc3\xa4', 308, '/new/%C3%A4'],
      ['/docs/x?y', 302, 'https://docs.test/start?a=b'], ['/docs', 302, 'https://docs.test/start?a=b'],
    ] as const) {
      client.say(get(path));
      assert.match(client.writes.at(-1)!, new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.equal(line(client.writes.at(-1)!, 'Location'), `Location: ${to}`);
    }
    for (const path of ['/old//evil.test/', '/old/../old/x', '//old/x']) { // the first would lead to another host behind "/"
      client.say(get(path));
      assert.match(client.writes.at(-1)!, /^HTTP\/1\.1 400 [^]*prefix-unclear/, path);
    }
  });
});

describe('www', () => {
  const hosts = ['shop.test', 'www.shop.test', 'api.test'];
  const ask = (front: MemoryFront, host: string, tls: boolean, path = '/a?b'): string | undefined => {
    const client = front.client({ tls });
    client.say(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    return line(client.text, 'Location')?.slice('Location: '.length);
  };

  it('is taken off or put before, together with https, in one redirect', () => {
    const remove = withSite({ hosts, www: 'remove' });
    assert.equal(ask(remove, 'www.shop.test:8080', false), 'https://shop.test:8443/a?b');
    assert.equal(ask(remove, 'WWW.Shop.test.', true), 'https://shop.test:8443/a?b');
    assert.equal(ask(remove, 'shop.test', false), 'https://shop.test:8443/a?b');
    for (const host of ['shop.test', 'api.test']) assert.equal(ask(remove, host, true), undefined, host);
    const add = withSite({ hosts, www: 'add' });
    assert.equal(ask(add, 'shop.test', false), 'https://www.shop.test:8443/a?b');
    assert.equal(ask(add, 'shop.test', true), 'https://www.shop.test:8443/a?b');
    for (const host of ['www.shop.test', 'api.test']) assert.equal(ask(add, host, true), undefined, host);
  });

  it('keeps to http where that is the path\'s policy, and to the public ports', () => {
    const front = withSite({ hosts, www: 'remove', schemes: [['/', 'either'], ['/feed/', 'http']] }, { publicHttpPort: 80, publicHttpsPort: 443 });
    assert.equal(ask(front, 'www.shop.test', false), 'http://shop.test/a?b');
    assert.equal(ask(front, 'www.shop.test', true, '/feed/'), 'http://shop.test/feed/');
  });

  it('leaves health paths alone', () => {
    const front = withSite({ hosts, www: 'remove', health: ['/up'] });
    assert.equal(ask(front, 'www.shop.test', false, '/up'), undefined);
    assert.equal(ask(front, 'www.shop.test', false, '/up2'), 'https://shop.test:8443/up2');
  });

  // The preload list refuses a site whose first redirect goes to www: the apex would never be seen on https.
  it('waits for https where the site is to be preloaded', () => {
    const front = withSite({ hosts, www: 'add', hsts: { maxAge: 31_536_000, includeSubDomains: true, preload: true } });
    assert.equal(ask(front, 'shop.test', false), 'https://shop.test:8443/a?b');
    assert.equal(ask(front, 'shop.test', true), 'https://www.shop.test:8443/a?b');
  });
});

describe('an answer that the app hands over to a file', () => {
  const here = scope();
  const dir = tempDir(here);
  for (const name of ['media', 'media/sub', 'other']) mkdirSync(join(dir, name));
  const put = (name: string, content: string): void => { writeFileSync(join(dir, name), content); utimesSync(join(dir, name), 1_000_000_000, 1_000_000_000); };
  put('media/a b.txt', 'the file');
  put('media/100%.txt', 'percent');
  put('media/sub/index.html', 'index');
  put('media/.secret', 'secret');
  put('other/x.txt', 'other');
  symlinkSync(join(dir, 'other/x.txt'), join(dir, 'media/leak.txt'));
  symlinkSync(join(dir, 'media'), join(dir, 'link'));
  const handing = (changes: Partial<AppRoute> = {}): MemoryFront => withSite({ routes: [appRoute({ protected: [['/protected/', join(dir, 'media')]], sendfile: [join(dir, 'link')], ...changes })] });
  const whole = (client: { text: string }, times = 1): Promise<unknown> => eventually('the answer', () => client.text.split('HTTP/1.1 ').length > times);
  const hand = async (front: MemoryFront, head: string, request = get('/download')): Promise<string> => {
    const client = front.client();
    client.say(request);
    front.app().say(`HTTP/1.1 200 OK\r\n${head}Content-Length: 0\r\n\r\n`);
    await whole(client);
    return client.text;
  };

  it('is that file, with the app\'s own words about it', async () => {
    const text = await hand(handing(), 'X-Accel-Redirect: /protected/a%20b.txt?token=1\r\nContent-Type: application/x-own\r\nContent-Disposition: attachment\r\nSet-Cookie: a=b\r\nCache-Control: private, max-age=60\r\nContent-Security-Policy: sandbox\r\nETag: "app"\r\nX-Accel-Limit-Rate: 1\r\nX-Accel-Expires: 1\r\n');
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nthe file$/);
    assert.deepEqual(lines(text).filter((one) => !/^(?:Date|X-Request-Id): /.test(one)), [
      'Content-Type: application/x-own', 'Content-Disposition: attachment', 'Set-Cookie: a=b; Secure', 'Cache-Control: private, max-age=60', 'Content-Security-Policy: sandbox',
      'Accept-Ranges: bytes', 'X-Content-Type-Options: nosniff', 'ETag: "38d7ea4c68000-8"', 'Last-Modified: Sun, 09 Sep 2001 01:46:40 GMT', 'Content-Length: 8',
    ]);
  });

  it('has the type of its name and is private where the app says nothing of that', async () => {
    const text = await hand(handing(), 'X-Accel-Redirect: /protected/a b.txt\r\nContent-Type: \r\n');
    assert.deepEqual([line(text, 'Content-Type'), line(text, 'Cache-Control')], ['Content-Type: text/plain; charset=utf-8', 'Cache-Control: private']);
  });

  it('answers ranges, conditions and HEAD by the file', async () => {
    const accel = 'X-Accel-Redirect: /protected/a%20b.txt\r\nContent-Type: text/plain\r\n';
    const range = await hand(handing(), accel, get('/download', 'Range: bytes=4-\r\n'));
    assert.match(range, /^HTTP\/1\.1 206 [^]*Content-Range: bytes 4-7\/8\r\n[^]*\r\n\r\nfile$/);
    const fresh = await hand(handing(), accel, get('/download', 'If-None-Match: "38d7ea4c68000-8"\r\n'));
    assert.match(fresh, /^HTTP\/1\.1 304 /);
    assert.doesNotMatch(fresh, /Content-Type/);
    assert.match(await hand(handing(), accel, get('/download', '', 'HEAD')), /Content-Length: 8\r\n[^]*\r\n\r\n$/);
    assert.match(await hand(handing(), accel, 'POST /x HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 0\r\n\r\n'), /the file$/);
  });

  it('by X-Sendfile: a path on disk, as it stands or escaped', async () => {
    for (const path of [join(dir, 'link/a b.txt'), join(dir, 'media/a b.txt'), join(dir, 'media/a%20b.txt')]) {
      assert.match(await hand(handing(), `X-Sendfile: ${path}\r\n`), /the file$/, path);
      assert.match(await hand(handing(), `X-LIGHTTPD-send-file: ${path}\r\n`), /the file$/, path);
    }
    assert.match(await hand(handing(), `X-Sendfile: ${join(dir, 'media/100%.txt')}\r\n`), /percent$/);
  });

  it('is 404 outside, and the log says what was seen and what is allowed', async () => {
    for (const [name, value] of [
      ['X-Accel-Redirect', '/protected/missing'], ['X-Accel-Redirect', '/protected/../protected2/x'], ['X-Accel-Redirect', '/protected/%2e%2e/other/x.txt'], ['X-Accel-Redirect', '/other/x.txt'],
      ['X-Accel-Redirect', '/protected/.secret'], ['X-Accel-Redirect', '/protected/leak.txt'], ['X-Accel-Redirect', '/protected/sub'], ['X-Accel-Redirect', 'http://other/x'], ['X-Accel-Redirect', ''],
      ['X-Sendfile', '/etc/passwd'], ['X-Sendfile', join(dir, 'link/../other/x.txt')], ['X-Sendfile', join(dir, 'media/leak.txt')], ['X-Sendfile', `${join(dir, 'media')}/%2e%2e/other/x.txt`],
      ['X-Sendfile', `${join(dir, 'media')}2/x`], ['X-Sendfile', join(dir, 'media')], ['X-Sendfile', 'a b.txt'], ['X-Sendfile', '/protected/a b.txt'],
    ] as const) {
      const front = handing();
      const text = await hand(front, `${name}: ${value}\r\nContent-Type: text/html\r\n`);
      assert.match(text, /^HTTP\/1\.1 404 Not Found\r\n/, value);
      assert.doesNotMatch(text, /secret|passwd|X-Accel|X-Sendfile|other/i);
      const event = front.events().find((one) => one['event'] === 'handed-missing');
      assert.ok(String(event?.['message']).includes(`${name}: ${value}`), String(event?.['message']));
      assert.match(String(event?.['message']), /Allowed (are|is) /);
    }
    assert.match(await hand(handing(), 'X-Accel-Redirect: /protected/sub/\r\n'), /index$/);
  });

  // An app put a client's words behind that client's own folder, /protected/7/ + ../8/bill.pdf. nginx answers 404 ("unsafe
  // URI"); here the path was resolved first, lay below the prefix, and the other client's file went out.
  it('is 404 with a `..` in it, also where that leads back inside', async () => {
    for (const path of ['sub/../a%20b.txt', 'sub/%2e%2e/a%20b.txt', 'sub%2f..%2fa%20b.txt', 'sub\\..\\a%20b.txt', 'sub/..']) {
      assert.match(await hand(handing(), `X-Accel-Redirect: /protected/${path}\r\n`), /^HTTP\/1\.1 404 [^]*handed-missing/, path);
    }
    for (const path of ['/protected/./a%20b.txt', '/protected//a%20b.txt']) assert.match(await hand(handing(), `X-Accel-Redirect: ${path}\r\n`), /the file$/, path);
  });

  it('is never shown where nothing is allowed; the log names the option', async () => {
    const front = withSite({});
    assert.match(await hand(front, `X-Sendfile: ${dir}/media/x\r\n`), /^HTTP\/1\.1 404 [^]*handed-missing/);
    assert.match(String(front.events().find((one) => one['event'] === 'handed-missing')?.['message']), /add sendfile: "DIR"/);
  });

  // CVE-2025-61780: Rack::Sendfile believes a client's X-Sendfile-Type and X-Accel-Mapping.
  it('is never a client\'s idea', () => {
    const front = handing();
    front.client().say(get('/', 'X-Accel-Redirect: /a\r\nX-Sendfile: /a\r\nX-Sendfile-Type: X-Accel-Redirect\r\nX-Accel-Mapping: /=/\r\nX-Accel-Buffering: no\r\nX_Sendfile_Type: x\r\nX!Sendfile!Type: x\r\nX-Lighttpd-Send-File: /\r\n'));
    assert.doesNotMatch(front.app().text, /accel|sendfile|lighttpd/i);
  });

  it('keeps the app\'s connection where the rest of its answer is near, and drops it where not', async () => {
    for (const [body, kept] of [['x'.repeat(60_000), true], ['x'.repeat(70_000), false]] as const) {
      for (const framing of [`Content-Length: ${body.length}\r\n\r\n${body}`, `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`]) {
        const front = handing();
        const client = front.client();
        client.say(get('/1'));
        const app = front.app();
        app.say(`HTTP/1.1 200 OK\r\nX-Accel-Redirect: /protected/a%20b.txt\r\n${framing}`);
        await whole(client);
        assert.match(client.text, /the file$/);
        assert.equal(app.gone === undefined, kept, framing.slice(0, 30));
        client.say(get('/2'));
        assert.equal(front.transport.made.length, kept ? 1 : 2);
      }
    }
  });

  it('is sent though the app is cut off behind its head', async () => {
    const front = handing();
    const client = front.client();
    client.say(get('/'));
    const app = front.app();
    app.say('HTTP/1.1 200 OK\r\nX-Accel-Redirect: /protected/a%20b.txt\r\nContent-Length: 10\r\n\r\nabc');
    assert.equal(client.text, '', 'nothing of the app\'s content is shown');
    app.break();
    await whole(client);
    assert.match(client.text, /^HTTP\/1\.1 200 [^]*the file$/);
  });

  it('gets the route\'s headers once', async () => {
    const text = await hand(handing({ answerHeaders: { set: [{ name: 'Cache-Control', value: 'no-store' }], add: [{ name: 'Vary', value: 'Cookie' }], remove: ['ETag'] } }), 'X-Accel-Redirect: /protected/a%20b.txt\r\n');
    assert.deepEqual(lines(text).filter((one) => /^(cache|vary|etag)/i.test(one)), ['Cache-Control: no-store', 'Vary: Cookie']);
  });
});

describe('pages of one\'s own', () => {
  const here = scope();
  const dir = tempDir(here);
  writeFileSync(join(dir, '502.html'), '<h1>Back soon ä</h1>');
  const html = 'Accept: text/html,application/xhtml+xml\r\n';
  const broken = (request: string): string => {
    const front = withSite({ pages: [[502, join(dir, '502.html')]] });
    const client = front.client();
    client.say(request);
    front.transport.made.at(-1)!.wire.break('ECONNREFUSED');
    return client.text;
  };

  it('go to those that take HTML, with the status, the id, and a word to caches', () => {
    const text = broken(get('/', html));
    assert.match(text, /^HTTP\/1\.1 502 Bad Gateway\r\n/);
    assert.match(text, /\r\n\r\n<h1>Back soon \xc3\xa4<\/h1>$/);
    assert.deepEqual(['Content-Type', 'Cache-Control', 'Content-Length'].map((name) => line(text, name)), ['Content-Type: text/html; charset=utf-8', 'Cache-Control: no-store', 'Content-Length: 21']);
    assert.match(text, /\r\nX-Request-Id: \S+\r\n/);
    assert.match(broken(get('/', html, 'HEAD')), /Content-Length: 21\r\nX-Request-Id: \S+\r\n\r\n$/);
  });

  it('and to nobody else: JSON and text stay, an app\'s own 502 too', () => {
    assert.match(broken(get('/', 'Accept: application/json\r\n')), /Content-Type: application\/json\r\n[^]*"code":"app-/);
    assert.match(broken(get('/')), /Content-Type: text\/plain; charset=utf-8\r\n/);
    const front = withSite({ pages: [[502, join(dir, '502.html')]] });
    const client = front.client();
    client.say(get('/', html));
    front.app().say('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\napp');
    assert.match(client.text, /\r\n\r\napp$/);
  });
});

describe('maintenance', () => {
  const here = scope();
  const dir = tempDir(here);
  const file = join(dir, 'closed.html');
  const settingsOf = (more = {}): NonNullable<SiteSettings['maintenance']> => ({ file: undefined, page: undefined, allow: [], retryAfter: 120, ...more });
  const html = 'Accept: text/html\r\n';

  it('answers everybody with 503 and Retry-After, and logs that once', () => {
    const front = withSite({ maintenance: settingsOf() });
    const client = front.client();
    for (let i = 0; i < 3; i++) client.say(get('/', html));
    assert.match(client.writes[2]!, /^HTTP\/1\.1 503 Service Unavailable\r\n[^]*\r\nRetry-After: 120\r\n[^]*Closed for maintenance/);
    client.say('POST / HTTP/1.1\r\nHost: shop.test\r\nAccept: application/json\r\nContent-Length: 0\r\n\r\n');
    assert.match(client.writes[3]!, /^HTTP\/1\.1 503 [^]*"code":"maintenance"/);
    assert.equal(front.transport.made.length, 0);
    const events = front.events().filter((event) => String(event['event'] ?? '').startsWith('maintenance'));
    assert.deepEqual(events.map((event) => event['event']), ['maintenance-on']);
  });

  it('lets the allowed and health paths through', () => {
    const front = withSite({ maintenance: settingsOf({ allow: ['198.51.100.0/24'] }), health: ['/up'] });
    for (const [peer, path, open] of [['198.51.100.7', '/', true], ['192.0.2.7', '/', false], ['192.0.2.7', '/up', true], ['192.0.2.7', '/up/x', false]] as const) {
      const before = front.transport.made.length;
      front.client({ tls: true, peer }).say(get(path));
      assert.equal(front.transport.made.length > before, open, `${peer} ${path}`);
    }
  });

  // The client of a believed proxy is who the proxy says; anybody else's word opens nothing.
  it('goes by the truth about the client', () => {
    const front = withSite({ maintenance: settingsOf({ allow: ['198.51.100.7'] }) }, { trust: ['192.0.2.7'] });
    for (const [peer, open] of [['192.0.2.7', true], ['192.0.2.8', false]] as const) {
      const before = front.transport.made.length;
      front.client({ tls: true, peer }).say(get('/', 'X-Forwarded-Proto: https\r\nX-Forwarded-For: 198.51.100.7\r\n'));
      assert.equal(front.transport.made.length > before, open, peer);
    }
  });

  it('is on while its file is there, and what is in it is the page', async () => {
    const front = withSite({ maintenance: settingsOf({ file }), pages: [] });
    const ask = (): string => { const client = front.client(); client.say(get('/', html)); return client.text; };
    assert.equal(ask(), '', 'the app is asked');
    writeFileSync(file, '<h1>Moving house</h1>');
    const closed = await eventually('the site to close', () => { const text = ask(); return text !== '' && text; });
    assert.match(closed, /^HTTP\/1\.1 503 [^]*Retry-After: 120\r\n[^]*<h1>Moving house<\/h1>$/);
    rmSync(file);
    await eventually('the site to open', () => ask() === '');
    assert.deepEqual(front.events().flatMap((event) => (String(event['event']).startsWith('maintenance') ? [event['event']] : [])), ['maintenance-on', 'maintenance-off']);
  });
});
