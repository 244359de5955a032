import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import { canonical, parseAddress, parseNode } from '../../src/core/contract/address.ts';
import { ContractError } from '../../src/core/contract/contract-error.ts';
import { compileTrust, ipPeer, NO_TRUST, trusts } from '../../src/core/contract/trust.ts';

const text = (written: string): string | undefined => {
  const address = parseAddress(written);
  return address && canonical(address);
};

const SPELLINGS: readonly (readonly [string, string])[] = [
  ['0.0.0.0', '0.0.0.0'], ['255.255.255.255', '255.255.255.255'], ['192.0.2.1', '192.0.2.1'],
  ['::', '::'], ['::1', '::1'], ['1::', '1::'], ['0:0:0:0:0:0:0:1', '::1'],
  // RFC 5952 §4.1 to §4.3, §5
  ['2001:0db8::0001', '2001:db8::1'], ['2001:DB8::AbCd', '2001:db8::abcd'], ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'], ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'], ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'], ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
  ['::ffff:192.0.2.1', '192.0.2.1'], ['::FFFF:c000:0201', '192.0.2.1'], ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'], ['::192.0.2.1', '::c000:201'], ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
];

test('every spelling of an address has one canonical text', () => {
  for (const [written, wanted] of SPELLINGS) {
    assert.equal(text(written), wanted, written);
    assert.equal(text(wanted), wanted, 'canonical text is its own');
  }
});

const NO_ADDRESS = [
  '', ' ', '1', '1.2.3', '1.2.3.4.5', '1.2.3.', '.1.2.3', '1..2.3', '256.0.0.1', '1.2.3.999', '01.2.3.4', '1.2.3.00', '0x7f.0.0.1', '0177.0.0.1', '2130706433',
  '1.2.3.4 ', ' 1.2.3.4', '1.2.3.4\n', '+1.2.3.4', '1.2.3.4/8', '１.2.3.4',
  ':', ':::', '::1::', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::', '::1:2:3:4:5:6:7:8', '1:::2', ':1:2:3:4:5:6:7', '1:2:3:4:5:6:7:', '12345::', 'g::', '::1 ', '[::1]',
  '::1.2.3', '::256.1.1.1', '::01.2.3.4', '1.2.3.4::', '::1.2.3.4:1', '1:2:3:4:5:6:7:1.2.3.4', 'fe80::1%', 'fe80::1%eth0', '::ffff:0x7f.0.0.1', 'localhost', 'unix',
];

test('what is not the usual form of an address is none', () => {
  for (const written of NO_ADDRESS) assert.equal(parseAddress(written), undefined, JSON.stringify(written));
});

test('Node judges the same texts to be addresses, but for zones', () => {
  for (const [written] of SPELLINGS) assert.notEqual(isIP(written), 0, written);
  for (const written of NO_ADDRESS) if (!written.includes('%')) assert.equal(isIP(written), 0, JSON.stringify(written));
});

test('a zone is taken off only where that was asked for', () => {
  assert.equal(canonical(parseAddress('fe80::1%eth0', 'drop-zone')!), 'fe80::1');
  assert.equal(canonical(parseAddress('::ffff:10.0.0.1%2', 'drop-zone')!), '10.0.0.1');
  for (const written of ['fe80::1%', 'fe80::1%a b', '10.0.0.1%eth0']) assert.equal(parseAddress(written, 'drop-zone'), undefined, written);
  assert.deepEqual(ipPeer('FE80:0::1%eth0'), { kind: 'ip', address: 'fe80::1' });
  assert.equal(ipPeer('nobody'), undefined);
});

test('a node is an address, with or without a port, quotes and brackets', () => {
  const nodes: readonly (readonly [string, string | undefined])[] = [
    ['192.0.2.1', '192.0.2.1'], [' \t192.0.2.1\t', '192.0.2.1'], ['192.0.2.1:55', '192.0.2.1'], ['"192.0.2.1:55"', '192.0.2.1'], ['192.0.2.1:_port', '192.0.2.1'],
    ['::1', '::1'], ['[::1]', '::1'], ['[::1]:55', '::1'], ['"[2001:db8::1]:55"', '2001:db8::1'], ['[::ffff:192.0.2.1]:1', '192.0.2.1'],
    ['unknown', undefined], ['_hidden', undefined], ['', undefined], ['"', undefined], ['""', undefined], ['"192.0.2.1', undefined],
    ['192.0.2.1:', undefined], ['192.0.2.1:65536', undefined], ['192.0.2.1:x', undefined], [':55', undefined], ['[::1', undefined], ['[::1]x', undefined], ['[::1]:', undefined],
    ['[192.0.2.1]', undefined], ['[]', undefined], ['unix:', undefined], ['shop.example:80', undefined], ['[fe80::1%eth0]', undefined],
  ];
  for (const [written, wanted] of nodes) {
    const address = parseNode(written);
    assert.equal(address && canonical(address), wanted, JSON.stringify(written));
  }
});

