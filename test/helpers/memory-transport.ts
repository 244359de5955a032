/** A transport without sockets: both ends in one process, bytes as text. Every call to a handler is made by the test, so every order of events can be played. */
import { INCOMPLETE_CLOSE } from '../../src/transport/incomplete-close.ts';
import type { ConnectOptions, Endpoint, Listener, ListenOptions, Proxied, TlsFacts, Transport, Wire, WireError, WireHandler } from '../../src/transport/wire.ts';

const latin1 = (data: Uint8Array | string): string => (typeof data === 'string' ? data : Buffer.from(data).toString('latin1'));

/** Runs it when the event is over. */
export type Defer = (task: () => void) => void;

export interface MemoryWireOptions { readonly tls?: boolean | TlsFacts; readonly peer?: string; readonly port?: number; readonly local?: Endpoint; readonly proxied?: Proxied; readonly defer?: Defer }

/** One end of a connection as the front holds it; the test plays the other end. */
export class MemoryWire implements Wire {
  handler!: WireHandler;
  readonly peer: Endpoint;
  readonly local: Endpoint;
  readonly tls: TlsFacts | undefined;
  readonly proxied: Proxied | undefined;
  /** What was written, in order, one entry a write. */
  readonly writes: string[] = [];
  buffered = 0;
  paused = false;
  ended = false;
  completeOnly = false;
  /** A write has failed. */
  broken = false;
  /** How the front let go of it. */
  gone: 'destroyed' | 'reset' | undefined;
  /** Bytes that the other side does not take until `drain()`. */
  slow = false;
  #closed = false;
  readonly #defer: Defer;

  constructor(options: MemoryWireOptions = {}) {
    const { peer = '192.0.2.7', port = 55555 } = options;
    this.peer = peer === 'unix' ? { kind: 'unix', path: '/run/front.sock' } : { kind: 'ip', address: peer, port };
    this.local = options.local ?? { kind: 'ip', address: '127.0.0.1', port: 8443 };
    this.proxied = options.proxied;
    this.#defer = options.defer ?? queueMicrotask;
    this.tls = typeof options.tls === 'object' ? options.tls : options.tls === true ? { serverName: 'localhost', alpn: 'http/1.1', version: 'TLSv1.3' } : undefined;
  }

  get taken(): number { return this.writes.reduce((sum, { length }) => sum + length, 0) - this.buffered; }

  get text(): string { return this.writes.join(''); }

  write(data: Uint8Array | string): boolean {
    if (this.gone !== undefined || this.ended) return true;
    this.writes.push(latin1(data));
    if (!this.slow) return true;
    this.buffered += data.length;
    return this.buffered <= 64 * 1024;
  }
  pause(): void { this.paused = true; }
  resume(): void { this.paused = false; }
  expectCompleteClose(): void { this.completeOnly = true; }
  end(): void { this.ended = true; }
  destroy(): void { this.#let('destroyed'); }
  reset(): void { this.#let('reset'); }

  #let(how: 'destroyed' | 'reset'): void {
    if (this.gone !== undefined) return;
    this.gone = how;
    this.#defer(() => { this.#close(undefined); });
  }

  // ---- the other end ----

  /** The other side sends. The bytes are lent: they are scribbled over right after. */
  say(text: string | Uint8Array): void {
    const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : Buffer.from(text);
    this.handler.onData(bytes);
    bytes.fill(0x21);
  }
  drain(): void { this.buffered = 0; this.handler.onDrain(); }
  /** `complete`: over TLS, with close_notify before it. */
  fin({ complete = true } = {}): void {
    if (complete || !this.completeOnly) this.handler.onEnd();
    else this.break(INCOMPLETE_CLOSE);
  }
  break(code = 'ECONNRESET', more: Partial<WireError> = {}): void { this.#close({ code, message: code, ...more }); }
  #close(error: WireError | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.gone ??= 'destroyed';
    this.handler.onClose(error);
  }
}

/** Connections to apps, as they are made. */
export class MemoryTransport implements Transport {
  readonly made: { readonly wire: MemoryWire; readonly up: () => void; readonly port: number; readonly options: ConnectOptions }[] = [];
  listeners: ListenOptions[] = [];
  readonly #defer: Defer | undefined;

  constructor(defer?: Defer) { this.#defer = defer; }

  /** What the resolver knows; a test may change it. */
  readonly names = new Map<string, readonly string[]>();

  lookup(name: string): Promise<readonly string[]> {
    const found = this.names.get(name);
    return found === undefined ? Promise.reject({ code: 'ENOTFOUND', message: `getaddrinfo ENOTFOUND ${name}` } satisfies WireError) : Promise.resolve(found);
  }

  connect(options: ConnectOptions): Wire {
    const wire = new MemoryWire({ peer: '127.0.0.1', ...(this.#defer && { defer: this.#defer }) });
    wire.handler = options.handler;
    this.made.push({ wire, up: options.onConnect, port: options.address.kind === 'ip' ? options.address.port : 0, options });
    return wire;
  }

  listen(options: ListenOptions): Promise<Listener> {
    this.listeners.push(options);
    return Promise.resolve({ address: options.address, fd: undefined, arriving: 0, change: (terms) => () => { Object.assign(options, terms); }, close: () => Promise.resolve(), abandon: () => {} });
  }

  /** The newest connection to an app, up. */
  app(): MemoryWire {
    const made = this.made.at(-1);
    if (made === undefined) throw new Error('the front has not connected to an app');
    made.up();
    return made.wire;
  }

  /** A client that comes to the first door. */
  client(options: MemoryWireOptions = { tls: true }): MemoryWire {
    const wire = new MemoryWire(options);
    const door = this.listeners.find((listener) => (listener.tls !== undefined) === (options.tls === true))!;
    wire.handler = door.onConnection(wire);
    return wire;
  }
}
