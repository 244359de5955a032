import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createJudge, type Judged } from '../../src/app/judge.ts';
import { fieldsOfRaw } from '../../src/app/fields.ts';
import { OptionError, type Options } from '../../src/app/options.ts';
import type { OwnAnswer } from '../../src/app/answers.ts';
import { peerOf } from '../helpers/truth-table.ts';

interface Request { readonly over?: 'http' | 'https'; readonly method?: string; readonly target?: string; readonly host?: string; readonly headers?: Readonly<Record<string, string>>; readonly peer?: string }

/** An app with these options behind a front on loopback, and what it logs. */
function app(options: Options = {}): { ask: (request?: Request) => Judged; logged: string[] } {
  const logged: string[] = [];
  const judge = createJudge({ log: (line) => { logged.push(line); }, ...options });
  const ask = ({ over = 'http', method = 'GET', target = '/', host = 'shop.test', headers = {}, peer = '127.0.0.1' }: Request = {}): Judged => judge({
    peer: peerOf(peer), scheme: 'http', method, target, host, fields: fieldsOfRaw(Object.entries({ 'X-Forwarded-Proto': over, ...headers }).flat()),
  });
  return { ask, logged };
}

const header = (answer: OwnAnswer | undefined, name: string): string | undefined => answer?.headers.find(([given]) => given === name)?.[1];
const location = (answer: OwnAnswer | undefined): string | undefined => header(answer, 'Location');

describe('the https option, both ways', () => {
  it('redirects nothing unless asked', () => {
    const { ask } = app();
    assert.equal(ask().answer, undefined);
    assert.equal(ask({ over: 'https' }).answer, undefined);
  });

  it('keeps host, path and query byte for byte, and puts the public port', () => {
    const { ask } = app({ https: 'https' });
    assert.equal(location(ask({ target: '/a%2Fb/?q=1&r=%C3%A9', host: 'Shop.Test:8080' }).answer), 'https://Shop.Test/a%2Fb/?q=1&r=%C3%A9');
    assert.equal(location(app({ https: 'https', httpsPort: 8443 }).ask({ host: '[::1]:8080' }).answer), 'https://[::1]:8443/');
    assert.equal(location(app({ https: 'http', httpPort: 8080 }).ask({ over: 'https', host: 'shop.test:8443' }).answer), 'http://shop.test:8080/');
  });

  it('goes by the longest prefix, as the front compares paths, and leaves other paths alone', () => {
    const { ask } = app({ https: { '/checkout/': 'https', '/checkout/feed': 'http', '/api': 'either' } });
    const wanted = (target: string, over: 'http' | 'https'): string => location(ask({ target, over }).answer)?.split(':')[0] ?? 'pass';
    assert.deepEqual(['/', '/checkout', '/checkout/', '/%63heckout/x', '//checkout/x', '/checkouts', '/checkout/feed/1', '/api'].map((path) => wanted(path, 'http')), ['pass', 'https', 'https', 'https', 'https', 'pass', 'pass', 'pass']);
    assert.deepEqual(['/', '/checkout/', '/checkout/feed/1', '/api'].map((path) => wanted(path, 'https')), ['pass', 'pass', 'http', 'pass']);
  });

  it('answers 307, and 308 towards https only where it may be remembered', () => {
    assert.equal(app({ https: 'https' }).ask().answer?.status, 307);
    assert.equal(app({ https: 'https', permanent: true }).ask({ method: 'POST' }).answer?.status, 308);
    assert.equal(app({ https: 'http', permanent: true }).ask({ over: 'https' }).answer?.status, 307);
  });

  it('refuses an unsafe request over the wrong scheme, by choice', () => {
    const { ask } = app({ https: 'https', unsafe: 'refuse' });
    assert.equal(ask({ method: 'POST' }).answer?.status, 403);
    assert.match(ask({ method: 'DELETE' }).answer?.body ?? '', /over https/);
    assert.equal(ask({ method: 'HEAD' }).answer?.status, 307);
  });

  it('leaves health paths alone, and a doubtful spelling is none', () => {
    const { ask } = app({ https: 'https', hosts: ['shop.test'], health: ['/up'] });
    assert.equal(ask({ target: '/up', host: '10.0.0.1:8000' }).answer, undefined);
    assert.equal(ask({ target: '/up?x', host: '10.0.0.1' }).answer, undefined);
    assert.equal(ask({ target: '/up/x' }).answer?.status, 307);
    assert.equal(ask({ target: '/x/..%2fup' }).answer?.status, 307);
  });

  it('reads the path of a whole URL, and does not redirect to a host that is none', () => {
    const { ask } = app({ https: { '/pay': 'https' } });
    assert.equal(location(ask({ target: 'http://other.test/pay?x' }).answer), 'https://shop.test/pay?x');
    // Any other scheme, or a user in it, was read as the path /: a way around every rule, since routers take all of it off.
    for (const target of ['ftp://other.test/pay?x', 'http://user@other.test/pay?x', 'HTTP://other.test:99999/pay?x', 'x://[/pay?x#y']) assert.equal(location(ask({ target }).answer), 'https://shop.test/pay?x', target);
    for (const host of ['', 'a b', 'evil.test/', 'a@b', 'x\r\ny']) assert.equal(ask({ target: '/pay', host }).answer?.status, 400, host);
  });
});

