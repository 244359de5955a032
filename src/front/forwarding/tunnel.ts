import type { Wire, WireError, WireHandler } from '../../transport/wire.ts';
import type { Timed } from '../../transport/clock.ts';
import type { FrontContext } from '../context.ts';
import type { Exchange } from '../exchange/exchange.ts';

/**
 * A WebSocket after its 101: two wires joined, each as fast as the other takes, neither looked into. Either side's end
 * is passed on; when one is gone the other goes too.
 */
export class Tunnel implements Timed {
  deadline: number;
  readonly clientSide: WireHandler;
  #client: Wire | undefined;
  #exchange: Exchange | undefined;
  #ends = 0;
  readonly #gone = new Set<Wire>();
  /** Both sides are through. */
  #through = false;
  readonly #app: Wire;
  readonly #context: FrontContext;

  constructor(context: FrontContext, app: Wire) {
    this.#context = context;
    this.#app = app;
    this.deadline = context.clock.now + context.settings.timeouts.tunnelIdle;
    this.clientSide = this.#side(() => this.#app, () => this.#client);
    app.handler = this.#side(() => this.#client, () => this.#app);
  }

  /** `early`: what the app sent right behind its 101. */
  join(client: { readonly wire: Wire; readonly early: Uint8Array | undefined }, early: Uint8Array | undefined, exchange: Exchange): void {
    this.#client = client.wire;
    this.#exchange = exchange;
    this.#context.clock.add(this);
    if (early !== undefined) this.#app.handler.onData(early);
    if (client.early !== undefined) this.clientSide.onData(client.early);
  }

  onDeadline(): void { this.#over(); }

  /** Handles what `from` says by passing it to `to`. */
  #side(to: () => Wire | undefined, from: () => Wire | undefined): WireHandler {
    return {
      onData: (bytes) => {
        if (!this.#through) this.deadline = this.#context.clock.now + this.#context.settings.timeouts.tunnelIdle;
        const exchange = this.#exchange;
        if (exchange !== undefined) { if (from() === this.#app) exchange.bytesOut += bytes.length; else exchange.bytesIn += bytes.length; }
        const copy = Buffer.allocUnsafe(bytes.length);
        copy.set(bytes);
        if (to()?.write(copy) === false) from()?.pause();
      },
      onDrain: () => {
        if (this.#through) this.#overWhenSent();
        else to()?.resume();
      },
      onEnd: () => {
        to()?.end();
        if (++this.#ends === 2) this.#overWhenSent();
      },
      onClose: (_error: WireError | undefined) => {
        this.#gone.add(from()!);
        to()?.end();
        this.#overWhenSent();
      },
    };
  }

  /** Nothing more will come; what has come still has to leave, in the time that a client gets to take something. */
  #overWhenSent(): void {
    if (this.#hasSent(this.#app) && this.#hasSent(this.#client!)) { this.#over(); return; }
    this.#through = true;
    this.deadline = this.#context.clock.now + this.#context.settings.timeouts.send;
  }

  #hasSent(wire: Wire): boolean { return wire.buffered === 0 || this.#gone.has(wire); }

  #over(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    this.#exchange = undefined;
    this.#context.clock.remove(this);
    this.#app.destroy();
    this.#client?.destroy();
    exchange.tunnelOver();
  }
}
