import { Fault } from '../../core/errors.ts';
import type { Timed } from '../../transport/clock.ts';
import type { Wire, WireError, WireHandler } from '../../transport/wire.ts';
import { Output } from '../output.ts';
import { tooMany } from '../scarcity.ts';
import { Dial } from './dial.ts';
import type { IdleConnections } from './idle.ts';
import type { AppPool } from './pool.ts';

/** For a wire that was given up. */
const NOBODY: WireHandler = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} };

/**
 * The line to an app: how it comes up, by one of the app's addresses, and how it is let go. It knows nothing of requests;
 * a base of {@link AppConnection} and no part, so that a connection is one object.
 */
export abstract class AppLine implements WireHandler, Timed {
  deadline = Infinity;
  readonly pool: AppPool;
  /** Of the pool's addresses, when it was opened. */
  readonly generation: number;
  /** Where it waits between two requests. */
  readonly idle: IdleConnections;
  /** When it became idle, as `performance.now()` was at the last tick. */
  idleSince = 0;
  protected phase: 'connecting' | 'open' | 'tunnel' | 'closed' = 'connecting';
  protected wire!: Wire;
  protected out!: Output;
  readonly #dial: Dial;

  /** `prelude`: what it begins with, in latin1, before TLS too. Nothing happens before `dialNext`. */
  constructor(pool: AppPool, idle: IdleConnections, prelude: string | undefined) {
    this.pool = pool;
    this.idle = idle;
    this.generation = pool.generation;
    this.#dial = new Dial(pool, prelude, { handler: this, onUp: () => { this.#up(); } });
    pool.context.clock.add(this);
  }

  abstract onData(bytes: Uint8Array): void;
  abstract onDrain(): void;
  abstract onEnd(): void;
  abstract onClose(error: WireError | undefined): void;
  abstract onDeadline(): void;
  protected abstract onUp(): void;
  /** The pool has it no more. */
  protected abstract forget(): void;
  /** Whoever waits for it is told. */
  protected abstract fail(fault: Fault): void;

  /** Gives the wire to a tunnel. */
  surrender(): Wire {
    this.phase = 'tunnel';
    this.#leave();
    return this.wire;
  }

  /** The address that the app sees us come from: `unix` by a unix socket, undefined from its own loopback. */
  get localAddress(): string | undefined {
    const { local } = this.wire;
    if (local.kind === 'unix') return 'unix';
    return local.address === '::1' || local.address.startsWith('127.') ? undefined : local.address;
  }

  /** Tries the next of the app's addresses; false: there is none. */
  protected dialNext(): boolean {
    const wire = this.#dial.next();
    if (wire === undefined) return false;
    const { context } = this.pool;
    this.deadline = context.clock.now + context.settings.timeouts.connect;
    this.wire = wire;
    this.out = new Output(wire);
    return true;
  }

  /** The address that was tried refuses: on to the next, or the fault where it was the last. */
  protected afterRefusal(error: WireError | undefined): Fault | undefined {
    const fault = this.#dial.failed(error);
    return this.dialNext() ? undefined : fault;
  }

  /** The address that was tried does not answer in time: on to the next, or the fault where it was the last. */
  protected afterSilence(): Fault | undefined {
    const { written, tls, context: { settings: { timeouts } } } = this.pool;
    this.wire.handler = NOBODY; // what comes of it now is the next address' business no more
    this.wire.destroy();
    return this.dialNext() ? undefined : new Fault('app-connect-timeout', `${written}: no connection${tls === undefined ? '' : ' and handshake'} in ${timeouts.connect} ms`);
  }

  /** Ends it, whatever it is doing. */
  protected close(): void {
    if (this.phase === 'closed') return;
    this.phase = 'closed';
    this.#leave();
    this.wire.destroy();
  }

  #up(): void {
    if (this.phase !== 'connecting') return;
    const scarce = tooMany(this.wire.descriptor);
    if (scarce !== undefined) { this.fail(scarce); return; }
    this.phase = 'open';
    this.deadline = Infinity;
    this.onUp();
  }

  #leave(): void {
    this.deadline = Infinity;
    this.pool.context.clock.remove(this);
    this.forget();
  }
}
