import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Fault } from '../../src/core/errors.ts';
import { crc32c } from '../../src/core/proxy-protocol/crc32c.ts';
import type { ProxyHeader } from '../../src/core/proxy-protocol/header.ts';
import { ProxyReader } from '../../src/core/proxy-protocol/reader.ts';
import { writeProxy } from '../../src/core/proxy-protocol/writer.ts';
import { block, IPV4, sslTlv, tlv, v2 } from '../helpers/proxy-headers.ts';

const AFTER = Buffer.from('\x16\x03\x01 what comes after', 'latin1');

/** Reads a header whole with bytes after it, byte by byte, and cut in two everywhere; all must come to the same. */
function read(header: string | Uint8Array): ProxyHeader | Fault {
  const bytes = Buffer.concat([Buffer.from(header as string, 'latin1'), AFTER]);
  const feed = (cuts: number[]): { outcome: ProxyHeader | Fault; taken: number } => {
    const reader = new ProxyReader();
    let from = 0;
    for (const to of [...cuts, bytes.length]) {
      const step = reader.push(bytes.subarray(from, to));
      if (step instanceof Fault) return { outcome: step, taken: -1 };
      if (step !== undefined) return { outcome: step.header, taken: from + step.used };
      from = to;
    }
    throw new Error('neither a header nor a fault');
  };
  const whole = feed([]);
  if (!(whole.outcome instanceof Fault)) assert.equal(whole.taken, bytes.length - AFTER.length, 'takes its own bytes and no more');
  const splits = [[...bytes.keys()], ...[...bytes.keys()].map((at) => [at])];
  for (const cuts of splits) {
    const other = feed(cuts);
    assert.equal(other.taken, whole.taken, `cut at ${cuts.join()}`);
    if (whole.outcome instanceof Fault) assert.equal((other.outcome as Fault).code, whole.outcome.code, `cut at ${cuts.join()}`);
    else assert.deepEqual(other.outcome, whole.outcome, `cut at ${cuts.join()}`);
  }
  return whole.outcome;
}

const refused = (header: string | Uint8Array, detail: RegExp, code = 'proxy-header-bad'): void => {
  const fault = read(header);
  assert.ok(fault instanceof Fault, `read as ${JSON.stringify(fault)}`);
  assert.equal(fault.code, code);
  assert.match(fault.detail, detail);
};

const told = (source: [string, number], destination: [string, number], facts = {}): ProxyHeader => ({
  kind: 'proxied', source: { address: source[0], port: source[1] }, destination: { address: destination[0], port: destination[1] }, ...facts,
});

