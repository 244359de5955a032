/**
 * The server name in a ClientHello, read before a TLS library sees it, since the library has to be told beforehand whether
 * it is to ask the client for a certificate. It only chooses which handshake is made. Which one was made is known
 * afterwards, and that is what counts: a hello that this reads in another way than the library opens nothing.
 */
import { latin1 } from '../bytes.ts';

/** As much of a hello as is waited for; OpenSSL takes 128 KiB, real ones have one or two. */
export const HELLO_LIMIT = 32 * 1024;

const HANDSHAKE = 22; // RFC 8446 §5.1
const CLIENT_HELLO = 1; // RFC 8446 §4
const SERVER_NAME = 0; // RFC 6066 §3, both the extension and the kind of name

/** The name in lower case; undefined where there is none, or where this is no hello; `more` where it is not whole yet. */
export function helloName(bytes: Uint8Array): { readonly name: string | undefined } | 'more' {
  const hello = handshakeMessage(bytes);
  return typeof hello === 'string' ? (hello === 'more' && bytes.length < HELLO_LIMIT ? 'more' : { name: undefined }) : { name: nameIn(new Cursor(hello)) };
}

/**
 * The first handshake message, taken out of its records (RFC 8446 §5.1: it may be cut anywhere). Nothing is copied before it
 * is whole: this is asked again for each piece that arrives.
 */
function handshakeMessage(bytes: Uint8Array): Uint8Array | 'more' | 'none' {
  const parts: Uint8Array[] = [];
  const head: number[] = [];
  let seen = 0;
  for (let at = 0; at + 5 <= bytes.length;) {
    if (bytes[at] !== HANDSHAKE) return 'none';
    const size = bytes[at + 3]! << 8 | bytes[at + 4]!;
    if (size === 0 || size > 16384) return 'none';
    const part = bytes.subarray(at + 5, at + 5 + size);
    for (let i = 0; i < part.length && head.length < 4; i++) head.push(part[i]!);
    parts.push(part);
    seen += part.length;
    if (head.length > 0 && head[0] !== CLIENT_HELLO) return 'none';
    if (head.length === 4) {
      const length = 4 + (head[1]! << 16 | head[2]! << 8 | head[3]!);
      if (length > HELLO_LIMIT) return 'none';
      if (seen >= length) return join(parts, seen).subarray(4, length);
    }
    at += 5 + size;
  }
  return bytes.length > 0 && bytes[0] !== HANDSHAKE ? 'none' : 'more';
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** RFC 8446 §4.1.2 */
function nameIn(hello: Cursor): string | undefined {
  hello.skip(2 + 32); // version, random
  hello.skip(hello.number(1)); // session id
  hello.skip(hello.number(2)); // cipher suites
  hello.skip(hello.number(1)); // compression methods
  const extensions = hello.part(hello.number(2));
  while (extensions.left > 0 && !extensions.failed) {
    const kind = extensions.number(2);
    const body = extensions.part(extensions.number(2));
    if (kind !== SERVER_NAME) continue;
    const names = body.part(body.number(2));
    if (names.number(1) !== SERVER_NAME) return undefined;
    const name = names.part(names.number(2));
    return name.failed || name.left === 0 ? undefined : name.text().toLowerCase();
  }
  return undefined;
}

/** Reads on; past the end it fails, and everything it gives is empty. */
class Cursor {
  failed = false;
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) { this.bytes = bytes; }

  get left(): number { return this.bytes.length - this.at; }

  skip(count: number): void {
    if (count > this.left) this.failed = true;
    this.at = Math.min(this.at + count, this.bytes.length);
  }

  number(size: 1 | 2): number {
    if (this.left < size) {
      this.skip(size);
      return 0;
    }
    const value = size === 1 ? this.bytes[this.at]! : this.bytes[this.at]! << 8 | this.bytes[this.at + 1]!;
    this.at += size;
    return value;
  }

  part(size: number): Cursor {
    const part = new Cursor(this.bytes.subarray(this.at, this.at + size));
    part.failed = this.failed || size > this.left;
    this.skip(size);
    return part;
  }

  text(): string { return latin1(this.bytes, this.at, this.bytes.length); }
}