describe('a route that says its scheme', () => {
  it('is redirected where it has to, and its cookies are secured', () => {
    const { ask } = app({ https: { '/shop/': 'https' } });
    assert.match(location(ask({ target: '/pay' }).require('https')) ?? '', /^https:/);
    const judged = ask({ target: '/pay', over: 'https' });
    assert.equal(judged.amendment().secureCookies, false);
    assert.equal(judged.require('https'), undefined);
    assert.equal(judged.amendment().secureCookies, true);
    assert.match(location(ask({ target: '/pay', over: 'https' }).require('http')) ?? '', /^http:/);
  });

  it('may not contradict the table, which would be a loop', () => {
    assert.throws(() => app({ https: 'https' }).ask({ over: 'https', target: '/feed' }).require('http'), /marked http, but the option https says https.*to and fro/);
  });

  // A browser that has heard HSTS comes back over https whatever it is told: a loop for every visitor.
  it('may not be http where hsts keeps browsers from it', () => {
    assert.throws(() => app({ hsts: 300 }).ask({ over: 'https', target: '/feed' }).require('http'), /marked http, but the option hsts/);
    assert.match(location(app({ hsts: 0 }).ask({ over: 'https', target: '/feed' }).require('http')) ?? '', /^http:/);
  });

  it('is exempt on a health path', () => {
    assert.equal(app({ health: ['/up'] }).ask({ target: '/up' }).require('https'), undefined);
  });
});

