import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hstsConflict, hstsLine, isValidHsts, parseHsts } from '../../src/core/policy/hsts.ts';
import { redirectStatus, redirectUrl } from '../../src/core/policy/redirect.ts';
import { allHttps, compileSchemes, decide, stricterScheme } from '../../src/core/policy/scheme.ts';

describe('scheme policy', () => {
  it('redirects what came by the other scheme', () => {
    assert.equal(decide('https', 'http'), 'to-https');
    assert.equal(decide('https', 'https'), 'pass');
    assert.equal(decide('http', 'https'), 'to-http');
    assert.equal(decide('http', 'http'), 'pass');
    assert.equal(decide('either', 'http'), 'pass');
    assert.equal(decide('either', 'https'), 'pass');
  });

  it('is strict in the order https, either, http', () => {
    assert.equal(stricterScheme('https', 'either'), 'https');
    assert.equal(stricterScheme('http', 'https'), 'https');
    assert.equal(stricterScheme('http', 'either'), 'either');
    assert.equal(stricterScheme('http', 'http'), 'http');
  });

  it('is https where nothing is said', () => {
    assert.equal(compileSchemes([], []).policyOf('/x'), 'https');
    assert.equal(compileSchemes([['/feed/', 'http']], []).policyOf('/x'), 'https');
    assert.equal(compileSchemes([['/feed/', 'http']], []).policyOf('/feed'), 'http');
    assert.equal(compileSchemes([['/', 'either'], ['/checkout', 'https']], []).policyOf('/'), 'either');
    assert.equal(allHttps([]), true);
    assert.equal(allHttps([['/', 'https'], ['/a', 'either']]), false);
  });

  it('lets health paths through, whole ones and undisguised ones', () => {
    // Story: a balancer asks for /healthz over http, takes the redirect for a failure and kills the app.
    const rules = compileSchemes([], ['/healthz', '/ä']);
    assert.equal(rules.policyOf('/healthz'), 'either');
    assert.equal(rules.policyOf('/healthz?full=1'), 'either');
    assert.equal(rules.isHealth('/%C3%A4'), true);
    for (const target of ['/healthz/', '/healthz/x', '/health', '/x/..%2fhealthz', '/x/../healthz', '//healthz', '/healthz;x', '/healthz#']) {
      assert.equal(rules.isHealth(target), false, target);
      assert.equal(rules.policyOf(target), 'https', target);
    }
  });
});

describe('redirects between schemes', () => {
  it('are permanent only towards https with a real certificate', () => {
    assert.equal(redirectStatus({ to: 'https', realCertificate: true }), 308);
    assert.equal(redirectStatus({ to: 'https', realCertificate: false }), 307);
    assert.equal(redirectStatus({ to: 'http', realCertificate: true }), 307);
    assert.equal(redirectStatus({ to: 'http', realCertificate: false }), 307);
  });

  const table: [scheme: 'http' | 'https', host: string, port: number, target: string, url: string][] = [
    ['https', 'example.com', 443, '/a?b=c', 'https://example.com/a?b=c'],
    ['https', 'example.com:80', 443, '/', 'https://example.com/'],
    ['https', 'localhost:8080', 8443, '/', 'https://localhost:8443/'],
    ['http', 'localhost:8443', 80, '/', 'http://localhost/'],
    ['http', 'h', 443, '/', 'http://h:443/'],
    ['https', '[::1]:8080', 8443, '/', 'https://[::1]:8443/'],
    ['https', '[::1]', 443, '/', 'https://[::1]/'],
    ['https', 'Example.COM', 443, '/%7e//../x?%zz', 'https://Example.COM/%7e//../x?%zz'],
    ['https', 'h', 443, '/h\xc3\xa4?\xfc', 'https://h/h%C3%A4?%FC'],
    ['https', 'h', 443, '//evil/x', 'https://h//evil/x'],
    ['https', 'h', 443, '*', 'https://h/'],
  ];
  for (const [scheme, host, publicPort, target, url] of table) {
    it(`${target} on ${host} goes to ${url}`, () => assert.equal(redirectUrl({ scheme, host, publicPort, target }), url));
  }
});

describe('HSTS', () => {
  it('is read from the flag', () => {
    assert.deepEqual(parseHsts('300'), { maxAge: 300, includeSubDomains: false, preload: false });
    assert.deepEqual(parseHsts('31536000,subdomains,preload'), { maxAge: 31536000, includeSubDomains: true, preload: true });
    assert.deepEqual(parseHsts('0, subdomains'), { maxAge: 0, includeSubDomains: true, preload: false });
    assert.equal(hstsLine(parseHsts('31536000,subdomains,preload')), 'Strict-Transport-Security: max-age=31536000; includeSubDomains; preload\r\n');
    assert.equal(hstsLine(parseHsts('0')), 'Strict-Transport-Security: max-age=0\r\n');
  });

  const refused: [text: string, words: RegExp][] = [
    ['', /number of seconds/],
    ['yes', /number of seconds/],
    ['-1', /number of seconds/],
    ['1y', /number of seconds/],
    ['300,subdomain', /"subdomain" is not a word/],
    ['300,subdomains,subdomains', /twice/],
    ['31536000,preload', /add "subdomains"/],
    ['300,subdomains,preload', /at least 31536000 seconds/],
  ];
  for (const [text, words] of refused) it(`"${text}" is refused with the reason`, () => assert.throws(() => parseHsts(text), words));

  it('cannot be had together with a path that is not https', () => {
    const hsts = parseHsts('300');
    assert.equal(hstsConflict(hsts, []), undefined);
    assert.equal(hstsConflict(hsts, [['/', 'https']]), undefined);
    assert.match(hstsConflict(hsts, [['/', 'https'], ['/feed/', 'http']])!, /whole host.*"\/feed\/".*loop/);
    assert.match(hstsConflict(hsts, [['/', 'either']])!, /"\/" could not be reached over http/);
    assert.equal(hstsConflict(undefined, [['/', 'either']]), undefined);
    assert.equal(hstsConflict(parseHsts('0'), [['/', 'either']]), undefined); // taking it back is how a site becomes mixed
  });

  it('of an app is judged as a browser would', () => {
    for (const value of ['max-age=0', 'max-age=31536000; includeSubDomains', 'MAX-AGE="10"', 'includeSubDomains ; max-age = 5;', 'max-age=1; x=y']) assert.equal(isValidHsts(value), true, value);
    for (const value of ['', 'includeSubDomains', 'max-age', 'max-age=', 'max-age=x', 'max-age=-1', 'max-age=1; max-age=2', 'max-age=1, max-age=2', 'max-age=1; a b']) assert.equal(isValidHsts(value), false, value);
  });
});
