import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasSecure } from '../../src/core/policy/cookies.ts';
import { createRepair, type RepairOptions } from '../../src/core/policy/repair.ts';
import { compileSchemes, type SchemeEntries } from '../../src/core/policy/scheme.ts';
import { answerOf } from '../helpers/answers.ts';

const site = (schemes: SchemeEntries = [], more: Partial<RepairOptions> = {}): ReturnType<typeof createRepair> => createRepair({
  httpsPort: 8443, httpPort: 8080, otherPorts: [8000], policyOf: (target) => compileSchemes(schemes, ['/up']).policyOf(target), hsts: 'app', secureCookies: false, ...more,
});
const https = { scheme: 'https', host: 'shop.example:8443', port: 8443 } as const;
const http = { scheme: 'http', host: 'shop.example:8080', port: 8080 } as const;
const get = (target: string): { method: string; target: string } => ({ method: 'GET', target });
const MIXED: SchemeEntries = [['/', 'either'], ['/feed/', 'http'], ['/checkout/', 'https']];

/** What becomes of a Location that answers `GET /here` with 302. */
const location = (value: string, reached: typeof https | typeof http = https, schemes?: SchemeEntries): string =>
  site(schemes)(answerOf(302, `Location: ${value}`), get('/here'), reached).lines.slice('Location: '.length, -2);

describe('a Location on https', () => {
  const table: [why: string, value: string, becomes: string][] = [
    ['framework slash redirect, absolute and http (Starlette)', 'http://shop.example:8443/here/', 'https://shop.example:8443/here/'],
    ['an app that drops the port', 'http://shop.example/next', 'https://shop.example:8443/next'],
    ['an app that drops the port of https', 'https://shop.example/next', 'https://shop.example:8443/next'],
    ['the listen port of an nginx inside', 'http://shop.example:8000/dir/', 'https://shop.example:8443/dir/'],
    ['https with the other door\'s port', 'https://shop.example:8080/next', 'https://shop.example:8443/next'],
    ['https with port 80', 'https://shop.example:80/next', 'https://shop.example:8443/next'],
    ['http with port 443', 'http://shop.example:443/next', 'https://shop.example:8443/next'],
    ['an empty port', 'http://shop.example:/next', 'https://shop.example:8443/next'],
    ['no path', 'http://shop.example', 'https://shop.example:8443'],
    ['a query without a path', 'http://shop.example?a', 'https://shop.example:8443?a'],
    ['capitals', 'HTTP://Shop.Example/Next', 'https://Shop.Example:8443/Next'],
    ['query and fragment', 'http://shop.example/next?to=http://shop.example/#x', 'https://shop.example:8443/next?to=http://shop.example/#x'],
    // A browser takes the port of `//host/x` from the host or the scheme, never from the page: at :8443 this led to :443, where nobody was.
    ['a reference with a host', '//shop.example/next', '//shop.example:8443/next'],
    ['a reference with a host and the app\'s port', '//shop.example:8000/next', '//shop.example:8443/next'],
    // left as they are
    ['right already', 'https://shop.example:8443/next', 'https://shop.example:8443/next'],
    ['another service on the host', 'http://shop.example:9000/x', 'http://shop.example:9000/x'],
    ['another host', 'http://other.example/next', 'http://other.example/next'],
    ['a host that begins alike', 'http://shop.example.evil/next', 'http://shop.example.evil/next'],
    ['user information', 'http://shop.example@evil.example/', 'http://shop.example@evil.example/'],
    ['user and port', 'http://shop.example:80@evil.example/', 'http://shop.example:80@evil.example/'],
    ['a backslash', 'http://shop.example\\@evil.example/', 'http://shop.example\\@evil.example/'],
    ['a tab', 'http://shop.example\t.evil/', 'http://shop.example\t.evil/'],
    ['a port beyond all', 'http://shop.example:99999/', 'http://shop.example:99999/'],
    ['a relative reference', '/next', '/next'],
    ['another relative reference', 'next?x', 'next?x'],
    ['a reference with another host', '//other.example/next', '//other.example/next'],
    ['a reference with the host and right port', '//shop.example:8443/next', '//shop.example:8443/next'],
    ['another scheme', 'ftp://shop.example/', 'ftp://shop.example/'],
    ['an app link', 'myapp:done', 'myapp:done'],
    ['nothing', '', ''],
  ];
  for (const [why, value, becomes] of table) it(`${why}: ${JSON.stringify(value)} → ${JSON.stringify(becomes)}`, () => assert.equal(location(value), becomes));

  it('names the default port by leaving it out', () => {
    const repair = createRepair({ httpsPort: 443, httpPort: 80, otherPorts: [8000], policyOf: () => 'https', hsts: 'app', secureCookies: false });
    const reached = { scheme: 'https', host: 'shop.example', port: 443 } as const;
    const of = (value: string): string => repair(answerOf(301, `location: ${value}`), get('/a'), reached).lines;
    assert.equal(of('http://shop.example:8000/b'), 'location: https://shop.example/b\r\n');
    assert.equal(of('http://shop.example/b'), 'location: https://shop.example/b\r\n');
    assert.equal(of('https://shop.example:443/b'), 'location: https://shop.example:443/b\r\n'); // right already
  });

  it('keeps the brackets of an IPv6 address', () => {
    const { lines } = site()(answerOf(302, 'Location: http://[::1]:8000/b'), get('/a'), { scheme: 'https', host: '[::1]:8443', port: 8443 });
    assert.equal(lines, 'Location: https://[::1]:8443/b\r\n');
  });

  it('is the door\'s that the client came by where that is behind another proxy', () => {
    const { lines } = site()(answerOf(302, 'Location: http://shop.example:8000/b'), get('/a'), { scheme: 'https', host: 'shop.example', port: 443 });
    assert.equal(lines, 'Location: https://shop.example/b\r\n');
  });
});

