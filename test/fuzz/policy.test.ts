// Invariants, whatever a client or an app sends:
// 1. comparedPath of its own encoded form is itself.
// 2. A path whose decoded normal form is under an https rule is never judged more leniently than https.
// 3. A repaired URL never points to another host, and neither its path nor its query changes.
// 4. Repair never makes a loop: what it changed is never the very request that was answered.
// 5. Field lines that are not for this hop come out in order, none added but HSTS, none lost, none split.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hasSecure } from '../../src/core/policy/cookies.ts';
import { createUrlRepair, type Repeats } from '../../src/core/policy/location.ts';
import { isSelfRedirect } from '../../src/core/policy/loops.ts';
import { comparedPath } from '../../src/core/policy/paths.ts';
import { compilePrefixes, findPrefix, judged } from '../../src/core/policy/prefixes.ts';
import { createRepair } from '../../src/core/policy/repair.ts';
import { stricterScheme, type SchemePolicy } from '../../src/core/policy/scheme.ts';
import { answerOf, fieldsOf } from '../helpers/answers.ts';

const pieces = (...texts: string[]): fc.Arbitrary<string> => fc.array(fc.constantFrom(...texts), { maxLength: 12 }).map((parts) => parts.join(''));
const trickyPath = pieces('/', '//', '.', '..', '%2e', '%2E', '%2f', '%2F', '%5c', '\\', ';', '%3b', 'a', 'checkout', '%63heckout', '%', '%25', '%zz', '\xe4', '%00', 'x').map((path) => `/${path}`);
const anyByte = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)) });
const target = fc.oneof(trickyPath, fc.tuple(trickyPath, pieces('?', 'a', '=', '/checkout', '#')).map((parts) => parts.join('')), anyByte.map((path) => `/${path}`));
const encoded = (path: string): string => path.replace(/[^/]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`);

describe('paths', () => {
  it('compare the same however often', () => {
    fc.assert(fc.property(target, (sent) => {
      const path = comparedPath(sent);
      assert.equal(comparedPath(encoded(path)), path);
      assert.match(path, /^\//);
      assert.doesNotMatch(path, /\/\/|\/\.\.?(?:\/|$)|\\/);
    }), { numRuns: 3000 });
  });

  it('never escape a rule by their spelling', () => {
    const table = compilePrefixes<SchemePolicy>([['/', 'http'], ['/a', 'either'], ['/checkout', 'https']]);
    fc.assert(fc.property(target, (sent) => {
      const plain = findPrefix(table, comparedPath(sent))!.value;
      const policy = judged(table, sent, stricterScheme)!;
      assert.equal(stricterScheme(policy, plain), policy);
    }), { numRuns: 3000 });
  });
});

const HOST = 'shop.example';
const policies = fc.constantFrom<SchemePolicy>('https', 'http', 'either');
const paths = fc.constantFrom('/', '/here', '/here?q=1', '/%68ere', '/a/../here', '/there', '');
const url = fc.oneof(
  fc.tuple(fc.constantFrom('http://', 'https://', 'HTTP://', '//', 'http:/', 'http:\\\\', ''), fc.constantFrom(HOST, 'SHOP.example', 'other.example', `${HOST}@evil`, `${HOST}.evil`, `evil/${HOST}`, `${HOST}\\@evil`),
    fc.constantFrom('', ':', ':80', ':443', ':8000', ':8080', ':8443', ':9000', ':0', ':x'), paths, fc.constantFrom('', '#f', '?http://shop.example/')).map((parts) => parts.join('')),
  anyByte.map((text) => `http://${text}`),
);
const requests = fc.record({ scheme: fc.constantFrom('http' as const, 'https' as const), target: paths.map((path) => path || '/'), method: fc.constantFrom('GET', 'HEAD', 'POST') });

describe('repair of URLs', () => {
  it('never leaves the host, and changes neither path nor query', () => {
    fc.assert(fc.property(url, requests, policies, fc.constantFrom<Repeats>('never', 'at-once', 'later'), (value, request, policy, repeats) => {
      const repair = createUrlRepair({ httpsPort: 8443, httpPort: 8080, otherPorts: [8000], policyOf: () => policy });
      const repaired = repair(value, repeats, request, { scheme: request.scheme, host: `${HOST}:1`, port: request.scheme === 'https' ? 8443 : 8080 }).value;
      if (repaired === value) return;
      const base = `${request.scheme}://${HOST}:${request.scheme === 'https' ? 8443 : 8080}/`; // `//host` names a host as well
      const before = new URL(value, base), after = new URL(repaired, base);
      assert.equal(before.hostname, HOST);
      assert.equal(after.hostname, HOST);
      assert.equal(after.username, '');
      assert.equal(after.pathname + after.search + after.hash, before.pathname + before.search + before.hash);
      assert.ok(['8443', '8080'].includes(after.port));
      if (before.protocol === 'https:') assert.equal(after.protocol, 'https:');
      if (request.scheme === 'https' && after.protocol === 'http:') assert.ok(policy === 'http' || repeats !== 'never');
    }), { numRuns: 5000 });
  });

  it('never makes a loop', () => {
    fc.assert(fc.property(url, requests, policies, fc.constantFrom(301, 302, 303, 307, 308), (value, request, policy, status) => {
      const reached = { scheme: request.scheme, host: `${HOST}:${request.scheme === 'https' ? 8443 : 8080}`, port: request.scheme === 'https' ? 8443 : 8080 };
      const written = value.replace(/[\r\n]/g, '').trim();
      const repair = createRepair({ httpsPort: 8443, httpPort: 8080, otherPorts: [8000], policyOf: () => policy, hsts: 'app', secureCookies: true });
      const { lines } = repair(answerOf(status, `Location: ${written}`), request, reached);
      const sent = lines.slice('Location: '.length, -2);
      if (sent === written || request.method === 'POST') return;
      const self = (location: string): boolean => isSelfRedirect(
        { method: request.method, scheme: 'https', host: reached.host, target: request.target, publicPort: reached.port },
        { status, location: request.scheme === 'https' ? location : location.replace(/^http:/i, 'https:'), setsCookie: false },
      );
      if (request.scheme === 'https' || /^http:/i.test(sent)) assert.equal(self(sent), false, `${written} became ${sent}`);
    }), { numRuns: 5000 });
  });
});

describe('field lines', () => {
  const value = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).filter((byte) => byte !== 0x7f).map((byte) => String.fromCharCode(byte)), maxLength: 20 });
  const line = fc.tuple(fc.constantFrom('A', 'Set-Cookie', 'Location', 'Refresh', 'Content-Location', 'Strict-Transport-Security', 'Content-Type'), fc.oneof(value, url.map((text) => text.replace(/[\r\n\0]/g, '')))).map(([name, text]) => `${name}: ${text}`);
  it('are all there, in order, and cookies secure', () => {
    fc.assert(fc.property(fc.array(line, { maxLength: 8 }), requests, (lines, request) => {
      const repair = createRepair({ httpsPort: 8443, httpPort: 8080, otherPorts: [], policyOf: () => 'https', hsts: 'strip', secureCookies: true });
      const reached = { scheme: request.scheme, host: HOST, port: 8443 };
      const out = fieldsOf(repair(answerOf(302, ...lines), request, reached).lines);
      const names = lines.map((text) => text.slice(0, text.indexOf(':'))).filter((name) => name !== 'Strict-Transport-Security');
      assert.deepEqual(out.pairs().map(([name]) => name), names);
      if (request.scheme === 'https') for (const cookie of out.all('set-cookie')) assert.equal(hasSecure(cookie), true);
    }), { numRuns: 2000 });
  });
});
