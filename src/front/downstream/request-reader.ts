import { Fault } from '../../core/errors.ts';
import type { BodyReader } from '../../core/http1/body-reader.ts';
import { createBodyReader } from '../../core/http1/create-body-reader.ts';
import type { Fields } from '../../core/http1/fields.ts';
import { HeadCollector } from '../../core/http1/head-collector.ts';
import type { RequestHead } from '../../core/http1/heads.ts';
import { readRequestHead } from '../../core/http1/request-head.ts';
import type { ConnectionState } from '../../core/http1/state.ts';
import type { FrontContext } from '../context.ts';
import { Ahead } from './ahead.ts';
import type { Line } from './line.ts';

/** What a client's bytes mean. Each of these calls may change `state`; the reader looks at it again after each. */
export interface RequestEvents {
  /** What may come next: a head is read in `head`, a body in `body`, and nothing anywhere else. */
  readonly state: ConnectionState;
  /** A head is about to be read: the configuration for it and for its answer, that of this moment. */
  renewed(): FrontContext;
  onHead(head: RequestHead, hasBody: boolean): void;
  /** What arrived, or did not, is not a request. */
  onBadHead(fault: Fault): void;
  /** Lent. */
  onContent(bytes: Uint8Array): void;
  onBodyEnd(trailers: Fields | undefined): void;
  onBadBody(fault: Fault): void;
}

/** Reads one request after the other from a client's bytes, and tells {@link RequestEvents}; what comes before its turn it keeps, and stops the client. */
export class RequestReader {
  /** Present while a head is arriving that did not come in one piece. */
  #collector: HeadCollector | undefined;
  #body: BodyReader | undefined;
  /** Present from the first time that a request is sent before its turn. */
  #ahead: Ahead | undefined;
  #reading = false;
  readonly #line: Line;
  readonly #events: RequestEvents;

  constructor(line: Line, events: RequestEvents) {
    this.#line = line;
    this.#events = events;
  }

  /** True inside {@link read}: whatever becomes possible meanwhile, it sees by itself. */
  get reading(): boolean { return this.#reading; }

  /** Bytes there are of a head that is not whole; 0: none is arriving. */
  get partOfHead(): number { return this.#collector === undefined ? 0 : this.#collector.size; }

  /** Lets go of that part. */
  forgetHead(): void { this.#collector = undefined; }

  /** Bytes as they come, lent. */
  read(bytes: Uint8Array): void {
    if (this.#collector !== undefined) {
      const worthwhile = this.#collector.add(bytes);
      if (worthwhile === undefined) return;
      bytes = worthwhile;
    }
    this.#reading = true;
    for (let at = 0; at < bytes.length;) {
      const { state } = this.#events;
      // A client that does not read its answers gets no more of them: what waits for it is bounded.
      if (state === 'head' && !this.#line.out.full) at = this.#readHead(bytes, at);
      else if (state === 'body') at = this.#readBody(bytes, at);
      else {
        if ((state === 'answer' || state === 'head') && !(this.#ahead ??= new Ahead()).keep(bytes, at)) this.#line.pause();
        break;
      }
    }
    this.#reading = false;
  }

  /** Reads what was sent ahead, now that its turn has come. */
  goOn(): void {
    this.#line.unpause();
    const ahead = this.takeAhead();
    if (ahead === undefined) return;
    this.read(ahead);
    this.#line.out.flush();
  }

  /** What was sent ahead, for whoever reads from now on. */
  takeAhead(): Uint8Array | undefined { return this.#ahead?.take(); }

  #readHead(bytes: Uint8Array, at: number): number {
    const { classify } = this.#events.renewed();
    const head = readRequestHead(bytes, at, bytes.length, classify);
    if (head === undefined) {
      if (this.#collector === undefined) { // else it has these bytes already
        this.#collector = new HeadCollector();
        this.#collector.add(bytes.subarray(at));
        this.#line.patience.allow('head');
      }
      return bytes.length;
    }
    this.#collector = undefined;
    if (head instanceof Fault) { this.#events.onBadHead(head); return bytes.length; }
    const hasBody = head.framing === 'chunked' || head.length > 0;
    if (hasBody) this.#body = createBodyReader(head, { side: 'request', classify, sink: (content) => { this.#events.onContent(content); } });
    this.#events.onHead(head, hasBody);
    return at + head.size;
  }

  #readBody(bytes: Uint8Array, at: number): number {
    const body = this.#body!;
    const from = at;
    at = body.read(bytes, at, bytes.length);
    if (this.#events.state !== 'body') return at; // answered while we read
    if (!this.#line.paused) this.#line.patience.bodyCame(at - from);
    if (body.fault !== undefined) {
      this.#events.onBadBody(body.fault);
      return bytes.length;
    }
    if (body.done) {
      this.#body = undefined;
      this.#events.onBodyEnd(body.trailers);
    }
    return at;
  }
}
