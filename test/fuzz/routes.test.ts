// Invariant: whatever reader of paths an app is, what it reads of a stripped target is what it would have read of the whole one, without the prefix, and the query is untouched; or nothing is sent.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createStrip } from '../../src/core/policy/strip.ts';

/** Readers in the field, written apart from the ones that the front has. Each gives the path it would act on. */
const READERS: Readonly<Record<string, (path: string) => string>> = {
  'as sent': (path) => path,
  // Node 20's leaves the dot segment in `/shop/.x/./`, where one before it begins with a dot, and resolves it in `/.x/./`.
  // What is asked here is the reading that its standard has, so what it left is resolved.
  'the URL class of browsers and Node': (path) => dots(new URL(`http://h${path}`).pathname.replace(/(?<=\/)(?:\.|%2e){1,2}(?=\/|$)/gi, (segment) => segment.replace(/%2e/gi, '.'))),
  'decoded, slashes merged, dots resolved (nginx, file systems)': (path) => dots(decoded(path).replaceAll('\\', '/').replace(/\/+/g, '/')),
  'decoded, dots resolved to the letter of RFC 3986': (path) => dots(decoded(path)),
  'parameters off, then decoded (Tomcat)': (path) => dots(decoded(path.replace(/;[^/]*/g, '')).replace(/\/+/g, '/')),
};

const decoded = (path: string): string => path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

function dots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1;
    if (segment === '..') kept.pop();
    else if (segment !== '.') { kept.push(segment); continue; }
    if (last) kept.push('');
  }
  return `/${kept.join('/')}`;
}

const piece = fc.constantFrom('/', '//', 'shop', '%73hop', 'SHOP', 'x', '..', '.', '%2e', '%2e%2e', '%2E.', '%2f', '%5c', '\\', ';', ';a=b', '%', '%C3%A4', 'ä', '%25', '%252e', '/shop/', '/../', '/..;/', '/./');
const target = fc.tuple(fc.constantFrom('/shop', '/shop/', '/', '/x/../shop', '//shop', '/%73hop'), fc.array(piece, { maxLength: 8 }), fc.constantFrom('', '?', '?a=/../shop//%2e', '?//'))
  .map(([start, pieces, query]) => start + Buffer.from(pieces.join('')).toString('latin1') + query);

test('a stripped target means below the prefix what the whole one meant', () => {
  const strip = createStrip('/shop/');
  let cut = 0;
  fc.assert(fc.property(target, (whole) => {
    const sent = strip(whole);
    if (sent === undefined) return;
    cut++;
    const [path, query] = [whole.replace(/\?.*$/s, ''), whole.replace(/^[^?]*/, '')];
    assert.ok(sent.endsWith(query) && whole.endsWith(sent === `/${query}` ? query : sent), `${whole} became ${sent}`);
    const sentPath = sent.slice(0, sent.length - query.length);
    assert.match(sentPath, /^\/(?![/\\])/);
    for (const [name, read] of Object.entries(READERS)) {
      const before = read(path);
      assert.ok(before === '/shop' || before.startsWith('/shop/'), `${name} reads ${before} in ${whole}, which is not below the prefix`);
      assert.equal(read(sentPath), before.slice('/shop'.length) || '/', `${name}, of ${whole}`);
    }
  }), { numRuns: 20_000 });
  assert.ok(cut > 1000, `only ${cut} targets were cut at all`);
});
