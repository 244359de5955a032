import type { Told } from '../admission.ts';
import type { BunSocket, Owner } from './runtime.ts';
import { EndWatch } from './end-watch.ts';
import { bunError } from './errors.ts';
import { ipEndpoint } from '../endpoint.ts';
import { incompleteClose } from '../incomplete-close.ts';
import type { Endpoint, Proxied, TlsFacts, Wire, WireHandler } from '../wire.ts';

/** Bytes that may wait in the process before `write` says to stop. */
const HIGH_WATER = 64 * 1024;

/** After `onClose` nothing is told any more. */
const GONE: WireHandler = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} };

/** One connection of Bun's, plain or TLS. The socket takes what the kernel takes; the rest of a write waits here. */
export class BunWire implements Wire, Owner {
  handler: WireHandler = GONE;
  readonly peer: Endpoint;
  tls: TlsFacts | undefined;
  readonly proxied: Proxied | undefined;
  /** Undefined until the connection is up. */
  private socket: BunSocket | undefined;
  private localEnd: Endpoint | undefined;
  private queue: Uint8Array[] = [];
  private waiting = 0;
  private sent = 0;
  /** Came in one piece with a PROXY header, before anybody listened. */
  private early: Uint8Array | undefined;
  private paused = false;
  /** `write` said false, so `onDrain` is owed. */
  private stalled = false;
  private ended = false;
  private finSent = false;
  /** Nothing more is told, or will be. */
  gone = false;
  /** What to do where it is given up before it is up. */
  abandon: (() => void) | undefined;
  /** The socket below TLS, of a connection to an app. */
  below: BunSocket | undefined;
  private ends: EndWatch | undefined;
  /** Told of what the TLS session can be resumed with. */
  onSession: ((session: Buffer) => void) | undefined;
  private failure: unknown;

  /** `peer` is the one to be told; with `told`, a PROXY header told it. */
  constructor(peer: Endpoint, told?: Told) {
    this.peer = peer;
    this.proxied = told?.proxied;
    this.localEnd = told?.local;
  }

  /** Begins to tell `handler`, and first `early`. From inside an event of the socket only. */
  begin(handler: WireHandler, early?: Uint8Array): void {
    this.handler = handler;
    if (early === undefined || early.length === 0) return;
    this.early = early;
    this.tellEarly();
  }

  /** The connection is up. What has been written meanwhile goes in one write. */
  open(socket: BunSocket, carries: 'plain' | 'tls'): this {
    socket.data = this;
    this.socket = socket;
    if (carries === 'tls') this.tls = factsOf(socket);
    if (this.paused) socket.pause();
    this.onWritable();
    return this;
  }

  get local(): Endpoint {
    if (this.localEnd !== undefined) return this.localEnd;
    if (this.peer.kind === 'unix') return this.localEnd = { kind: 'unix', path: this.peer.path };
    const { socket } = this;
    const end = ipEndpoint(socket?.localAddress, socket?.localPort);
    return socket === undefined ? end : this.localEnd = end;
  }

  get buffered(): number { return this.waiting; }

  get taken(): number { return this.sent; }

  get descriptor(): number | undefined { return this.socket?.fd; }

  write(data: Uint8Array | string): boolean {
    if (this.ended) return true;
    let taken = 0;
    if (this.waiting === 0 && this.socket !== undefined) {
      taken = typeof data === 'string' ? this.socket.write(data, 'latin1') : this.socket.write(data);
      if (taken < 0) return true; // gone, which is about to be told
      this.sent += taken;
      if (taken === data.length) return true;
    }
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    this.queue.push(taken === 0 ? bytes : bytes.subarray(taken));
    this.waiting += data.length - taken;
    // Whoever was told to wait waits for `onDrain`, which comes when all has left: a smaller write in between does not end it.
    if (this.waiting > HIGH_WATER) this.stalled = true;
    return !this.stalled;
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.socket?.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    if (this.early !== undefined) queueMicrotask(() => this.tellEarly());
    else this.readOn();
  }

  expectCompleteClose(): void {
    if (this.below !== undefined && this.socket !== undefined) this.ends ??= new EndWatch(this.below, this.socket, () => { this.readOn(); });
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.waiting === 0) this.finish();
  }

  destroy(): void {
    this.ended = true;
    if (this.gone) return;
    if (this.socket !== undefined) return this.socket.close();
    this.onClosed(undefined);
    this.abandon?.();
  }

  reset(): void {
    this.ended = true;
    if (this.gone || this.socket === undefined) this.destroy();
    else this.socket.terminate(); // on TLS: without close_notify, so the client sees the cut (RFC 8446 §6.1)
  }

  onBytes(bytes: Uint8Array): void { this.handler.onData(bytes); }

  onWritable(): void {
    if (this.waiting > 0) this.flush();
    if (this.waiting > 0 || this.gone) return;
    if (this.ended) this.finish();
    else if (this.stalled) {
      this.stalled = false;
      this.handler.onDrain();
    }
  }

  onEnd(): void {
    if (this.ends === undefined || this.ends.telling) this.handler.onEnd();
    else {
      this.onFailed(incompleteClose());
      this.destroy();
    }
  }

  onFailed(error: unknown): void { this.failure ??= error; }

  onClosed(error: unknown): void {
    if (this.gone) return;
    this.gone = this.ended = true;
    this.waiting = 0;
    this.queue = [];
    const reason = this.failure ?? error;
    // Never from inside a call: `close()` tells it at once.
    queueMicrotask(() => {
      const { handler } = this;
      this.handler = GONE;
      handler.onClose(reason === undefined || reason === null ? undefined : bunError(reason));
    });
  }

  private flush(): void {
    const all = this.queue.length === 1 ? this.queue[0]! : Buffer.concat(this.queue);
    const taken = this.socket?.write(all) ?? 0;
    if (taken < 0) return;
    this.sent += taken;
    this.waiting -= taken;
    this.queue = this.waiting === 0 ? [] : [all.subarray(taken)];
  }

  private finish(): void {
    if (this.finSent || this.socket === undefined) return;
    this.finSent = true;
    this.socket.shutdown();
  }

  private tellEarly(): void {
    const { early } = this;
    if (early === undefined || this.paused || this.gone) return;
    this.early = undefined;
    this.handler.onData(early);
    this.readOn();
  }

  private readOn(): void {
    if (!this.paused && !this.gone && this.ends?.telling !== true) this.socket?.resume();
  }
}

function factsOf(socket: BunSocket): TlsFacts {
  const { alpnProtocol } = socket;
  return {
    serverName: socket.getServername()?.toLowerCase(),
    alpn: typeof alpnProtocol === 'string' && alpnProtocol !== '' ? alpnProtocol : undefined,
    version: socket.getTLSVersion(),
  };
}
