import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { ContractError } from '../../src/core/contract/contract-error.ts';
import { createHearing } from '../../src/app/hear.ts';
import { fieldsOfRaw } from '../../src/app/fields.ts';
import { OptionError, type Options } from '../../src/app/options.ts';
import { expected, peerOf, TRUTH_TABLE, type TruthRow } from '../helpers/truth-table.ts';

/** `Name: value` lines as Node's `rawHeaders`. */
const raw = (lines: readonly string[]): string[] => lines.flatMap((line) => {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
});

const hear = (row: Pick<TruthRow, 'peer' | 'scheme' | 'trust' | 'lines'>, header?: Options['header']): ReturnType<ReturnType<typeof createHearing>['hear']> =>
  createHearing({ trust: row.trust, ...(header !== undefined && { header }) }).hear({
    peer: peerOf(row.peer), scheme: row.scheme, method: 'GET', target: '/', host: 'shop.example', fields: fieldsOfRaw(raw(row.lines)),
  });

test('the table that front and app share has rows enough', () => { assert.ok(TRUTH_TABLE.length >= 120, String(TRUTH_TABLE.length)); });

for (const row of TRUTH_TABLE) {
  test(`the app hears: ${row.story} (${row.peer}, ${row.scheme}, trusted: ${row.trust.join(' ') || 'nobody'})`, () => {
    const { secure, ...truth } = hear(row, row.headers);
    assert.deepEqual({ ...truth, by: { ...truth.by } }, { ...expected(row), ...(row.appPort !== undefined && { port: row.appPort }) });
    assert.equal(secure, truth.scheme === 'https');
  });
}

const said = (lines: readonly string[], header: Options['header']): string => {
  const { scheme, by } = hear({ peer: '10.0.0.9', scheme: 'http', trust: ['10.0.0.0/8'], lines }, header);
  return `${scheme} ${by.scheme}`;
};

describe('the header option', () => {
  const DJANGO = ['X-Forwarded-Protocol', 'https'] as const;
  const BOTH = [['X-Forwarded-Proto', 'https'], ['X-Forwarded-Ssl', 'on']] as const;
  for (const [story, header, lines, wanted] of [
    ['a name', 'X-Scheme', ['X-Scheme: https'], 'https X-Scheme'],
    ['a pair, its value', DJANGO, ['X-Forwarded-Protocol: https'], 'https X-Forwarded-Protocol'],
    ['a pair, its value in other case', DJANGO, ['X-Forwarded-Protocol: HTTPS'], 'https X-Forwarded-Protocol'],
    ['a pair, a value that means http', DJANGO, ['X-Forwarded-Protocol: http'], 'http X-Forwarded-Protocol'],
    ['a pair, another value that other names would take for https', DJANGO, ['X-Forwarded-Protocol: on'], 'http ambiguous X-Forwarded-Protocol'],
    ['a pair with a word of one\'s own', ['X-Edge', 'tls'], ['X-Edge: tls'], 'https X-Edge'],
    ['a pair with a word of one\'s own, another one', ['X-Edge', 'tls'], ['X-Edge: https'], 'http ambiguous X-Edge'],
    ['a pair, absent', DJANGO, ['X-Forwarded-Proto: https'], 'http connection'],
    ['several that agree', BOTH, ['X-Forwarded-Proto: https', 'X-Forwarded-Ssl: on'], 'https X-Forwarded-Proto, X-Forwarded-Ssl'],
    ['several that agree on http', BOTH, ['X-Forwarded-Proto: http', 'X-Forwarded-Ssl: off'], 'http X-Forwarded-Proto, X-Forwarded-Ssl'],
    ['several that do not agree', BOTH, ['X-Forwarded-Proto: https', 'X-Forwarded-Ssl: off'], 'http ambiguous X-Forwarded-Ssl'],
    ['several that do not agree, the other way', BOTH, ['X-Forwarded-Proto: http', 'X-Forwarded-Ssl: on'], 'http ambiguous X-Forwarded-Ssl'],
    ['several of which one is missing', BOTH, ['X-Forwarded-Ssl: on'], 'http ambiguous X-Forwarded-Proto'],
    ['several of which the other is missing', BOTH, ['X-Forwarded-Proto: https'], 'http ambiguous X-Forwarded-Ssl'],
    ['several of which one is doubled', BOTH, ['X-Forwarded-Proto: https', 'X-Forwarded-Ssl: on', 'X-Forwarded-Ssl: on'], 'http ambiguous X-Forwarded-Ssl'],
    ['several, none there', BOTH, [], 'http connection'],
    ['profile standard', 'standard', ['X-Forwarded-Proto: https'], 'https X-Forwarded-Proto'],
    ['profile rfc7239', 'rfc7239', ['Forwarded: proto=https'], 'https Forwarded'],
    ['profile legacy', 'legacy', ['X-Forwarded-Protocol: https'], 'https X-Forwarded-Protocol'],
    ['profile ssl-flag', 'ssl-flag', ['X-Forwarded-Ssl: on'], 'https X-Forwarded-Ssl'],
    ['profile front-end-https', 'front-end-https', ['Front-End-Https: on'], 'https Front-End-Https'],
  ] as const) it(`${story}: ${lines.join(' and ') || 'nothing'}`, () => { assert.equal(said(lines, header), wanted); });

  it('takes the client from Forwarded where that says the scheme', () => {
    assert.equal(hear({ peer: '10.0.0.9', scheme: 'http', trust: ['10.0.0.9'], lines: ['Forwarded: for=203.0.113.7;proto=https', 'X-Forwarded-For: 6.6.6.6'] }, 'rfc7239').client, '203.0.113.7');
  });

  for (const [written, why] of [
    ['none', /tells the app nothing/], [[], /is none/], [['X-Forwarded-Proto'], /no pair/], [['X', ''], /no pair/], [[['X', 'a', 'b']], /no pair/],
    [7, /is none/], [null, /is none/], [{ proto: 'X' }, /no "proto"/], ['X Y', /not a header name/], ['Host', /standard name/],
    [[['X-A', 'on'], ['x_a', 'on']], /twice/], [{ scheme: 'X-A', client: 'X-A' }, /already the scheme header/],
  ] as const) it(`refuses ${JSON.stringify(written)}`, () => {
    assert.throws(() => said([], written as Options['header']), (error) => (error instanceof OptionError || error instanceof ContractError) && why.test(error.message));
  });
});

