// Invariant: whatever bytes a connection begins with and however they are cut, the reader comes to one outcome without throwing, takes no byte beyond the header, and the client it told of is told again by what the writer makes of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonical, parseAddress } from '../../src/core/contract/address.ts';
import { Fault } from '../../src/core/errors.ts';
import type { ProxyHeader, ProxyNode } from '../../src/core/proxy-protocol/header.ts';
import { SIGNATURE } from '../../src/core/proxy-protocol/header.ts';
import { ProxyReader } from '../../src/core/proxy-protocol/reader.ts';
import { writeProxy } from '../../src/core/proxy-protocol/writer.ts';
import { tlv } from '../helpers/proxy-headers.ts';

const runs = Number(process.env['FUZZ_RUNS'] ?? 3000);

interface Outcome { readonly outcome: ProxyHeader | Fault | undefined; readonly taken: number }

/** Pushes the bytes in pieces of these sizes, the last one again and again. */
function read(bytes: Uint8Array, sizes: readonly number[]): Outcome {
  const reader = new ProxyReader();
  for (let from = 0, turn = 0; from < bytes.length; turn++) {
    const to = Math.min(bytes.length, from + (sizes[Math.min(turn, sizes.length - 1)] ?? bytes.length));
    const step = reader.push(bytes.subarray(from, to));
    assert.ok(reader.length <= 4096, 'bounded');
    if (step instanceof Fault) return { outcome: step, taken: -1 };
    if (step !== undefined) return { outcome: step.header, taken: from + step.used };
    from = to;
  }
  return { outcome: undefined, taken: 0 };
}

function hold(bytes: Uint8Array, sizes: readonly number[]): void {
  const whole = read(bytes, []);
  const cut = read(bytes, sizes);
  assert.equal(cut.taken, whole.taken);
  if (whole.outcome instanceof Fault) {
    assert.equal((cut.outcome as Fault).code, whole.outcome.code);
    assert.match(whole.outcome.detail, /^[ -~]+$/);
    return;
  }
  assert.deepEqual(cut.outcome, whole.outcome);
  if (whole.outcome === undefined) return;
  assert.ok(whole.taken <= bytes.length && whole.taken <= 4096);
  assert.deepEqual(read(bytes.subarray(0, whole.taken), []).outcome, whole.outcome, 'the header alone is enough');
  assert.equal(read(bytes.subarray(0, whole.taken - 1), []).outcome, undefined, 'and nothing less is');
  const again = read(writeProxy('v2', whole.outcome, { checksum: true }), sizes).outcome;
  assert.deepEqual(again, whole.outcome.kind === 'proxied' ? whole.outcome : { kind: 'local' });
  if (whole.outcome.kind === 'proxied') {
    for (const { address, port } of [whole.outcome.source, whole.outcome.destination]) {
      assert.equal(canonical(parseAddress(address)!), address);
      assert.ok(port >= 0 && port <= 65535);
    }
  }
}

const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
const byte = fc.integer({ min: 0, max: 255 });
const hexOf = (max: number): fc.Arbitrary<string> => fc.array(byte, { maxLength: max }).map((values) => Buffer.from(values).toString('hex'));
const text = fc.constantFrom('TLSv1.3', 'h2', 'shop.example', 'a b', '[::1]', '').map((value) => Buffer.from(value).toString('hex'));
const anyTlv = fc.tuple(fc.constantFrom(1, 2, 3, 4, 5, 0x20, 0x21, 0x30, 0xea), fc.oneof(text, hexOf(12), text.map((value) => `0100000000${tlv(0x21, value)}`))).map(([type, value]) => tlv(type, value));