const refusal = (entry: string): string => {
  try { compileTrust(['10.0.0.0/8', entry]); } catch (error) {
    assert.ok(error instanceof ContractError);
    assert.equal(error.setting, 'trust');
    assert.equal(error.entry, entry);
    return error.message;
  }
  throw new assert.AssertionError({ message: `${JSON.stringify(entry)} was accepted` });
};

test('a hop count is refused with what to write instead', () => {
  for (const count of ['1', '2', '0']) assert.match(refusal(count), /hops.*address or network.*10\.0\.0\.0\/8/);
});

test('every address is not a proxy', () => {
  for (const all of ['*', 'all', 'true', '0.0.0.0/0', '::/0', '::ffff:0:0/96']) assert.match(refusal(all), /every (address|client)/, all);
});

test('what is wrong with an entry is named, and what would be right', () => {
  assert.match(refusal('10.0.0.1/8'), /10\.0\.0\.0\/8 .*or 10\.0\.0\.1 /);
  assert.match(refusal('2001:db8::1/32'), /2001:db8::\/32 /);
  assert.match(refusal('10.0.0.0/33'), /from 1 to 32/);
  assert.match(refusal('10.0.0.0/08'), /prefix length/);
  for (const entry of ['10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1', '10.0.0.0/ 8']) assert.match(refusal(entry), /prefix length/, entry);
  assert.match(refusal('::/129'), /from 1 to 128/);
  for (const name of ['proxy.internal', 'cloudfront', 'cloudflare.com', 'cloudflare/8']) assert.match(refusal(name), /not looked up, and there is no list of this name: .*"cloudflare"/, name);
  assert.match(refusal('fe80::1%eth0'), /no zone/);
  for (const entry of ['', '10.0.0', '010.0.0.1', '/8', '10.0.0.0-10.0.0.9']) assert.match(refusal(entry), /expected an address/, entry);
});

test('trust covers exactly the addresses of its networks', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['192.0.2.128/25', ['192.0.2.128', '192.0.2.255', '::ffff:192.0.2.200'], ['192.0.2.127', '192.0.3.128', '::c000:2c8']],
    ['128.0.0.0/1', ['128.0.0.0', '255.255.255.255'], ['127.255.255.255', '8000::']],
    ['10.0.0.1', ['10.0.0.1'], ['10.0.0.0', '10.0.0.2']],
    ['10.0.0.1/32', ['10.0.0.1'], ['10.0.0.0', '10.0.0.2']],
    ['2001:db8:0:4000::/50', ['2001:db8:0:4000::', '2001:db8:0:7fff:ffff:ffff:ffff:ffff'], ['2001:db8:0:3fff::', '2001:db8:0:8000::', '10.0.0.1']],
    ['fe80::/10', ['fe80::1%eth0', 'febf::1'], ['fec0::1']],
    ['::1/128', ['::1'], ['::', '::2', '127.0.0.1']],
    ['loopback', ['127.0.0.1', '127.255.255.255', '::1', '::ffff:127.0.0.1'], ['128.0.0.0', '::2', '10.0.0.1']],
  ];
  for (const [entry, inside, outside] of cases) {
    const trust = compileTrust([entry]);
    for (const address of inside) assert.equal(trusts(trust, { kind: 'ip', address }), true, `${address} in ${entry}`);
    for (const address of [...outside, 'garbage', '']) assert.equal(trusts(trust, { kind: 'ip', address }), false, `${address} not in ${entry}`);
    assert.equal(trusts(trust, { kind: 'unix' }), false);
  }
  assert.equal(trusts(compileTrust(['UNIX ']), { kind: 'unix' }), true);
  assert.equal(trusts(compileTrust(['unix']), { kind: 'ip', address: '127.0.0.1' }), false);
});

test('trusting nobody is one value', () => {
  assert.equal(compileTrust([]), NO_TRUST);
  assert.equal(trusts(NO_TRUST, { kind: 'unix' }), false);
});