describe('the trust option', () => {
  const create = (trust: unknown): unknown => createHearing({ trust: trust as Options['trust'] });

  it('believes loopback and unix sockets unless it says otherwise, and nobody else', () => {
    const hearing = createHearing({});
    const scheme = (peer: string | undefined): string => hearing.hear({ peer: peer === undefined ? undefined : peerOf(peer), scheme: 'http', method: 'GET', target: '/', host: 'a.test', fields: fieldsOfRaw(['X-Forwarded-Proto', 'https']) }).scheme;
    assert.deepEqual(['127.0.0.1', '::1', 'unix', '10.0.0.1', '192.168.1.1', undefined].map(scheme), ['https', 'https', 'https', 'http', 'http', 'http']);
  });

  // Express counts hops: whoever connects past the proxy is then believed as the proxy.
  it('has no hop counts, and says what to write in their place', () => {
    for (const hops of [1, 0, [2], '1']) assert.throws(() => create(hops), /number of hops.*(?:address or network)/);
    for (const all of [true, '*', 'all', ['0.0.0.0/0'], '::/0']) assert.throws(() => create(all), /believe every/);
  });

  it('refuses what it cannot read', () => {
    for (const wrong of [false, null, {}, { secret: 7 }, 'proxy.internal', '10.0.0.1/8', { secret: 'short' }, { secret: ['x'.repeat(16), 'white space in it'] }]) {
      assert.throws(() => create(wrong), (error) => error instanceof OptionError || error instanceof ContractError, JSON.stringify(wrong));
    }
  });

  it('takes two secrets while one is being replaced, and addresses beside them', () => {
    const [old, next] = ['o'.repeat(16), 'n'.repeat(16)];
    const hearing = createHearing({ trust: [{ secret: [old, next] }, '10.0.0.0/8'] });
    const scheme = (peer: string, secret?: string): string => hearing.hear({ peer: peerOf(peer), scheme: 'http', method: 'GET', target: '/', host: 'a.test', fields: fieldsOfRaw(['X-Forwarded-Proto', 'https', ...(secret === undefined ? [] : ['Sallyport-Secret', secret])]) }).scheme;
    assert.deepEqual([scheme('192.0.2.1', old), scheme('192.0.2.1', next), scheme('10.1.1.1'), scheme('192.0.2.1'), scheme('127.0.0.1')], ['https', 'https', 'https', 'http', 'http']);
  });
});

describe('the port', () => {
  const port = (host: string, lines: readonly string[] = []): number =>
    createHearing({}).hear({ peer: peerOf('127.0.0.1'), scheme: 'http', method: 'GET', target: '/', host, fields: fieldsOfRaw(raw(lines)) }).port;
  it('is the one in Host, else the scheme\'s own', () => {
    assert.deepEqual([port('a.test'), port('a.test:8080'), port('a.test', ['X-Forwarded-Proto: https']), port('a.test:8443', ['X-Forwarded-Proto: https']), port('[::1]:99'), port('not a host:7')], [80, 8080, 443, 8443, 99, 80]);
  });
});
