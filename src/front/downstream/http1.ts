import { Fault } from '../../core/errors.ts';
import type { Fields } from '../../core/http1/fields.ts';
import type { RequestHead } from '../../core/http1/heads.ts';
import { next, type ConnectionEvent, type ConnectionState } from '../../core/http1/state.ts';
import type { Peer } from '../../core/contract/trust.ts';
import type { Scheme } from '../../core/contract/truth.ts';
import type { Wire, WireError, WireHandler } from '../../transport/wire.ts';
import type { FrontContext } from '../context.ts';
import type { Live } from '../live.ts';
import { Exchange } from '../exchange/exchange.ts';
import { logDefect } from '../log/exchange-log.ts';
import type { AnswerStart, Downstream } from './downstream.ts';
import { OwnConnections } from '../upstream/own-connections.ts';
import type { ClientLine } from '../upstream/proxy-header.ts';
import { Line } from './line.ts';
import { refuse } from './refuse.ts';
import { RequestReader, type RequestEvents } from './request-reader.ts';

/** A client's HTTP/1.1 connection: bytes in, one exchange after the other, bytes out. */
export class ClientConnection implements Downstream, RequestEvents, WireHandler {
  readonly peer: Peer;
  readonly nameless: boolean;
  readonly scheme: Scheme;
  #state: ConnectionState = 'head';
  #exchange: Exchange | undefined;
  /** No request after the one being answered. */
  #last = false;
  /** No request has come yet. */
  #fresh = true;
  #tunnel: WireHandler | undefined;
  #own: OwnConnections | undefined;
  readonly #line: Line;
  readonly #reader: RequestReader;
  readonly #live: Live;
  /** That of the newest request. */
  #context: FrontContext;

  constructor(wire: Wire, live: Live) {
    this.#live = live;
    const { clock, settings } = this.#context = live.context;
    this.#line = new Line(wire, { clock, settings, onDeadline: () => { this.#onDeadline(); } });
    this.#line.patience.allow('head');
    this.#reader = new RequestReader(this.#line, this);
    this.peer = wire.peer;
    this.nameless = wire.proxied?.nameless === true;
    this.scheme = wire.tls === undefined && wire.proxied?.secure !== true ? 'http' : 'https';
    live.connections.add(this);
    if (live.stopping) this.stop(); // it was let in before, and its handshake took until now
  }

  // ---- what the wire tells ----