describe('a Location on http', () => {
  it('keeps its scheme and gets its door\'s port', () => {
    assert.equal(location('http://shop.example:8000/x', http, MIXED), 'http://shop.example:8080/x');
    assert.equal(location('https://shop.example:8080/x', http, MIXED), 'https://shop.example:8443/x');
    assert.equal(location('https://shop.example/x', http, MIXED), 'https://shop.example:8443/x');
    assert.equal(location('http://shop.example:8080/x', http, MIXED), 'http://shop.example:8080/x');
  });

  it('is left alone where it names a door that is off', () => {
    const { lines } = site(MIXED, { httpsPort: undefined })(answerOf(302, 'Location: https://shop.example:8080/x'), get('/a'), http);
    assert.equal(lines, 'Location: https://shop.example:8080/x\r\n');
  });
});

describe('the mixed site', () => {
  it('keeps http for a path that is served over http, and lifts the others', () => {
    assert.equal(location('http://shop.example/feed/1', https, MIXED), 'http://shop.example:8080/feed/1');
    assert.equal(location('http://shop.example/checkout/', https, MIXED), 'https://shop.example:8443/checkout/');
    assert.equal(location('http://shop.example/other', https, MIXED), 'https://shop.example:8443/other');
    assert.equal(location('http://shop.example/feed/../checkout', https, MIXED), 'https://shop.example:8443/feed/../checkout');
  });

  it('lifts where there is no http door to go to', () => {
    const { lines } = site(MIXED, { httpPort: undefined })(answerOf(302, 'Location: http://shop.example/feed/1'), get('/a'), https);
    assert.equal(lines, 'Location: https://shop.example:8443/feed/1\r\n');
  });

  it('lets the app send a page back to http: its own policy', () => {
    // Story: SSLRedirect with a policy per view answers https://…/about with http://…/about. Lifting that would send the
    // browser to where it is, for ever, and the loop would be the front's.
    const { lines, finding } = site(MIXED)(answerOf(301, 'Location: http://shop.example:8443/about?a=b'), get('/about?a=b'), https);
    assert.equal(lines, 'Location: http://shop.example:8080/about?a=b\r\n');
    assert.equal(finding, undefined);
  });

  it('finds the contradiction where app and front both own a path', () => {
    const wantsHttp = site()(answerOf(302, 'Location: http://shop.example/here'), get('/here'), https);
    assert.deepEqual(wantsHttp.finding, { kind: 'contradiction', location: 'http://shop.example/here', wants: 'http' });
    assert.equal(wantsHttp.lines, 'Location: http://shop.example:8080/here\r\n');
    const wantsHttps = site(MIXED)(answerOf(301, 'Location: https://shop.example:8080/feed/'), get('/feed/'), http);
    assert.deepEqual(wantsHttps.finding, { kind: 'contradiction', location: 'https://shop.example:8080/feed/', wants: 'https' });
  });

  it('finds what was repaired, and what was wrong with it', () => {
    const found = (location: string, reached: typeof https | typeof http = https, schemes: SchemeEntries = []): unknown => site(schemes)(answerOf(301, `Location: ${location}`), get('/dir'), reached).finding;
    const becomes = 'https://shop.example:8443/dir/';
    assert.deepEqual(found('http://shop.example:8000/dir/'), { kind: 'repaired', location: 'http://shop.example:8000/dir/', became: becomes, wrong: 'own-port' });
    assert.deepEqual(found('https://shop.example:8000/dir/'), { kind: 'repaired', location: 'https://shop.example:8000/dir/', became: becomes, wrong: 'own-port' });
    assert.deepEqual(found('http://shop.example:8443/dir/'), { kind: 'repaired', location: 'http://shop.example:8443/dir/', became: becomes, wrong: 'scheme' });
    assert.deepEqual(found('https://shop.example/dir/'), { kind: 'repaired', location: 'https://shop.example/dir/', became: becomes, wrong: 'port' });
    assert.deepEqual(found('http://shop.example/dir/', http, MIXED), { kind: 'repaired', location: 'http://shop.example/dir/', became: 'http://shop.example:8080/dir/', wrong: 'port' });
    for (const right of ['/dir/', 'https://shop.example:8443/dir/', 'http://shop.example:9000/dir/', 'https://other.example/']) assert.equal(found(right), undefined, right);
  });

  // Story: nginx's `return 301 https://$host$request_uri` drops the port. On 8443 the browser went to 443, where nobody
  // listened, and nothing was explained; on 443 it is the loop that it is here.
  it('takes a redirect to itself for a loop although its port is left out', () => {
    for (const self of ['https://shop.example/here', 'https://shop.example:8443/here', 'https://shop.example:8000/here']) {
      assert.deepEqual(site()(answerOf(301, `Location: ${self}`), get('/here'), https).finding, { kind: 'loop', location: self, wants: 'https' }, self);
    }
    assert.equal(site()(answerOf(301, 'Location: https://shop.example:9000/here'), get('/here'), https).finding, undefined, 'another service');
  });

  it('finds none on a health path, after a POST, with a cookie, or towards another service', () => {
    const none = (head: ReturnType<typeof answerOf>, asked: { method: string; target: string }): void => assert.equal(site()(head, asked, https).finding, undefined);
    none(answerOf(302, 'Location: http://shop.example/up'), get('/up'));
    none(answerOf(307, 'Location: http://shop.example/here'), { method: 'POST', target: '/here' });
    none(answerOf(302, 'Location: http://shop.example/here', 'Set-Cookie: a=b'), get('/here'));
    none(answerOf(302, 'Location: http://shop.example:9000/here'), get('/here'));
  });
});

