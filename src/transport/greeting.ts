import { helloName } from '../core/tls/client-hello.ts';
import type { Told } from './admission.ts';
import { beginnings, type Timed } from './clock.ts';
import { wireError } from './endpoint.ts';
import type { ClientPolicy, Endpoint, ListenOptions } from './wire.ts';

export type TlsDoorOptions = NonNullable<ListenOptions['tls']>;

/** What the things are made of that do handshakes; all else is asked for when it is needed. */
export const making = ({ security, alpn, handshakeTimeout }: TlsDoorOptions): unknown => [security, alpn, handshakeTimeout];

/** As much of a head as is waited for before a plain-HTTP client is answered, in bytes. */
const HEAD_LIMIT = 16 * 1024;
/** Milliseconds that a refused client has to read its answer, before the connection is dropped. */
export const LINGER = 2000;

/**
 * A connection to a TLS door, from its first byte to the end of its handshake. The first byte decides: a TLS record begins
 * with its content type, 22 (RFC 8446 §5.1), an HTTP request with a letter of its method, or an empty line (RFC 9112 §2.2).
 *
 * Looking costs a TLS connection nothing that could be measured beside its handshake, and, unlike waiting for the TLS
 * library to complain, it keeps the request, so that a redirect can name the right URL. What a socket is, each runtime
 * says in a class of its own.
 */
export abstract class Greeting implements Timed {
  deadline = Infinity;
  readonly peer: Endpoint;
  /** What a PROXY header told before. */
  readonly origin: Told | undefined;
  /** By which the client is asked for a certificate; known once TLS has begun. */
  policy: ClientPolicy | undefined;
  /** Whether anything came at all; a connection without a byte is a port check, not a failed handshake. */
  private spoke = false;
  private readonly options: TlsDoorOptions;
  private plain: Buffer | undefined;
  /** As much as came of a hello whose name is waited for. */
  private hello: Buffer | undefined;
  private reported = false;

  constructor(peer: Endpoint, origin: Told | undefined, options: TlsDoorOptions) {
    this.peer = peer;
    this.origin = origin;
    this.options = options;
    beginnings.allow(this, options.handshakeTimeout);
  }

  /** Drops the connection. */
  abstract drop(): void;
  /** It is TLS: takes the bytes over. No more are heard. */
  protected abstract onTls(bytes: Uint8Array): void;
  /** Sends an answer and FIN, and reads on for {@link LINGER}: closing over unread bytes is a RST, which can overtake the answer (RFC 9112 §9.6). */
  protected abstract answerWith(text: string): void;
  /** The socket is not watched any more. */
  protected abstract leave(): void;

  /** The handshake is over, or the connection: nothing is waited for any more. */
  done(): void {
    beginnings.remove(this);
    this.leave();
  }

  /** The handshake failed. The first reason counts; what follows is its consequence. */
  failed(error: unknown): void {
    if (this.reported) return;
    this.reported = true;
    this.options.onHandshakeError?.(this.peer, wireError(error));
  }

  heard(bytes: Uint8Array): void {
    this.spoke = true;
    if (this.hello !== undefined) return this.listen(Buffer.concat([this.hello, bytes]));
    if (this.plain === undefined && !isPlain(bytes[0]!)) return this.options.policyFor === undefined ? this.onTls(bytes) : this.listen(Buffer.from(bytes));
    const seen = this.plain = this.plain === undefined ? Buffer.from(bytes) : Buffer.concat([this.plain, bytes]);
    if (seen.length >= HEAD_LIMIT || seen.includes('\r\n\r\n') || seen.includes('\n\n')) this.answer(seen);
  }

  /** The client finished sending before TLS began. */
  ended(): void {
    if (this.plain === undefined) this.drop();
    else this.answer(this.plain);
  }

  onDeadline(): void {
    if (this.plain !== undefined) return this.answer(this.plain);
    if (this.spoke) this.failed(Object.assign(new Error(`The handshake took longer than ${this.options.handshakeTimeout} ms.`), { code: 'ERR_TLS_HANDSHAKE_TIMEOUT' }));
    this.drop();
  }

  /** Whether a certificate is asked for has to be decided before the handshake: by the name in the hello. */
  private listen(hello: Buffer): void {
    const heard = helloName(hello);
    this.hello = hello;
    if (heard === 'more') return;
    this.policy = this.options.policyFor!(heard.name);
    this.onTls(hello);
  }

  private answer(seen: Buffer): void {
    this.done();
    this.answerWith(this.options.plainAnswer(seen, this.peer));
  }
}

function isPlain(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === 0x0d || byte === 0x0a;
}