describe('a loop', () => {
  /** A browser that follows the redirect while the app hears http whatever it does. */
  const follow = (options: Options, request: Request, cookies = true): { statuses: number[]; last: OwnAnswer | undefined; logged: string[] } => {
    const { ask, logged } = app(options);
    const statuses: number[] = [];
    let cookie = '';
    let last: OwnAnswer | undefined;
    for (let i = 0; i < 6; i++) {
      last = ask({ ...request, headers: { ...request.headers, ...(cookie !== '' && cookies && { Cookie: `a=b; ${cookie}` }) } }).answer;
      statuses.push(last?.status ?? 200);
      cookie = header(last, 'Set-Cookie')?.split(';')[0] ?? cookie;
    }
    return { statuses, last, logged };
  };

  it('breaks itself when the browser comes back the third time, and says who, which header and which option', () => {
    const { statuses, last, logged } = follow({ https: 'https', trust: ['loopback'] }, { peer: '172.18.0.3', headers: { 'X-Forwarded-Proto': 'https' } });
    assert.deepEqual(statuses, [307, 307, 307, 508, 508, 508]);
    for (const text of [last?.body ?? '', logged.join('\n')]) for (const part of ['172.18.0.3', 'X-Forwarded-Proto: https', 'trust: [\'172.18.0.3\']']) assert.ok(text.includes(part), `${part} in: ${text}`);
    assert.equal(logged.length, 2, 'one line about the peer, one about the loop');
  });

  // It said that the proxy had taken the request for plain http, where it had said https.
  it('towards http is explained by what keeps the browser on https', () => {
    const { statuses, last } = follow({ https: 'http' }, { over: 'https' });
    assert.equal(statuses.at(-1), 508);
    assert.match(last?.body ?? '', /127\.0\.0\.1 is trusted and said "X-Forwarded-Proto: https".*HSTS/s);
    assert.doesNotMatch(last?.body ?? '', /took the request for plain http/);
  });

  // Between ports of one's own the counter was never taken back: a visitor who came three times in ten seconds got 508.
  it('is forgotten when the visitor has arrived at another port', () => {
    const { ask } = app({ https: 'https', httpsPort: 8443 });
    const Cookie = (header(ask({ host: 'shop.test:8080' }).answer, 'Set-Cookie') ?? '').split(';')[0]!;
    assert.match(ask({ over: 'https', host: 'Shop.test:8443', headers: { Cookie } }).amendment().cookie ?? '', /Max-Age=0/);
  });

  it('is not seen in a client that keeps no cookies, however often it comes', () => {
    assert.deepEqual(follow({ https: 'https' }, {}, false).statuses, [307, 307, 307, 307, 307, 307]);
  });

  it('has a counter of ten seconds that scripts cannot read, over both schemes', () => {
    const cookie = header(app({ https: 'https' }).ask().answer, 'Set-Cookie') ?? '';
    assert.match(cookie, /^sallyport-loop=1-[0-9a-z]+; Max-Age=10; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it('counts one address at a time, and forgets when the visitor has arrived', () => {
    const { ask } = app({ https: { '/pay': 'https', '/cart': 'https' } });
    const cookie = (header(ask({ target: '/pay' }).answer, 'Set-Cookie') ?? '').split(';')[0]!.replace('=1-', '=3-');
    assert.equal(ask({ target: '/cart', headers: { Cookie: cookie } }).answer?.status, 307);
    assert.equal(ask({ target: '/pay', headers: { Cookie: cookie } }).answer?.status, 508);
    assert.match(ask({ target: '/pay', over: 'https', headers: { Cookie: cookie } }).amendment().cookie ?? '', /Max-Age=0/);
    assert.equal(ask({ target: '/cart', over: 'https', headers: { Cookie: cookie } }).amendment().cookie, undefined);
  });

  it('cannot be made out of a cookie that is nonsense', () => {
    const { ask } = app({ https: 'https' });
    for (const Cookie of ['sallyport-loop=', 'sallyport-loop=9', 'sallyport-loop=99-x', 'sallyport-loop=-1-x', 'sallyport-loop=3-wrong', ';;=;', 'sallyport-loop=3-\u00e9']) assert.equal(ask({ headers: { Cookie } }).answer?.status, 307, Cookie);
  });
});

describe('what is said about ignored headers', () => {
  it('is one line per peer, with the peer, the header, its value and the option', () => {
    const { ask, logged } = app({ trust: [] });
    for (let i = 0; i < 3; i++) { ask({ peer: '10.0.0.1', over: 'https' }); ask({ peer: 'unix', headers: { 'X-Forwarded-Proto': 'https\x1b[31m\n' } }); }
    assert.equal(logged.length, 2);
    assert.match(logged[0]!, /10\.0\.0\.1 sent "X-Forwarded-Proto: https".*trust: \['10\.0\.0\.1'\]/);
    assert.match(logged[1]!, /unix socket.*https\\x1b\[31m\\x0a.*trust: \['unix'\]/);
  });

  it('does not fill the log when a crowd forges', () => {
    const { ask, logged } = app({ trust: [] });
    for (let i = 0; i < 100; i++) ask({ peer: `10.0.0.${i}`, over: 'https' });
    assert.equal(logged.length, 20);
  });

  // Only names that everybody knows were looked for: whoever was not believed with a name of one's own was never mentioned.
  it('names the headers that the options name, and the address header by itself', () => {
    for (const [options, headers, line] of [
      [{ header: ['X-Edge', 'tls'] }, { 'X-Edge': 'tls' }, /10\.0\.0\.1 sent "X-Edge: tls", which was ignored.*trust: \['10\.0\.0\.1'\]$/],
      [{ header: { scheme: 'X-Edge', client: 'X-Edge-Client' } }, { 'X-Edge-Client': '6.6.6.6' }, /sent "X-Edge-Client: 6\.6\.6\.6", which was ignored.*trust: \['10\.0\.0\.1'\]$/],
      [{}, { 'X-Forwarded-For': '6.6.6.6' }, /sent "X-Forwarded-For: 6\.6\.6\.6".*trust: \['10\.0\.0\.1'\]$/],
      [{}, { 'X-Forwarded-Ssl': 'on' }, /sent "X-Forwarded-Ssl: on".*trust: \['10\.0\.0\.1'\], header: 'X-Forwarded-Ssl'$/],
    ] as const) {
      const logged: string[] = [];
      createJudge({ log: (text) => { logged.push(text); }, ...options })({ peer: peerOf('10.0.0.1'), scheme: 'http', method: 'GET', target: '/', host: 'shop.test', fields: fieldsOfRaw(Object.entries(headers).flat()) });
      assert.equal(logged.length, 1, JSON.stringify(headers));
      assert.match(logged[0]!, line);
    }
    const { ask, logged } = app({ header: 'legacy' }); // a believed proxy that has nothing to say about the scheme is no news
    ask({ headers: { 'X-Forwarded-Proto': '', 'X-Forwarded-For': '203.0.113.7' } });
    assert.equal(logged.filter((line) => line.includes('X-Forwarded-For')).length, 0);
  });

  it('names a header that the trusted proxy sends in the place of the one that counts', () => {
    const { ask, logged } = app({ header: 'X-Forwarded-Ssl' });
    ask({ over: 'https' });
    assert.match(logged[0]!, /trusted and sent "X-Forwarded-Proto: https", but no X-Forwarded-Ssl.*header: 'X-Forwarded-Proto'/);
  });
});

describe('what answers get', () => {
  const of = (options: Options, request: Request = { over: 'https' }): ReturnType<Judged['amendment']> => app(options).ask(request).amendment();
  it('HSTS over https only, errors of ours too', () => {
    assert.equal(of({ hsts: '300,subdomains' }).hsts, 'max-age=300; includeSubDomains');
    assert.equal(of({ hsts: 300 }, { over: 'http' }).hsts, undefined);
    assert.equal(header(app({ hsts: 300, hosts: ['a.test'] }).ask({ over: 'https' }).answer, 'Strict-Transport-Security'), 'max-age=300');
    assert.equal(header(app({ hsts: 300, hosts: ['a.test'] }).ask().answer, 'Strict-Transport-Security'), undefined);
    assert.throws(() => app({ hsts: 300, https: { '/': 'https', '/feed': 'http' } }), (error) => error instanceof OptionError && /feed/.test(error.message));
    assert.throws(() => app({ hsts: 300, https: 'http' }), OptionError);
    app({ hsts: 0, https: { '/feed': 'http' } });
  });

  it('Secure on cookies where the path is https alone', () => {
    const secured = (options: Options, request?: Request): boolean => of(options, request).secureCookies;
    assert.deepEqual([
      secured({ https: 'https' }), secured({ https: 'https', secureCookies: false }), secured({}), secured({ secureCookies: true }), secured({ https: 'either', secureCookies: true }),
      secured({ https: { '/pay': 'https' } }, { over: 'https', target: '/pay' }), secured({ https: { '/pay': 'https' }, secureCookies: true }, { over: 'https', target: '/' }), secured({ secureCookies: true }, { over: 'http' }),
    ], [true, false, false, true, false, true, false, false]);
  });
});

describe('hosts', () => {
  it('answers 421 to any other, and to none', () => {
    const { ask } = app({ hosts: ['shop.test', '*.Shop.Test', '[::1]'] });
    assert.deepEqual(['shop.test', 'SHOP.test.:8443', 'a.shop.test', '[::1]:80', 'a.b.shop.test', 'evil.test', '', 'shop.test evil'].map((host) => ask({ host }).answer?.status), [undefined, undefined, undefined, undefined, 421, 421, 421, 421]);
    for (const wrong of [[], ['https://shop.test'], ['shop.test:8080'], ['shop.test/'], ['*']]) assert.throws(() => app({ hosts: wrong }), OptionError, JSON.stringify(wrong));
  });
});

describe('requests from other sites', () => {
  const status = (headers: Readonly<Record<string, string>>, options: Options['csrf'] = true, request: Request = {}): number | undefined =>
    app({ csrf: options }).ask({ over: 'https', method: 'POST', headers, ...request }).answer?.status;
  for (const [story, headers, wanted] of [
    ['same-origin', { 'Sec-Fetch-Site': 'same-origin' }, undefined],
    ['typed by the visitor', { 'Sec-Fetch-Site': 'none' }, undefined],
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['a sibling of the site', { 'Sec-Fetch-Site': 'same-site', 'Origin': 'https://blog.shop.test' }, 403],
    ['nonsense', { 'Sec-Fetch-Site': 'same-origin, cross-site' }, 403],
    ['the true origin', { Origin: 'https://shop.test' }, undefined],
    ['the true origin in other case and with its port', { Origin: 'HTTPS://Shop.Test:443' }, undefined],
    ['the site in clear', { Origin: 'http://shop.test' }, 403],
    ['another port', { Origin: 'https://shop.test:8443' }, 403],
    ['another origin', { Origin: 'https://evil.test' }, 403],
    ['an origin that only begins like it', { Origin: 'https://shop.test.evil.test' }, 403],
    ['a hidden origin', { Origin: 'null' }, 403],
    ['a page of the site', { Referer: 'https://shop.test/form?x' }, undefined],
    ['a page elsewhere', { Referer: 'https://evil.test/https://shop.test/' }, 403],
    ['a user in the address', { Referer: 'https://shop.test@evil.test/' }, 403],
    ['an origin of its own, whatever the page', { Origin: 'https://evil.test', Referer: 'https://shop.test/' }, 403],
    ['nothing at all', {}, undefined],
  ] as const) it(`${story}: ${wanted ?? 'passes'}`, () => { assert.equal(status(headers), wanted); });

  it('may be let in by origin, and programs may be kept out', () => {
    assert.equal(status({ 'Sec-Fetch-Site': 'cross-site', 'Origin': 'https://pay.test' }, { origins: ['https://pay.test'] }), undefined);
    assert.equal(status({ Origin: 'https://pay.test:8443' }, { origins: ['https://pay.test'] }), 403);
    assert.equal(status({}, { unknown: 'refuse' }), 403);
    assert.equal(status({ 'Sec-Fetch-Site': 'cross-site' }, true, { method: 'GET' }), undefined);
    for (const wrong of [{ origins: ['pay.test'] }, { origins: ['https://pay.test/x'] }, { unknown: 'maybe' }]) assert.throws(() => app({ csrf: wrong as Options['csrf'] }), OptionError);
  });

  // The commonest way a form is refused behind a proxy: the browser is on https, and the app does not know.
  it('says why the app takes the visitor for somebody in clear', () => {
    const answer = app({ csrf: true, trust: [] }).ask({ method: 'POST', headers: { Origin: 'https://shop.test' } }).answer;
    assert.match(answer?.body ?? '', /takes the request for plain http.*trust: \['127\.0\.0\.1'\]/s);
  });
});

describe('answers of the app\'s half', () => {
  it('come as a page, as JSON or as text, and show nothing as markup', () => {
    const { ask } = app({ hosts: ['a.test'] });
    const body = (Accept: string): string => ask({ host: '<script>', headers: { Accept } }).answer?.body ?? '';
    assert.match(body('text/html'), /<!doctype html>/);
    assert.deepEqual(Object.keys((JSON.parse(body('application/json')) as { error: object }).error), ['code', 'status', 'message', 'detail']);
    assert.match(body('*/*'), /^421 /);
  });
});

describe('options', () => {
  it('are refused by name where they are none', () => {
    for (const [wrong, name] of [[{ trustProxy: true }, 'trustProxy'], [{ httpsPort: 0 }, 'httpsPort'], [{ httpPort: '80' }, 'httpPort'], [{ https: 'always' }, 'https'], [{ https: { pay: 'https' } }, 'https'], [{ https: { '/pay': true } }, 'https'], [{ https: true }, 'https'], [{ unsafe: 'drop' }, 'unsafe'], [{ health: '/up' }, 'health'], [{ hosts: 'shop.test' }, 'hosts'], [{ hosts: [7] }, 'hosts'], [{ permanent: 'yes' }, 'permanent'], [{ secureCookies: 0 }, 'secureCookies'], [{ csrf: 'on' }, 'csrf'], [{ csrf: null }, 'csrf'], [{ csrf: { orgins: [] } }, 'csrf'], [{ csrf: { origins: 'https://pay.test' } }, 'csrf'], [{ log: 'stderr' }, 'log'], [{ trust: { secret: undefined } }, 'trust'], [{ trust: { secret: [] } }, 'trust'], [{ hsts: 'a year' }, 'hsts'], [null, 'options']] as const) {
      assert.throws(() => createJudge(wrong as unknown as Options), (error) => error instanceof OptionError && error.option === name, JSON.stringify(wrong));
    }
  });
});