describe('a redirect to the request\'s own URL', () => {
  const self = (value: string, target: string, status = 302, method = 'GET'): string =>
    site()(answerOf(status, `Location: ${value}`), { method, target }, https).lines.slice('Location: '.length, -2);

  it('is never lifted, however it is spelled', () => {
    const spellings: [value: string, target: string][] = [
      ['http://shop.example:8443/here', '/here'],
      ['http://shop.example/here#top', '/here'],
      ['http://shop.example/a/../here', '/here'],
      ['http://shop.example/%68ere', '/here'],
      ['http://shop.example/h%c3%a4', '/h%C3%A4'],
      ['http://shop.example/h\xc3\xa4', '/h%C3%A4'],
      ['http://shop.example', '/'],
      ['http://shop.example?a', '/?a'],
    ];
    for (const [value, target] of spellings) assert.match(self(value, target), /^http:\/\/shop\.example:8080/, `${value} for ${target}`);
  });

  it('with another query or slash is another URL', () => {
    assert.match(self('http://shop.example/here?a', '/here'), /^https:/);
    assert.match(self('http://shop.example/here/', '/here'), /^https:/);
    assert.match(self('http://shop.example/Here', '/here'), /^https:/);
  });

  it('after a POST is another request, unless the status repeats the method', () => {
    // Story: the login form posts to itself, and the app, which thinks it is on http, redirects to itself as http.
    for (const status of [301, 302, 303]) assert.match(self('http://shop.example/login', '/login', status, 'POST'), /^https:/, String(status));
    for (const status of [307, 308]) assert.match(self('http://shop.example/login', '/login', status, 'POST'), /^http:/, String(status));
    assert.match(self('http://shop.example/thing', '/thing', 302, 'PUT'), /^http:/);
  });

  it('keeps a port that differs alone, as the repaired one would be a loop', () => {
    assert.equal(self('https://shop.example:8000/here', '/here'), 'https://shop.example:8000/here');
    assert.equal(location('http://shop.example:8000/here', http, MIXED), 'http://shop.example:8000/here');
  });

  it('to itself over https is found as a loop', () => {
    const { lines, finding } = site()(answerOf(301, 'Location: https://shop.example:8443/here'), get('/here'), https);
    assert.equal(lines, 'Location: https://shop.example:8443/here\r\n');
    assert.deepEqual(finding, { kind: 'loop', location: 'https://shop.example:8443/here', wants: 'https' });
  });
});

