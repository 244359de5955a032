/** PROXY protocol headers of version 2, put together by hand from hex so that any byte of them can be wrong. */
const SIGNATURE = '0d0a0d0a000d0a515549540a';

const two = (value: number): string => value.toString(16).padStart(4, '0');

/** A whole header: version and command, family and protocol, and what follows the length, in hex. */
export const v2 = (command: number, family: number, rest = ''): Buffer =>
  Buffer.from(`${SIGNATURE}${two(command * 256 + family)}${two(rest.length / 2)}${rest}`, 'hex');

export const block = (...parts: string[]): string => parts.join('');

/** 192.0.2.1 port 50000 to 198.51.100.2 port 443. */
export const IPV4 = block('c0000201', 'c6336402', 'c350', '01bb');

/** One type-length-value; the value in hex. */
export const tlv = (type: number, value: string): string => `${type.toString(16).padStart(2, '0')}${two(value.length / 2)}${value}`;

/** The TLV that tells of TLS: the client's bits, the verify result, and more TLVs in hex. */
export const sslTlv = (bits: number, more = '', verify = 0): string => tlv(0x20, `${bits.toString(16).padStart(2, '0')}${verify.toString(16).padStart(8, '0')}${more}`);
