// Invariant: whatever header names and values an untrusted client sends, the forwarded family as a WSGI/CGI app folds it (upper case, every other character than letter or digit as "_") is exactly what the teller wrote.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createClassifier } from '../../src/core/contract/classify.ts';
import { FAMILY, familyReason, fold } from '../../src/core/contract/family.ts';
import { keepRequestFields, keepTrailers } from '../../src/core/contract/keep.ts';
import { PROFILES, type ProfileName, type Tell } from '../../src/core/contract/profiles.ts';
import { createReader } from '../../src/core/contract/read.ts';
import { compileTeller } from '../../src/core/contract/tell.ts';
import { compileTrust } from '../../src/core/contract/trust.ts';
import { codedFields, requestOf } from '../helpers/request-of.ts';

const runs = Number(process.env['FUZZ_RUNS'] ?? 3000);
const TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const OWN: readonly Tell[] = [{ name: 'X-My-Secure', value: 'yes' }, { name: 'X-My-Scheme', value: '{scheme}' }];

const oneOf = (characters: string): fc.Arbitrary<string> => fc.constantFrom(...characters);
const token = fc.string({ unit: oneOf(TOKEN), minLength: 1, maxLength: 24 });
/** A name that matters, with its case and separators bent. */
const bent = fc.tuple(
  fc.constantFrom(...FAMILY.map((entry) => entry.name), ...OWN.map((tell) => tell.name), ...Object.values(PROFILES).flat().map((tell) => tell.name), 'Content-Length', 'Host', 'Connection'),
  fc.string({ unit: oneOf(TOKEN), maxLength: 6 }), fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), fc.array(oneOf("--__..!+~"), { minLength: 40, maxLength: 40 }),
).map(([name, tail, upper, separators]) => [...(name + (name.endsWith('-') ? tail : ''))].map((character, i) => (character === '-' ? separators[i % 40]! : upper[i % 40] ? character.toUpperCase() : character.toLowerCase())).join(''));
const name = fc.oneof({ weight: 3, arbitrary: bent }, { weight: 1, arbitrary: token });
const value = fc.oneof(fc.constantFrom('https', 'on', 'proto=https', '127.0.0.1', '{"scheme":"https"}', 'close, X-Forwarded-Proto', ''), fc.string({ unit: oneOf(` \t,;="[]:{}\\${TOKEN}\xe9\xff`), maxLength: 30 }));
const lines = fc.array(fc.tuple(name, value).map(([n, v]) => `${n}: ${v.trim()}`), { maxLength: 12 });
const nominations = fc.array(fc.oneof(bent, token), { maxLength: 4 });

/** CGI's own rule (RFC 3875 §4.1.18), in its widest reading. */
const variable = (header: string): string => `HTTP_${header.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;

/** The variables an app gets from this text, several values joined as WSGI servers join them. */
function variables(text: string): Map<string, string> {
  const out = new Map<string, string>();
  for (const line of text.split('\r\n').slice(0, -1)) {
    const colon = line.indexOf(':');
    const key = variable(line.slice(0, colon));
    const before = out.get(key);
    out.set(key, (before === undefined ? '' : `${before},`) + line.slice(colon + 1).trim());
  }
  return out;
}

const OWN_FOLDS = new Set(OWN.map((tell) => fold(tell.name)));
const isFamily = (key: string): boolean => {
  const folded = fold(key.slice('HTTP_'.length));
  return familyReason(folded) !== undefined || OWN_FOLDS.has(folded);
};

for (const profile of Object.keys(PROFILES) as ProfileName[]) {
  test(`fuzz: the truth as ${profile} cannot be forged, hidden or bent by an untrusted client`, () => {
    const teller = compileTeller(profile, OWN);
    const classify = createClassifier({ tellNames: teller.names });
    const read = createReader({ trust: compileTrust(['10.0.0.0/8']), publicPort: (scheme) => (scheme === 'https' ? 443 : 80) });
    fc.assert(fc.property(lines, nominations, fc.constantFrom('http' as const, 'https' as const), fc.constantFrom('203.0.113.7', '2001:db8::7'), (sent, nominated, scheme, client) => {
      const head = { ...requestOf([...sent, `Connection: ${nominated.join(', ')}`], classify), host: 'shop.example' };
      const truth = read({ peer: { kind: 'ip', address: client }, scheme }, head);
      assert.deepEqual([truth.scheme, truth.client, truth.host], [scheme, client, 'shop.example']);

      const family = [...variables(keepRequestFields(head) + teller.lines(truth))].filter(([key]) => isFamily(key));
      assert.deepEqual(new Map(family), new Map(teller.pairs(truth).map(([n, v]) => [variable(n), v])));
    }), { numRuns: runs });
  });
}

test('fuzz: no trailer carries a family name or touches framing, whatever its spelling', () => {
  const classify = createClassifier({ tellNames: OWN.map((tell) => tell.name) });
  fc.assert(fc.property(lines, (sent) => {
    for (const key of variables(keepTrailers(codedFields(sent, classify))).keys()) {
      assert.ok(!isFamily(key) && !['HTTP_CONTENT_LENGTH', 'HTTP_TRANSFER_ENCODING', 'HTTP_HOST', 'HTTP_CONNECTION'].includes(key), key);
    }
  }), { numRuns: runs });
});

test('fuzz: whatever a trusted proxy passes on, the truth is a scheme, a valid port, a host and an address', () => {
  const headers = fc.record({
    scheme: fc.constantFrom('X-Forwarded-Proto', 'Forwarded', 'CF-Visitor', 'X-Forwarded-Ssl'), client: fc.constantFrom('X-Forwarded-For', 'X-Real-IP', 'Forwarded'),
    host: fc.constantFrom('X-Forwarded-Host', 'Forwarded', undefined), port: fc.constantFrom('X-Forwarded-Port', undefined),
  });
  const told = fc.array(fc.tuple(fc.constantFrom('X-Forwarded-Proto', 'Forwarded', 'CF-Visitor', 'X-Forwarded-Ssl', 'X-Forwarded-For', 'X-Real-IP', 'X-Forwarded-Host', 'X-Forwarded-Port'), value).map(([n, v]) => `${n}: ${v.trim()}`), { maxLength: 8 });
  fc.assert(fc.property(headers, told, (names, sent) => {
    const read = createReader({ trust: compileTrust(['unix']), headers: names, publicPort: () => 443 });
    const truth = read({ peer: { kind: 'unix' }, scheme: 'https' }, { host: 'shop.example', fields: codedFields(sent) });
    assert.match(truth.scheme, /^https?$/);
    assert.ok(Number.isInteger(truth.port) && truth.port >= 1 && truth.port <= 65535);
    assert.match(truth.client, /^(unix|[0-9.]+|[0-9a-f:]+)$/);
    assert.match(truth.host, /^[\w.:[\]-]+$/);
    assert.ok(!/[\r\n]/.test(compileTeller('standard').lines(truth).replaceAll('\r\n', '')));
  }), { numRuns: runs });
});