describe('PROXY protocol version 1', () => {
  test('tells both ends', () => {
    assert.deepEqual(read('PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n'), told(['192.168.0.1', 56324], ['192.168.0.11', 443]));
    assert.deepEqual(read('PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n'), told(['255.255.255.255', 65535], ['255.255.255.255', 65535]));
    assert.deepEqual(read('PROXY TCP4 1.2.3.4 5.6.7.8 0 0\r\n'), told(['1.2.3.4', 0], ['5.6.7.8', 0]));
  });

  test('tells IPv6 in its one text, and an IPv4-mapped address as IPv4', () => {
    assert.deepEqual(read('PROXY TCP6 2001:DB8:0:0:0:0:0:1 ::1 1 2\r\n'), told(['2001:db8::1', 1], ['::1', 2]));
    assert.deepEqual(read('PROXY TCP6 ::ffff:192.0.2.1 ::ffff:c000:202 1 2\r\n'), told(['192.0.2.1', 1], ['192.0.2.2', 2]));
    const longest = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
    assert.deepEqual(read(`PROXY TCP6 ${longest} ${longest} 65535 65535\r\n`), told([longest, 65535], [longest, 65535]));
  });

  test('UNKNOWN is the socket\'s own address, whatever comes before the CRLF', () => {
    for (const rest of ['', ' ', ' 1.2.3.4 5.6.7.8 1 2', ' ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535', ' \0 nonsense']) {
      assert.deepEqual(read(`PROXY UNKNOWN${rest}\r\n`), { kind: 'unknown' }, rest);
    }
  });

  test('refuses every line that is not exactly the form', () => {
    for (const line of [
      'PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n', 'PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n', 'PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n', 'PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n',
      'PROXY TCP4 01.2.3.4 5.6.7.8 1 2\r\n', 'PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n', 'PROXY TCP4 1.2.3.256 5.6.7.8 1 2\r\n', 'PROXY TCP4 0x1.2.3.4 5.6.7.8 1 2\r\n',
      'PROXY TCP4 ::1 ::1 1 2\r\n', 'PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n', 'PROXY TCP6 ::1 1.2.3.4 1 2\r\n', 'PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n', 'PROXY TCP6 1::2::3 ::1 1 2\r\n', 'PROXY TCP6 [::1] ::1 1 2\r\n',
      'PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n', 'PROXY TCP4 1.2.3.4 5.6.7.8 65536 2\r\n', 'PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n', 'PROXY TCP4 1.2.3.4 5.6.7.8 +1 2\r\n', 'PROXY TCP4 1.2.3.4 5.6.7.8 1e3 2\r\n', 'PROXY TCP4 1.2.3.4 5.6.7.8  2\r\n',
      'PROXY TCP4\t1.2.3.4 5.6.7.8 1 2\r\n', 'PROXY tcp4 1.2.3.4 5.6.7.8 1 2\r\n', 'PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n', 'PROXY UNKNOWNS\r\n', 'PROXY unknown\r\n', 'PROXY \r\n', 'PROXY  TCP4 1.2.3.4 5.6.7.8 1 2\r\n',
    ]) refused(line, /expected/);
  });

  test('a lone CR or LF ends no line', () => {
    refused('PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n', /CR or an LF alone/);
    refused('PROXY TCP4 1.2.3.4 5.6.7.8 1 2\rGET', /CR or an LF alone/);
    refused('PROXY UNKNOWN\r\r\n', /CR or an LF alone/);
    refused('PROXY \n', /CR or an LF alone/);
  });

  test('is looked for in 107 bytes and no more', () => {
    assert.deepEqual(read(`PROXY UNKNOWN ${'x'.repeat(91)}\r\n`), { kind: 'unknown' });
    refused(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`, /107/);
  });

  test('a detail never carries what would break a log line', () => {
    const fault = read('PROXY \x1b[31m\x00\xff\r\n');
    assert.ok(fault instanceof Fault && /^[ -~]+$/.test(fault.detail), JSON.stringify(fault));
  });
});

describe('PROXY protocol version 2', () => {
  test('tells both ends', () => {
    assert.deepEqual(read(v2(0x21, 0x11, IPV4)), told(['192.0.2.1', 50000], ['198.51.100.2', 443]));
    const six = block('20010db8000000000000000000000001', '00000000000000000000000000000001', '0001', '0002');
    assert.deepEqual(read(v2(0x21, 0x21, six)), told(['2001:db8::1', 1], ['::1', 2]));
    const mapped = block('00000000000000000000ffffc0000201', '00000000000000000000ffffc6336402', '0001', '0002');
    assert.deepEqual(read(v2(0x21, 0x21, mapped)), told(['192.0.2.1', 1], ['198.51.100.2', 2]));
  });

  test('LOCAL discards the whole block, whatever its family says', () => {
    for (const [family, rest] of [[0x00, ''], [0x11, IPV4], [0xff, 'ffffff'], [0x00, '20ffff'], [0x31, '00']] as const) {
      assert.deepEqual(read(v2(0x20, family, rest)), { kind: 'local' });
    }
  });

  test('UNSPEC and Unix sockets are the socket\'s own address; what is said about TLS counts', () => {
    assert.deepEqual(read(v2(0x21, 0x00)), { kind: 'unknown' });
    assert.deepEqual(read(v2(0x21, 0x00, sslTlv(1))), { kind: 'unknown', secure: true });
    assert.deepEqual(read(v2(0x21, 0x31, Buffer.alloc(216, 'x').toString('hex') + sslTlv(0))), { kind: 'unknown', secure: false });
    for (const family of [0x10, 0x01, 0x20, 0x30]) assert.deepEqual(read(v2(0x21, family, 'ff'.repeat(12))), { kind: 'unknown' }, `half unspecified ${family}`);
  });

  test('refuses other versions, unassigned codes and datagrams', () => {
    for (const command of [0x11, 0x31, 0x01, 0xf1]) refused(v2(command, 0x11, IPV4), /version \d+; expected 2/);
    for (const command of [0x22, 0x2f]) refused(v2(command, 0x11, IPV4), /command \d+ is not assigned/);
    for (const family of [0x41, 0xf1, 0x40]) refused(v2(0x21, family, 'ff'.repeat(216)), /address family \d+ is not assigned/);
    for (const family of [0x13, 0x1f, 0x03]) refused(v2(0x21, family, IPV4), /transport protocol \d+ is not assigned/);
    for (const family of [0x12, 0x22, 0x32]) refused(v2(0x21, family, 'ff'.repeat(216)), /datagrams/);
  });

  test('refuses a block that is shorter than its addresses', () => {
    refused(v2(0x21, 0x11, 'ff'.repeat(11)), /11 bytes are too few.*12/);
    refused(v2(0x21, 0x21, 'ff'.repeat(35)), /too few.*36/);
    refused(v2(0x21, 0x31, 'ff'.repeat(215)), /too few.*216/);
  });

  test('takes 4096 bytes and refuses more before they have come', () => {
    const noop = (size: number): string => tlv(0x04, '00'.repeat(size - 3));
    assert.deepEqual(read(v2(0x21, 0x11, IPV4 + noop(4096 - 16 - 12))), told(['192.0.2.1', 50000], ['198.51.100.2', 443]));
    refused(v2(0x21, 0x11, IPV4 + noop(4097 - 16 - 12)), /4097 bytes; at most 4096/);
    const fault = new ProxyReader().push(v2(0x20, 0, 'ff'.repeat(65535)).subarray(0, 16));
    assert.ok(fault instanceof Fault && fault.code === 'proxy-header-bad');
  });

  test('the SSL TLV tells whether the client came over TLS', () => {
    const facts = (rest: string): ProxyHeader | Fault => read(v2(0x21, 0x11, IPV4 + rest));
    const both = [['192.0.2.1', 50000], ['198.51.100.2', 443]] as const;
    const expect = (more: object): ProxyHeader => told([...both[0]], [...both[1]], more);
    assert.deepEqual(facts(sslTlv(1, tlv(0x21, Buffer.from('TLSv1.3').toString('hex')) + tlv(0x22, '636e') + tlv(0x99, ''))), expect({ secure: true, tlsVersion: 'TLSv1.3' }));
    assert.deepEqual(facts(sslTlv(0)), expect({ secure: false }));
    assert.deepEqual(facts(sslTlv(0xfe)), expect({ secure: false }), 'a certificate without TLS is no TLS');
    assert.deepEqual(facts(sslTlv(0x07)), expect({ secure: true }));
    assert.deepEqual(facts(tlv(0x01, '6832') + tlv(0x02, Buffer.from('Shop.Example').toString('hex')) + tlv(0x04, 'ffff') + tlv(0x04, '') + tlv(0x05, '00') + tlv(0xea, '01')),
      expect({ alpn: 'h2', authority: 'shop.example' }), 'NOOP and what is not known are skipped, twice too');
  });

  test('refuses TLVs that are malformed, or there twice', () => {
    const bad = (rest: string, detail: RegExp): void => refused(v2(0x21, 0x11, IPV4 + rest), detail);
    bad('20', /1 bytes after the last TLV/);
    bad('0400', /2 bytes after/);
    bad('04000500', /0x04 is longer/);
    bad(tlv(0x20, '01000000'), /shorter than 5/);
    bad(sslTlv(1, '21'), /1 bytes after/);
    bad(sslTlv(1, '210009ff'), /0x21 is longer/);
    bad(sslTlv(1, tlv(0x21, '0a')), /TLS version/);
    bad(sslTlv(1) + sslTlv(0), /0x20 is there twice/);
    bad(tlv(0x02, '61') + tlv(0x02, '62'), /0x02 is there twice/);
    bad(tlv(0x01, ''), /ALPN/);
    bad(tlv(0x01, '0d0a'), /ALPN/);
    for (const name of ['', 'a b', 'a\r\nb', 'a:443', '[::1]', '::1', 'a/b', '.', 'a..b', 'é', 'x'.repeat(300)]) bad(tlv(0x02, Buffer.from(name).toString('hex')), /AUTHORITY/);
    bad(tlv(0x03, '0000'), /4 bytes/);
  });

  test('a checksum is verified where there is one', () => {
    assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283, 'the check value of the CRC catalogues');
    assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa, 'RFC 3720 §B.4');
    const header = told(['192.0.2.1', 1], ['192.0.2.2', 2], { secure: true });
    const written = writeProxy('v2', header, { checksum: true });
    assert.deepEqual(read(written), header);
    const type = written.length - 7; // bent, it is another TLV, and there is no checksum any more
    for (let at = 16; at < written.length; at++) {
      if (at === type) continue;
      const bent = Uint8Array.from(written);
      bent[at]! ^= 0x10;
      const outcome = read(bent);
      assert.ok(outcome instanceof Fault, `byte ${at}`);
    }
    refused(v2(0x21, 0x11, IPV4 + tlv(0x03, 'deadbeef')), /the checksum is 0xdeadbeef/);
  });
});

describe('something else where a header is expected', () => {
  test('is told from a malformed header, as early as it can be', () => {
    const first = (text: string): unknown => new ProxyReader().push(Buffer.from(text, 'latin1'));
    for (const text of ['G', '\x16\x03\x01', 'PROPFIND / HTTP/1.1', 'proxy TCP4', 'PROXY\t', '\r\n\r\nG', '\r\n\r\n\0\r\nQUIX', '\0']) {
      const fault = first(text);
      assert.ok(fault instanceof Fault && fault.code === 'proxy-header-missing', text);
      assert.match(fault.detail, /^the connection began with [ -~]+$/);
    }
    assert.match((first('\x16\x03') as Fault).detail, /TLS record/);
    assert.match((first('GET /secret HTTP/1.1\r\nHost: a\r\n') as Fault).detail, /"GET \/secret HTTP\/1\.1\?\?Ho"$/);
  });

  test('a header that ends too early says how much came', () => {
    const reader = new ProxyReader();
    assert.equal(reader.end().code, 'proxy-header-missing');
    assert.equal(reader.push(Buffer.from('PROXY TCP4')), undefined);
    assert.equal(reader.end().code, 'proxy-header-bad');
    assert.match(reader.end().detail, /after 10 bytes/);
  });
});

describe('writing a PROXY header', () => {
  const v1 = (header: ProxyHeader): string => Buffer.from(writeProxy('v1', header)).toString('latin1');

  test('version 1', () => {
    assert.equal(v1(told(['192.0.2.1', 50000], ['198.51.100.2', 443], { secure: true })), 'PROXY TCP4 192.0.2.1 198.51.100.2 50000 443\r\n');
    assert.equal(v1(told(['2001:db8::1', 1], ['::1', 2])), 'PROXY TCP6 2001:db8::1 ::1 1 2\r\n');
    assert.equal(v1(told(['192.0.2.1', 1], ['::1', 2])), 'PROXY TCP6 ::ffff:c000:201 ::1 1 2\r\n', 'one family for both');
    assert.equal(v1({ kind: 'local' }), 'PROXY UNKNOWN\r\n');
  });

  test('version 2', () => {
    const hex = (header: ProxyHeader): string => Buffer.from(writeProxy('v2', header)).toString('hex').slice(24);
    assert.equal(hex(told(['192.0.2.1', 50000], ['198.51.100.2', 443])), `2111000c${IPV4}`);
    assert.equal(hex({ kind: 'local' }), '20000000');
    assert.equal(hex({ kind: 'local', secure: true }), '20000000', 'HAProxy refuses UNSPEC; LOCAL has no room for facts');
    assert.equal(hex(told(['192.0.2.1', 50000], ['198.51.100.2', 443], { secure: false })), `21110014${IPV4}${sslTlv(0, '', 1)}`);
    assert.equal(hex(told(['192.0.2.1', 50000], ['198.51.100.2', 443], { secure: true, tlsVersion: 'TLSv1.3', alpn: 'h2', authority: 'a.test' })),
      `2111002c${IPV4}${tlv(1, '6832')}${tlv(2, '612e74657374')}${sslTlv(1, tlv(0x21, '544c5376312e33'), 1)}`);
  });

  test('what no receiver would take is left out', () => {
    for (const version of ['v1', 'v2'] as const) {
      for (const [address, port] of [['app.internal', 1], ['', 1], ['192.0.2.1', 65536], ['192.0.2.1', 1.5], ['192.0.2.1', -1]] as const) {
        assert.deepEqual(read(writeProxy(version, told([address, port], ['192.0.2.1', 1]))), { kind: version === 'v1' ? 'unknown' : 'local' });
      }
    }
    const ends = told(['192.0.2.1', 1], ['192.0.2.2', 2]);
    assert.deepEqual(read(writeProxy('v2', { ...ends, secure: true, alpn: '\r\n', authority: 'a b', tlsVersion: '\u{1f512}' })), { ...ends, secure: true });
  });
});
