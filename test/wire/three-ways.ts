// How every wire fixture is run: whole, byte by byte, with trailing bytes, at an offset, and through the collector.
import assert from 'node:assert/strict';
import { Fault } from '../../src/core/errors.ts';
import { HeadCollector } from '../../src/core/http1/head-collector.ts';
import { Name, STANDARD_NAMES } from '../../src/core/http1/names.ts';
import type { Classify } from '../../src/core/http1/names.ts';

export const classify: Classify = (name) => STANDARD_NAMES.get(name.toLowerCase()) ?? Name.OTHER;

/** Reads a head at the beginning of `bytes[start, end)`, as the readers under test do. */
export type Read<Head> = (bytes: Uint8Array, start: number, end: number) => Head | Fault | undefined;

const TRAILING = ['GET /second HTTP/1.1\r\nHost: b\r\n\r\n', '\0', '\r\n', ' ', '\n\n\n', 'Content-Length: 5\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n', '\xff\xfe'];

/** A plain byte array, without what a runtime's own adds. */
export function plain(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Reads it every way, asserts that all agree, and gives the verdict. */
export function everyWay<Head extends { size: number }>(text: string, read: Read<Head>): Head | Fault | undefined {
  const bytes = Buffer.from(text, 'latin1');
  const whole = read(bytes, 0, bytes.length);
  same(read(plain(text), 0, text.length), whole, 'a plain Uint8Array');

  const firstAt = byteByByte(bytes, read, whole);
  same(throughCollector(text, read, 1), whole, 'byte by byte through the collector');
  same(throughCollector(text, read, 7), whole, 'seven bytes at a time through the collector');

  const before = 'POST /before HTTP/1.1\r\n\r\n';
  const offset = Buffer.from(before + text, 'latin1');
  same(read(offset, before.length, offset.length), whole, 'at an offset');

  if (whole !== undefined) {
    for (const trailing of TRAILING) {
      const longer = Buffer.from(text + trailing, 'latin1');
      same(read(longer, 0, longer.length), whole, `with ${JSON.stringify(trailing)} after it`);
    }
  }
  if (whole !== undefined && !(whole instanceof Fault)) assert.equal(firstAt, whole.size, 'it is complete with its last byte and not before');
  return whole;
}

/** Every prefix gives undefined until one gives the verdict, and each longer one gives the same. Where that was. */
function byteByByte<Head>(bytes: Uint8Array, read: Read<Head>, whole: Head | Fault | undefined): number {
  let firstAt = -1;
  const step = bytes.length > 3000 ? 499 : 1; // prefixes of a big one cost its square
  for (let length = 0; length <= bytes.length; length = length < bytes.length ? Math.min(bytes.length, length + (bytes.length - length < 40 ? 1 : step)) : length + 1) {
    const verdict = read(bytes, 0, length);
    if (verdict === undefined && firstAt === -1) continue;
    same(verdict, whole, `the first ${length} bytes`);
    if (firstAt === -1) firstAt = length;
  }
  if (whole === undefined) assert.equal(firstAt, -1);
  return firstAt;
}

function throughCollector<Head>(text: string, read: Read<Head>, step: number): Head | Fault | undefined {
  const collector = new HeadCollector();
  const lent = new Uint8Array(step);
  for (let at = 0; at < text.length; at += step) {
    const piece = plain(text.slice(at, at + step));
    lent.set(piece);
    const ready = collector.add(lent.subarray(0, piece.length));
    lent.fill(0x21); // the bytes were lent: what was not copied is lost now
    const verdict = ready === undefined ? undefined : read(ready, 0, ready.length);
    if (verdict !== undefined) return verdict;
  }
  // What is worth no look yet is judged whole here, as a fixture may end anywhere.
  return read(plain(text), 0, text.length);
}

function same(actual: unknown, expected: unknown, how: string): void {
  if (expected instanceof Fault) {
    assert.ok(actual instanceof Fault, `${how}: expected ${expected.code}, got ${actual === undefined ? 'nothing' : 'a head'}`);
    assert.equal(`${actual.code}: ${actual.detail}`, `${expected.code}: ${expected.detail}`, how);
  } else {
    assert.deepEqual(actual, expected, how);
  }
}
