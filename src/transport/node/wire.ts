import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Told } from '../admission.ts';
import { wireError } from '../endpoint.ts';
import type { Endpoint, Proxied, TlsFacts, Wire, WireError, WireHandler } from '../wire.ts';
import { descriptorOf, localOf } from './endpoint.ts';
import { handleOf } from './handle.ts';

/** Bytes that may wait in the process before `write` says to stop. */
const HIGH_WATER = 64 * 1024;

/** After `onClose` nothing is told any more, whatever the runtime still has in its queue. */
const GONE: WireHandler = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} };

const WIRE = Symbol('wire');
type Wired = Socket & { [WIRE]: NodeWire };

/** One connection of Node's, plain or TLS. */
export class NodeWire implements Wire {
  handler: WireHandler = GONE;
  readonly peer: Endpoint;
  tls: TlsFacts | undefined;
  readonly proxied: Proxied | undefined;
  broken = false;
  /** What is written to and read from. */
  private readonly socket: Socket;
  /** The TCP or Unix socket below it; the same on a plain connection. */
  protected readonly raw: Socket;
  private localEnd: Endpoint | undefined;
  /** `write` said false, so `onDrain` is owed. */
  private stalled = false;
  private ended = false;
  private failure: WireError | undefined;

  /** `peer` is the one to be told; with `told`, a PROXY header told it. */
  constructor(socket: Socket, raw: Socket, peer: Endpoint, told?: Told) {
    this.socket = socket;
    this.raw = raw;
    this.peer = peer;
    this.proxied = told?.proxied;
    this.localEnd = told?.local;
    this.tls = socket instanceof TLSSocket ? factsOf(socket) : undefined;
  }

  /** Begins to tell `handler`. Bytes are told by 'data' events, unless the socket was made with `onread`. */
  begin(handler: WireHandler, reads: 'data' | 'onread'): void {
    this.handler = handler;
    // One property and shared functions: five closures fewer for each connection.
    const socket = this.socket as Wired;
    socket[WIRE] = this;
    if (reads === 'data') socket.on('data', onData);
    socket.on('drain', onDrain);
    socket.on('end', onEnd);
    socket.on('error', onError);
    socket.on('close', onClose);
  }

  get local(): Endpoint {
    return this.localEnd ??= localOf(this.raw, this.peer.kind === 'unix' ? this.peer.path : undefined);
  }

  get buffered(): number { return this.socket.writableLength; }

  get taken(): number {
    // `writableLength` stays the same until a whole write is through, which may be megabytes.
    const handle = handleOf(this.raw);
    return handle ? handle.bytesWritten - (handle.writeQueueSize ?? 0) : 0;
  }

  get descriptor(): number | undefined { return descriptorOf(this.raw); }

  write(data: Uint8Array | string): boolean {
    if (this.ended) return true;
    const socket = this.socket;
    const taken = typeof data === 'string' ? socket.write(data, 'latin1') : socket.write(data);
    return taken || this.mayGoOn();
  }

  pause(): void { this.socket.pause(); }

  resume(): void { this.socket.resume(); }

  /** For an app's TLS alone there is more to it: {@link SecureAppWire}. */
  expectCompleteClose(): void {}

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.socket.end();
  }

  destroy(): void { this.socket.destroy(); }

  reset(): void {
    const raw = this.raw;
    // A RST needs TCP, and a connection that is up. While a shutdown is under way libuv refuses it (EINVAL) and the
    // socket would never be closed; all that was to be sent has been handed over by then, and not before.
    const shutting = this.ended && this.socket.writableLength === 0;
    if ((this.proxied?.by ?? this.peer).kind !== 'ip' || shutting || raw.connecting || raw.destroyed) this.socket.destroy();
    else raw.resetAndDestroy(); // on TLS: without close_notify, so the client sees the cut (RFC 8446 §6.1)
  }

  /** For {@link AppSocket} only. */
  onData(bytes: Uint8Array): void {
    this.broken = true;
    this.handler.onData(bytes);
  }
  onEnd(): void { this.handler.onEnd(); }

  /** For {@link begin} only. */
  tellDrain(): void {
    if (!this.stalled) return; // the runtime's own mark is lower than ours
    this.stalled = false;
    this.handler.onDrain();
  }

  /** For {@link begin} only. */
  fail(error: Error): void {
    this.failure ??= wireError(error);
    this.socket.destroy(); // an error of the TLS layer does not close the socket by itself
  }

  /** For {@link begin} only. */
  tellClose(): void {
    const handler = this.handler;
    this.handler = GONE;
    handler.onClose(this.failure);
  }

  private mayGoOn(): boolean {
    // Whoever was told to wait waits for `onDrain`, which comes when all has left: a smaller write in between does not end it.
    if (this.socket.writableLength > HIGH_WATER) this.stalled = true;
    return !this.stalled;
  }
}

function onData(this: Socket, bytes: Uint8Array): void { (this as Wired)[WIRE].handler.onData(bytes); }
function onDrain(this: Socket): void { (this as Wired)[WIRE].tellDrain(); }
function onEnd(this: Socket): void { (this as Wired)[WIRE].onEnd(); }
function onError(this: Socket, error: Error): void { (this as Wired)[WIRE].fail(error); }
function onClose(this: Socket): void { (this as Wired)[WIRE].tellClose(); }

function factsOf(socket: TLSSocket): TlsFacts {
  // The type does not say it, but without SNI `servername` is false or null.
  const serverName = (socket as { servername?: string | false | null }).servername;
  return {
    serverName: serverName ? serverName.toLowerCase() : undefined,
    alpn: socket.alpnProtocol ? socket.alpnProtocol : undefined,
    version: socket.getProtocol() ?? '',
  };
}
