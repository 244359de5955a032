import assert from 'node:assert/strict';
import { test } from 'node:test';
import { believingFlags, claims } from '../../src/core/contract/claims.ts';
import { ContractError } from '../../src/core/contract/contract-error.ts';
import { createReader, type ReadableHead } from '../../src/core/contract/read.ts';
import { compileTrust } from '../../src/core/contract/trust.ts';
import type { Scheme } from '../../src/core/contract/truth.ts';
import { codedFields } from '../helpers/request-of.ts';
import { expected, peerOf, TRUTH_TABLE } from '../helpers/truth-table.ts';

const publicPort = (scheme: Scheme): number => (scheme === 'https' ? 443 : 80);

test('the table of truth has rows enough and no two of one name', () => {
  const names = TRUTH_TABLE.map((row) => `${row.story}|${row.peer}|${row.scheme}|${JSON.stringify(row.headers)}`);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.length >= 80);
});

for (const row of TRUTH_TABLE) {
  test(`truth: ${row.story} (${row.peer}, ${row.scheme}, trusted: ${row.trust.join(' ') || 'nobody'})`, () => {
    const read = createReader({ trust: compileTrust(row.trust), publicPort, ...(row.headers && { headers: row.headers }) });
    const truth = read({ peer: peerOf(row.peer), scheme: row.scheme }, { host: 'shop.example', fields: codedFields(row.lines) });
    assert.deepEqual({ ...truth, by: { ...truth.by } }, expected(row));
  });
}

const unreadable: ReadableHead = { host: 'shop.example', get fields(): never { throw new Error('the fields were looked at'); } };

test('without a trusted proxy, and for an untrusted peer, no field is looked at', () => {
  for (const trust of [[], ['10.0.0.0/8', 'unix']]) {
    const read = createReader({ trust: compileTrust(trust), publicPort });
    assert.equal(read({ peer: peerOf('192.0.2.1'), scheme: 'https' }, unreadable).scheme, 'https');
  }
  const trusting = createReader({ trust: compileTrust(['10.0.0.0/8']), publicPort });
  assert.throws(() => trusting({ peer: peerOf('10.0.0.1'), scheme: 'https' }, unreadable), /looked at/);
});

// A balancer that passes TCP on says UNKNOWN of a client on a unix socket of its own. The connection then counted as the
// trusted balancer's, and with it every header line that the client had written.
test('a trusted peer that passed somebody on without a name is not heard', () => {
  const read = createReader({ trust: compileTrust(['10.0.0.5', 'unix']), publicPort });
  for (const peer of [peerOf('10.0.0.5'), { kind: 'unix' } as const]) {
    const truth = read({ peer, scheme: 'http', nameless: true }, unreadable);
    assert.deepEqual([truth.scheme, truth.client], ['http', peer.kind === 'unix' ? 'unix' : '10.0.0.5']);
  }
});

test('the told port is the public one of the told scheme', () => {
  const read = createReader({ trust: compileTrust(['10.0.0.1']), publicPort: (scheme) => (scheme === 'https' ? 8443 : 8080) });
  const head = { host: 'shop.example', fields: codedFields(['X-Forwarded-Proto: https']) };
  assert.equal(read({ peer: peerOf('10.0.0.1'), scheme: 'http' }, head).port, 8443);
  assert.equal(read({ peer: peerOf('10.0.0.2'), scheme: 'http' }, head).port, 8080);
});

test('a trusted header must be able to carry the truth', () => {
  const create = (headers: { scheme?: string; client?: string; host?: string; port?: string }): unknown => createReader({ trust: compileTrust(['unix']), publicPort, headers });
  const refused = (headers: Parameters<typeof create>[0], why: RegExp): void => {
    assert.throws(() => create(headers), (error) => error instanceof ContractError && error.setting === 'trust-header' && why.test(error.message), JSON.stringify(headers));
  };
  refused({ scheme: 'Content-Length' }, /standard name/);
  refused({ host: 'Host' }, /standard name/);
  refused({ scheme: 'X Forwarded' }, /not a header name/);
  refused({ scheme: '' }, /not a header name/);
  refused({ scheme: 'X-Edge', client: 'x_edge' }, /already the scheme header/);
  refused({ port: 'Forwarded' }, /RFC 7239/);
  create({ scheme: 'Forwarded', client: 'Forwarded', host: 'Forwarded', port: 'X-Forwarded-Port' });
});

test('a long value of a trusted header costs time by its length, not by its square', () => {
  const read = createReader({ trust: compileTrust(['unix']), publicPort, headers: { client: 'Forwarded', scheme: 'X-Forwarded-Ssl' } });
  const spaces = ' '.repeat(60_000);
  const started = performance.now();
  read({ peer: peerOf('unix'), scheme: 'http' }, { host: 'a', fields: codedFields([`Forwarded: for=a${spaces}b`, `X-Forwarded-Ssl: a${spaces}b`]) });
  read({ peer: peerOf('unix'), scheme: 'http' }, { host: 'a', fields: codedFields([`Forwarded: ${'for=10.0.0.1,'.repeat(4000)}for="`]) });
  assert.ok(performance.now() - started < 500, 'two values of 60 000 characters took half a second');
});

test('what an untrusted peer claimed about the scheme can be told, with the flags that would believe it', () => {
  const claimOf = (...lines: string[]): unknown => claims({ fields: codedFields(lines) });
  assert.equal(claimOf('Accept: */*', 'X-Forwarded-For: 1.2.3.4', 'X_Forwarded_Proto: https'), undefined);
  assert.equal(claimOf('Forwarded: for=1.2.3.4'), undefined);
  assert.deepEqual(claimOf('X-Forwarded-For: 1.2.3.4', 'x-forwarded-PROTO: https', 'X-Scheme: http'), { name: 'x-forwarded-PROTO', value: 'https' });
  assert.deepEqual(claimOf('CF-Visitor: {"scheme":"https"}', 'X-Forwarded-Proto: https'), { name: 'X-Forwarded-Proto', value: 'https' }, 'the one that would be read');
  assert.deepEqual(claimOf('Forwarded: for=1.2.3.4;Proto=https'), { name: 'Forwarded', value: 'for=1.2.3.4;Proto=https' });
  assert.equal(believingFlags(peerOf('10.0.0.9'), { name: 'x-forwarded-proto', value: 'https' }), '--trust 10.0.0.9');
  assert.equal(believingFlags(peerOf('173.245.48.5'), { name: 'X-Forwarded-Proto', value: 'https' }), '--trust cloudflare');
  assert.equal(believingFlags(peerOf('unix'), { name: 'X-Forwarded-Ssl', value: 'on' }), '--trust unix --trust-header scheme=X-Forwarded-Ssl');
});
