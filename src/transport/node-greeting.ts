import type { Socket } from 'node:net';
import type { Endpoint } from './wire.ts';
import type { Told } from './node-proxy.ts';

/** As much of a head as is waited for before a plain-HTTP client is answered, in bytes. */
const HEAD_LIMIT = 16 * 1024;
/** Milliseconds that a refused client has to read its answer, before the connection is dropped. */
const LINGER = 2000;

/** What the first bytes of a connection to a TLS door can turn out to be. */
export interface Greeted {
  /** TLS, or nothing that is known: the bytes are back in the socket, which is paused. */
  onTls(greeting: Greeting): void;
  /** Plain HTTP: gives what to answer. */
  onPlain(greeting: Greeting, firstBytes: Uint8Array): string;
  /** The time was over; before any bytes, or in the middle of the handshake. */
  onTimeout(greeting: Greeting): void;
  /** The connection is gone, or is being answered and closed. */
  onGone(greeting: Greeting): void;
}

/**
 * A connection that has not shown yet what it speaks. The first byte decides: a TLS record begins with its content
 * type, 22 (RFC 8446 §5.1), an HTTP request with a letter of its method, or an empty line (RFC 9112 §2.2).
 *
 * Looking costs a TLS connection nothing that could be measured beside its handshake, and, unlike waiting for OpenSSL
 * to complain, it keeps the request, so that a redirect can name the right URL.
 */
export class Greeting {
  readonly raw: Socket;
  readonly peer: Endpoint;
  /** Whether anything came at all; a connection without a byte is a port check, not a failed handshake. */
  spoke = false;
  /** What a PROXY header told before. */
  origin: Told | undefined;
  private readonly told: Greeted;
  private readonly timer: NodeJS.Timeout;
  private plain: Buffer | undefined;

  constructor(raw: Socket, peer: Endpoint, timeout: number, told: Greeted) {
    this.raw = raw;
    this.peer = peer;
    this.told = told;
    this.timer = setTimeout(expire, timeout, this);
    // Shared functions: this is done for every new connection.
    (raw as Greeter)[GREETING] = this;
    raw.on('error', ignore); // it closes by itself
    raw.on('close', onClose);
    raw.on('end', onEnd);
    raw.on('data', onData);
  }

  /** The handshake is over, or the connection: nothing is watched any more. */
  done(): void {
    const { raw } = this;
    clearTimeout(this.timer);
    (raw as Greeter)[GREETING] = undefined;
    raw.removeListener('close', onClose);
    raw.removeListener('end', onEnd);
    raw.removeListener('data', onData);
  }

  /** For the events of the socket only. */
  heard(bytes: Buffer): void {
    const { raw } = this;
    this.spoke = true;
    if (this.plain !== undefined || isPlain(bytes[0]!)) {
      const seen = this.plain = this.plain === undefined ? bytes : Buffer.concat([this.plain, bytes]);
      if (seen.length >= HEAD_LIMIT || seen.includes('\r\n\r\n') || seen.includes('\n\n')) this.answer(seen);
      return;
    }
    raw.removeListener('end', onEnd);
    raw.removeListener('data', onData);
    raw.pause();
    raw.unshift(bytes); // the TLS layer takes over what a socket holds
    this.told.onTls(this);
  }

  /** For the events of the socket only. */
  ended(): void {
    if (this.plain === undefined) this.raw.destroy();
    else this.answer(this.plain);
  }

  /** For the events of the socket only. */
  closed(): void {
    this.done();
    this.told.onGone(this);
  }

  /** For the timer only. */
  expired(): void {
    if (this.plain !== undefined) this.answer(this.plain);
    else this.told.onTimeout(this);
  }

  /** Answers, and reads on for a moment: closing over unread bytes is a RST, which can overtake the answer (RFC 9112 §9.6). */
  private answer(seen: Buffer): void {
    const { raw } = this;
    this.done();
    this.told.onGone(this);
    raw.end(this.told.onPlain(this, seen), 'latin1');
    raw.resume();
    const linger = setTimeout(() => raw.destroy(), LINGER);
    raw.once('close', () => clearTimeout(linger));
  }
}

const GREETING = Symbol('greeting');
type Greeter = Socket & { [GREETING]: Greeting | undefined };

function onData(this: Socket, bytes: Buffer): void { (this as Greeter)[GREETING]?.heard(bytes); }
function onEnd(this: Socket): void { (this as Greeter)[GREETING]?.ended(); }
function onClose(this: Socket): void { (this as Greeter)[GREETING]?.closed(); }
function expire(greeting: Greeting): void { greeting.expired(); }
function ignore(): void {}

function isPlain(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === 0x0d || byte === 0x0a;
}