test('version 2, valid and bent', () => {
  const blocks = fc.tuple(fc.constantFrom(0, 12, 36, 216), fc.array(anyTlv, { maxLength: 5 }), hexOf(3), byte).map(([size, tlvs, stray, fill]) => Buffer.from(Buffer.alloc(size, fill).toString('hex') + tlvs.join('') + (stray.length > 4 ? stray : ''), 'hex'));
  const command = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0x20, 0x21, 0x21) }, { weight: 1, arbitrary: byte });
  const family = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0x00, 0x11, 0x21, 0x31) }, { weight: 1, arbitrary: byte });
  const off = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -20, max: 20 }) });
  let good = 0;
  fc.assert(fc.property(fc.tuple(command, family, off), blocks, fc.uint8Array({ maxLength: 30 }), cuts, ([verb, kind, bend], rest, after, sizes) => {
    const length = Math.max(0, rest.length + bend);
    const bytes = Buffer.concat([SIGNATURE, Buffer.from([verb, kind, length >>> 8, length & 255]), rest, after]);
    hold(bytes, sizes);
    if (read(bytes, []).taken > 0) good++;
  }), { numRuns: runs });
  assert.ok(good > runs / 10, `only ${good} of ${runs} were headers`);
});

test('version 1, valid and bent', () => {
  const piece = fc.oneof({ weight: 5, arbitrary: fc.constantFrom('192.0.2.1', '10.0.0.1', '::1', '2001:db8::1', '::ffff:1.2.3.4', '1', '443', '65535') }, { weight: 1, arbitrary: fc.constantFrom('01', '65536', '1.2.3', '', '\0', '\r', '\n', 'x'.repeat(90)) });
  const line = fc.tuple(fc.constantFrom('TCP4', 'TCP6', 'UNKNOWN', 'TCP', 'UDP4'), fc.array(piece, { maxLength: 5 }), fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r', ' \r\n')).map(([family, parts, end]) => `PROXY ${[family, ...parts].join(' ')}${end}`);
  const addresses = fc.oneof(fc.ipV4().map((a) => ['TCP4', a]), fc.ipV6().map((a) => ['TCP6', a]));
  const port = fc.integer({ min: 0, max: 65535 });
  const good = fc.tuple(addresses, port, port).map(([[family, address], from, to]) => `PROXY ${family} ${address} ${address} ${from} ${to}\r\n`)
    .filter((head) => head.length <= 107); // RFC 4291 §2.2 knows a form of 45 characters; a line has no room for two of them
  fc.assert(fc.property(fc.oneof(line, good), fc.string({ maxLength: 20 }), cuts, (head, after, sizes) => hold(Buffer.from(head + after, 'latin1'), sizes)), { numRuns: runs });
  fc.assert(fc.property(good, cuts, (head, sizes) => { assert.equal((read(Buffer.from(head), sizes).outcome as ProxyHeader).kind, 'proxied', head); }), { numRuns: runs });
});

test('any bytes', () => {
  fc.assert(fc.property(fc.constantFrom('', 'P', 'PROXY ', Buffer.from(SIGNATURE).toString('latin1')), fc.uint8Array({ maxLength: 200 }), cuts, (start, rest, sizes) => hold(Buffer.concat([Buffer.from(start, 'latin1'), rest]), sizes)), { numRuns: runs });
});

test('whatever is written is read as it was meant', () => {
  const node: fc.Arbitrary<ProxyNode> = fc.record({ address: fc.oneof(fc.ipV4(), fc.ipV6()).map((a) => canonical(parseAddress(a)!)), port: fc.integer({ min: 0, max: 65535 }) }, { noNullPrototype: true });
  const facts = fc.record({ secure: fc.boolean(), tlsVersion: fc.constantFrom('TLSv1.2', 'TLSv1.3'), alpn: fc.constantFrom('h2', 'http/1.1'), authority: fc.constantFrom('a.test', 'xn--e1afmkfd.example.') }, { requiredKeys: [] });
  fc.assert(fc.property(node, node, facts, (source, destination, said) => {
    const { tlsVersion, ...rest } = said;
    const meant: ProxyHeader = { kind: 'proxied', source, destination, ...rest, ...(said.secure !== undefined && tlsVersion !== undefined && { tlsVersion }) };
    assert.deepEqual(read(writeProxy('v2', meant), []).outcome, meant);
    assert.deepEqual(read(writeProxy('v1', meant), []).outcome, { kind: 'proxied', source, destination });
  }), { numRuns: runs });
});