describe('other fields with URLs', () => {
  const field = (line: string, target = '/here', schemes?: SchemeEntries): string => site(schemes)(answerOf(200, line), get(target), https).lines;

  it('Content-Location is repaired, the request\'s own URL too', () => {
    assert.equal(field('Content-Location: http://shop.example/here'), 'Content-Location: https://shop.example:8443/here\r\n');
    assert.equal(field('Content-Location: http://other.example/here'), 'Content-Location: http://other.example/here\r\n');
  });

  it('Location in a 201 is not a redirect', () => {
    const { lines } = site()(answerOf(201, 'Location: http://shop.example/here'), { method: 'PUT', target: '/here' }, https);
    assert.equal(lines, 'Location: https://shop.example:8443/here\r\n');
  });

  const refreshes: [value: string, becomes: string][] = [
    // Browsers take a space for the separator too; a page that said this took its visitors off https.
    ['5 http://shop.example/next', '5 https://shop.example:8443/next'],
    ['5 url=http://shop.example/next', '5 url=https://shop.example:8443/next'],
    ['5', '5'],
    ['5; url=http://shop.example/next', '5; url=https://shop.example:8443/next'],
    ['0;URL=http://shop.example:8000/next', '0;URL=https://shop.example:8443/next'],
    ['0, url = "http://shop.example/next"', '0, url = "https://shop.example:8443/next"'],
    ["0;url='http://shop.example/next' trailing", "0;url='https://shop.example:8443/next' trailing"],
    ['1.5; http://shop.example/next', '1.5; https://shop.example:8443/next'],
    ['30; url=http://shop.example/here', '30; url=https://shop.example:8443/here'], // a page that reloads itself
    ['0; url=http://shop.example/here', '0; url=http://shop.example:8080/here'], // a redirect to itself
    ['5', '5'],
    ['5; url=/next', '5; url=/next'],
    ['5; url=http://other.example/', '5; url=http://other.example/'],
    ['soon', 'soon'],
  ];
  for (const [value, becomes] of refreshes) it(`Refresh: ${value}`, () => assert.equal(field(`Refresh: ${value}`), `Refresh: ${becomes}\r\n`));

  it('Refresh to itself on a mixed path stays the app\'s policy', () => {
    assert.equal(field('Refresh: 30; url=http://shop.example/here', '/here', MIXED), 'Refresh: 30; url=http://shop.example:8080/here\r\n');
  });
});

describe('cookies', () => {
  const cookies: [value: string, secure: boolean][] = [
    ['a=b', false],
    ['a=b; Path=/', false],
    ['a=b; Secure', true],
    ['a=b;secure', true],
    ['a=b; SECURE ; Path=/', true],
    ['a=b; Secure=1', true],
    ['a=b; HttpOnly; Secure', true],
    ['secure=1', false],
    ['secure', false],
    ['a=secure', false],
    ['a=b; Path=/secure', false],
    ['a=b; Comment=x secure', false],
    ['a=b; insecure', false],
    ['a="x; Secure"', false], // browsers do not know quotes: the attribute's name is `Secure"`
    ['a=b;', false],
    ['__Host-a=b; Path=/; Secure', true],
  ];
  for (const [value, secure] of cookies) {
    it(`${value} ${secure ? 'has it' : 'gets Secure on https'}`, () => {
      assert.equal(hasSecure(value), secure);
      const repair = site([], { secureCookies: true });
      const { lines } = repair(answerOf(200, `Set-Cookie: ${value}`), get('/'), https);
      assert.equal(lines, secure ? `Set-Cookie: ${value}\r\n` : `Set-Cookie: ${value}; Secure\r\n`);
      assert.equal(hasSecure(lines.slice('Set-Cookie: '.length, -2)), true);
      assert.equal(repair(answerOf(200, `Set-Cookie: ${value}`), get('/'), http).lines, `Set-Cookie: ${value}\r\n`);
      assert.equal(site()(answerOf(200, `Set-Cookie: ${value}`), get('/'), https).lines, `Set-Cookie: ${value}\r\n`);
    });
  }
});