  onData(bytes: Uint8Array): void {
    if (this.#state === 'tunnel') { this.#tunnel!.onData(bytes); return; }
    if (this.#state === 'closing') { this.#line.throwAway(bytes.length); return; }
    try {
      this.#reader.read(bytes);
      this.#line.out.flush();
    } catch (error) {
      this.#defect(error);
    }
  }

  onDrain(): void {
    if (this.#state === 'tunnel') { this.#tunnel!.onDrain(); return; }
    this.#line.out.full = false;
    if (this.#state === 'answer' || (this.#state === 'body' && this.#line.paused)) this.#line.patience.forever();
    else if (this.#state === 'closing') this.#line.patience.linger();
    else if (this.#state === 'head') this.#line.patience.allow('keepAlive');
    this.#exchange?.clientDrained();
    if (this.#state === 'head') this.#reader.goOn();
    this.#line.out.flush();
  }

  onEnd(): void {
    if (this.#state === 'tunnel') { this.#tunnel!.onEnd(); return; }
    // A client that closes its side has left: nobody half-closes under TLS, and an app's worker must not be held for a
    // closed browser tab (nginx does the same unless proxy_ignore_client_abort is on).
    if (this.#state === 'head' || this.#state === 'closing') {
      if (this.#line.wire.buffered > 0) { this.#hangUp(); return; } // no worker waits for it: it may have what it asked for
      this.#line.wire.end();
    }
    this.#line.drop(this.#exchange !== undefined);
  }

  onClose(error: WireError | undefined): void {
    const state = this.#state;
    this.#move('gone');
    this.#line.patience.end();
    this.#live.connections.delete(this);
    this.#own?.close();
    if (state === 'tunnel') this.#tunnel!.onClose(error);
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.clientGone();
  }

  #onDeadline(): void {
    if (this.#state === 'head' && !this.#line.out.full) {
      const { partOfHead } = this.#reader;
      if (partOfHead === 0) this.#hangUp(); // idle between requests: nothing is owed
      else this.onBadHead(new Fault('head-timeout', `${partOfHead} bytes of a head came in ${this.#context.settings.timeouts.head} ms`));
    } else if (this.#state === 'body' && !this.#line.paused) { // else what we wait for is that it reads
      this.#exchange?.requestFault(new Fault('body-timeout', this.#line.patience.bodyTrouble));
    } else if (this.#state !== 'tunnel' && this.#state !== 'closed') this.#line.dropUnlessItTakes(this.#exchange !== undefined);
    this.#line.out.flush();
  }

  // ---- what the bytes mean (RequestEvents) ----

  get state(): ConnectionState { return this.#state; }

  renewed(): FrontContext {
    const { context } = this.#live;
    if (context !== this.#context) this.#line.patience.settings = (this.#context = context).settings;
    return context;
  }

  onHead(head: RequestHead, hasBody: boolean): void {
    this.#move(hasBody ? 'request-with-body' : 'request');
    this.#line.writer.begin(head.minor);
    this.#last = !head.keepAlive || this.#live.stopping;
    this.#fresh = false;
    if (hasBody) this.#line.patience.beginBody();
    else this.#line.patience.forever();
    const exchange = this.#exchange = new Exchange(this, head, this.#context);
    exchange.begin(hasBody);
  }

  onBadHead(fault: Fault): void {
    this.#reader.forgetHead();
    refuse(this.#context, fault, { peer: this.peer, writer: this.#line.writer });
    this.#line.out.flush();
    this.#hangUp();
  }

  onContent(bytes: Uint8Array): void { this.#exchange?.requestContent(bytes); }
  onBadBody(fault: Fault): void { this.#exchange!.requestFault(fault); }

  onBodyEnd(trailers: Fields | undefined): void {
    this.#move('body-end');
    this.#line.unpause(); // whoever was slow with the body has it all; that the client leaves is to be noticed
    this.#line.waitForUs();
    this.#exchange!.requestEnd(trailers);
  }

  // ---- answering (Downstream) ----

  get line(): ClientLine { return this.#line.wire; }
  get ownConnections(): OwnConnections { return this.#own ??= new OwnConnections(); }
  get buffered(): number { return this.#line.buffered; }

  interim(status: number, reason: string, lines: string): void { this.#line.writer.interim(status, reason, lines); }

  start(answer: AnswerStart, told: string): void {
    const plan = this.#line.writer.framingFor(answer.body);
    // While a body is still arriving nobody knows yet where the next request would begin.
    if (answer.last || plan.framing === 'close' || this.#state === 'body' || this.#live.stopping) this.#last = true;
    this.#line.writer.start(answer, plan, this.#last, told);
  }

  content(bytes: Uint8Array): void { this.#line.writer.content(bytes); }

  finish(trailers: string): void {
    this.#line.writer.end(trailers);
    this.#line.out.flush();
    this.#exchange = undefined;
    if (this.#last || this.#state === 'body' || this.#live.stopping) { this.#move('last-answer-end'); this.#line.linger(); return; }
    this.#move('answer-end');
    if (this.#line.out.full) this.#line.watchSending();
    else this.#line.patience.allow('keepAlive');
    if (!this.#reader.reading && !this.#line.out.full) this.#reader.goOn(); // else the loop there goes on, or `onDrain`
  }

  cut(): void {
    this.#exchange = undefined;
    this.#line.out.flush();
    if (this.#line.writer.endsWithConnection) { this.#line.wire.reset(); return; } // an orderly end would make it look whole
    this.#hangUp();
  }

  flush(): void {
    this.#line.out.flush();
    if (this.#line.out.full && (this.#state === 'answer' || this.#state === 'body') && this.#line.patience.isForever) this.#line.watchSending();
  }

  holdBody(): void {
    this.#line.pause();
    if (this.#state === 'body') this.#line.waitForUs(); // we are the slow one
  }

  releaseBody(): void {
    if (this.#state !== 'body' || !this.#line.paused) return; // else its time would begin anew with each piece
    this.#line.patience.beginBody();
    this.#line.unpause();
  }

  tunnel(lines: string, handler: WireHandler): { wire: Wire; early: Uint8Array | undefined } {
    this.#line.writer.switchToWebSocket(lines);
    this.#line.out.flush();
    this.#move('switch');
    this.#tunnel = handler;
    const early = this.#reader.takeAhead();
    this.#line.patience.forever();
    this.#line.unpause();
    return { wire: this.#line.wire, early };
  }

  // ---- ending ----

  /** That of its newest request. */
  get context(): FrontContext { return this.#context; }

  /** A tunnel or an event stream: it may go on for ever. */
  get endless(): boolean { return this.#state === 'tunnel' || this.#exchange?.live === true; }

  /** True while only something endless keeps this connection. */
  get unending(): boolean { return this.endless || (this.#state === 'closing' && this.#line.wire.buffered === 0); }

  /**
   * No more requests: closes now when idle, else after the running answer. A client that has just come is not idle: it
   * could not know, and is owed an answer to its first request if that comes soon.
   */
  stop(): void {
    this.#last = true;
    if (this.#state !== 'head' || this.#reader.partOfHead > 0) return;
    if (this.#fresh) this.#line.patience.hurry();
    else this.#hangUp();
  }

  destroy(): void { this.#line.drop(this.#exchange !== undefined); }

  /** A defect of ours costs this connection and no other. */
  #defect(error: unknown): void {
    logDefect(this.#context, error);
    const exchange = this.#exchange;
    this.#exchange = undefined;
    try {
      exchange?.clientGone();
    } catch { /* it never came to be whole; what happened is in the log */ }
    this.#line.wire.reset();
  }

  #hangUp(): void {
    this.#move('refuse');
    this.#line.linger();
  }

  #move(event: ConnectionEvent): void { this.#state = next(this.#state, event); }
}