describe('Strict-Transport-Security', () => {
  const own = 'Strict-Transport-Security: max-age=60\r\n';
  const of = (hsts: RepairOptions['hsts'], reached: typeof https | typeof http, ...lines: string[]): string =>
    site([], { hsts })(answerOf(200, ...lines), get('/'), reached).lines;

  it('of the app passes once, the first that a browser would take', () => {
    assert.equal(of('app', https, 'Strict-Transport-Security: nonsense', 'A: 1', 'Strict-Transport-Security: max-age=5', 'Strict-Transport-Security: max-age=6'), 'A: 1\r\nStrict-Transport-Security: max-age=5\r\n');
    assert.equal(of('app', https, 'Strict-Transport-Security: nonsense'), '');
  });
  it('of the app is taken off on a local authority\'s site', () => assert.equal(of('strip', https, 'Strict-Transport-Security: max-age=63072000', 'A: 1'), 'A: 1\r\n'));
  it('of the app that tells browsers to forget passes there, since it can only help', () => {
    for (const value of ['max-age=0', 'includeSubDomains; MAX-AGE="00"']) assert.equal(of('strip', https, `Strict-Transport-Security: ${value}`), `Strict-Transport-Security: ${value}\r\n`);
    for (const value of ['max-age=01', 'max-age=5; x-max-age=0', 'max-age=0; max-age=0']) assert.equal(of('strip', https, `Strict-Transport-Security: ${value}`), '');
    assert.equal(of('strip', https, 'Strict-Transport-Security: max-age=5', 'Strict-Transport-Security: max-age=0'), '', 'a browser takes the first alone');
  });
  it('of the configuration goes out alone', () => {
    assert.equal(of({ line: own }, https, 'Strict-Transport-Security: max-age=5', 'A: 1'), `A: 1\r\n${own}`);
    assert.equal(of({ line: own }, https), own);
  });
  it('is not in an interim answer', () => assert.equal(site([], { hsts: { line: own } })(answerOf(103, 'Link: </a>'), get('/'), https).lines, 'Link: </a>\r\n'));
  it('never goes out on http', () => {
    for (const hsts of ['app', 'strip', { line: own }] as const) assert.equal(of(hsts, http, 'Strict-Transport-Security: max-age=5', 'A: 1'), 'A: 1\r\n');
  });
});

describe('the field lines of an answer', () => {
  const lines = (...sent: string[]): string => site()(answerOf(200, ...sent), get('/'), https).lines;

  it('pass as they came, byte for byte', () => {
    const sent = ['Date: x', 'server:gunicorn', 'X-Odd:  \t spaces  ', 'X_Under: 1', 'X-Forwarded-For: 1', 'Content-Type: text/html', 'Set-Cookie: a', 'Empty:'];
    assert.equal(lines(...sent), sent.map((line) => `${line}\r\n`).join(''));
    assert.equal(lines(), '');
  });

  it('leave what is for one hop behind', () => {
    assert.equal(lines(
      'Connection: close', 'A: 1', 'Keep-Alive: timeout=5', 'Transfer-Encoding: chunked', 'B: 2', 'C: 3', 'Content-Length: 5', 'Upgrade: h2c', 'Trailer: X', 'X-Accel-Buffering: no', 'Proxy-Authenticate: x',
    ), 'A: 1\r\nB: 2\r\nC: 3\r\n');
  });

  it('leave what Connection names behind', () => {
    assert.equal(lines('Connection: X-Inner, close', 'x-inner: 1', 'A: 1', 'Connection: Set-Cookie', 'Set-Cookie: a=b'), 'A: 1\r\n');
  });

  it('keep their order around a repaired one', () => {
    const { lines: repaired } = site()(answerOf(302, 'A: 1', 'LOCATION:http://shop.example/x', 'B: 2'), get('/'), https);
    assert.equal(repaired, 'A: 1\r\nLOCATION: https://shop.example:8443/x\r\nB: 2\r\n');
  });
});
