import { Fault } from '../../core/errors.ts';
import { readAnswerHead } from '../../core/http1/answer-head.ts';
import type { BodyReader } from '../../core/http1/body-reader.ts';
import { createBodyReader } from '../../core/http1/create-body-reader.ts';
import { chunkHead, lastChunk } from '../../core/http1/body-writer.ts';
import type { Fields } from '../../core/http1/fields.ts';
import { HeadCollector } from '../../core/http1/head-collector.ts';
import type { AnswerHead } from '../../core/http1/heads.ts';
import type { BodyPlan } from '../../core/http1/write-head.ts';
import type { Wire, WireError, WireHandler } from '../../transport/wire.ts';
import type { Timed } from '../clock.ts';
import { Output } from '../output.ts';
import type { AppPool } from './pool.ts';

/** Who sent the request and waits for its answer. */
export interface AnswerListener {
  /** The connection is up (at once for a kept one): send the request now. */
  onReady(): void;
  /** The request's body may go on after `content` said false. */
  onRoom(): void;
  /** 1xx, never the last word. */
  onInterim(head: AnswerHead): void;
  onAnswer(head: AnswerHead): void;
  /** Content, lent. */
  onContent(bytes: Uint8Array): void;
  onEnd(trailers: Fields | undefined): void;
  /** The app agreed to a WebSocket; `early` is what it sent right behind. */
  onSwitch(head: AnswerHead, early: Uint8Array | undefined): void;
  /** Nothing more will come. `begun`: something of an answer had come before. */
  onFault(fault: Fault, begun: boolean): void;
  /** The event is over: lent bytes end here. */
  onFlush(): void;
}

type Phase = 'connecting' | 'idle' | 'head' | 'body' | 'tunnel' | 'closed';

/** A connection to an HTTP/1.1 app: one request and its answer at a time. */
export class AppConnection implements WireHandler, Timed {
  deadline = Infinity;
  /** It has carried an exchange before, so the app may close it at any moment (RFC 9112 §9.6). */
  reused = false;
  /** Milliseconds of the clock when it became idle. */
  idleSince = 0;
  #phase: Phase = 'connecting';
  #listener: AnswerListener | undefined;
  #method = '';
  #chunked = false;
  #requestWhole = false;
  #begun = false;
  #reuse = false;
  #collector: HeadCollector | undefined;
  #reader: BodyReader | undefined;
  #paused = false;
  #address = 0;
  #wire!: Wire;
  #out!: Output;
  readonly #pool: AppPool;

  constructor(pool: AppPool) {
    this.#pool = pool;
    pool.context.clock.add(this);
    this.#connect(pool.firstAddress);
  }

  // ---- the request ----

  begin(listener: AnswerListener, method: string): void {
    this.#listener = listener;
    this.#method = method;
    this.#requestWhole = this.#begun = this.#reuse = false;
    if (this.#phase === 'connecting') return;
    this.#phase = 'head';
    listener.onReady();
  }

  head(text: string, plan: BodyPlan): void {
    this.#chunked = plan.framing === 'chunked';
    this.#out.text(text);
  }

  /** Lent bytes. False: enough for now, go on at `onRoom`. */
  content(bytes: Uint8Array): boolean {
    if (bytes.length === 0 || this.#phase === 'closed') return true;
    this.#patience();
    if (this.#chunked) this.#out.text(chunkHead(bytes.length));
    this.#out.bytes(bytes);
    if (this.#chunked) this.#out.text('\r\n');
    this.#out.flush();
    return !this.#out.full;
  }

  endContent(trailers: string): void {
    if (this.#phase === 'closed') return;
    this.#requestWhole = true;
    if (this.#chunked) this.#out.text(lastChunk(trailers));
    this.#out.flush();
    this.#patience();
  }

  flush(): void { this.#out.flush(); }

  /** The address that the app sees us come from; undefined on its own machine. */
  get localAddress(): string | undefined {
    const { local } = this.#wire;
    return local.kind === 'unix' || local.address === '::1' || local.address.startsWith('127.') ? undefined : local.address;
  }

  // ---- the answer's pace ----

  pause(): void {
    this.#paused = true;
    this.deadline = Infinity; // the client is the slow one now
    this.#wire.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#patience();
    this.#wire.resume();
  }

  /** Ends it at once, whatever it is doing; nobody is told. */
  drop(): void {
    this.#listener = undefined;
    this.#close();
  }

  /** Gives the wire to a tunnel. */
  surrender(): Wire {
    this.#phase = 'tunnel';
    this.#leave();
    return this.#wire;
  }

  // ---- what the wire tells ----

  onData(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#phase === 'head') {
        if (this.#collector !== undefined) {
          const worthwhile = this.#collector.add(bytes);
          if (worthwhile === undefined) { this.#patience(); return; }
          bytes = worthwhile;
        }
        at = this.#readHead(bytes, at);
      } else if (this.#phase === 'body') at = this.#readBody(bytes, at);
      else {
        // Bytes that no request asked for (Gunicorn sends a body on HEAD): the answer stands, the connection does not.
        this.#reuse = false;
        if (this.#phase === 'idle') this.drop();
        break;
      }
    }
    this.#listener?.onFlush();
  }

  onDrain(): void {
    this.#out.full = false;
    if (this.#phase === 'head') this.#patience();
    this.#listener?.onRoom();
  }

  onEnd(): void {
    if (this.#phase === 'body' && this.#reader === undefined) { this.#reuse = false; this.#finish(undefined); return; }
    this.#broken(undefined);
  }

  onClose(error: WireError | undefined): void {
    if (this.#phase === 'connecting' && this.#nextAddress()) return;
    this.#broken(error);
  }

  onDeadline(): void {
    const { connect, answer, answerIdle } = this.#pool.context.settings.timeouts;
    if (this.#phase === 'idle') this.drop();
    else if (this.#phase === 'connecting') this.#fail(new Fault('app-connect-timeout', `${this.#pool.written}: no connection in ${connect} ms`));
    else if (this.#begun) this.#fail(new Fault('app-idle-timeout', `${this.#pool.written}: no byte of the answer for ${answerIdle} ms`));
    else this.#fail(new Fault('app-answer-timeout', `${this.#pool.written}: no answer in ${answer} ms`));
  }

  // ---- inside ----

  #connect(index: number): void {
    const { context, addresses } = this.#pool;
    this.#address = index;
    this.#phase = 'connecting';
    this.deadline = context.clock.now + context.settings.timeouts.connect;
    this.#wire = context.transport.connect({
      address: addresses[index % addresses.length]!,
      handler: this,
      onConnect: () => {
        if (this.#phase !== 'connecting') return;
        this.#pool.firstAddress = this.#address % addresses.length;
        this.#phase = 'head';
        this.deadline = Infinity;
        this.#listener?.onReady();
      },
    });
    this.#out = new Output(this.#wire);
  }

  /** `localhost` has two addresses, and some servers listen on one of them only. */
  #nextAddress(): boolean {
    const { addresses, firstAddress } = this.#pool;
    if (this.#listener === undefined || this.#address + 1 >= firstAddress + addresses.length) return false;
    this.#connect(this.#address + 1);
    return true;
  }

  #readHead(bytes: Uint8Array, at: number): number {
    const head = readAnswerHead(bytes, at, bytes.length, { classify: this.#pool.context.classify, method: this.#method });
    this.#begun = true;
    if (head === undefined) {
      if (this.#collector === undefined) { // else it has these bytes already
        this.#collector = new HeadCollector();
        this.#collector.add(bytes.subarray(at));
      }
      return bytes.length;
    }
    this.#collector = undefined;
    if (head instanceof Fault) { this.#fail(head); return bytes.length; }
    at += head.size;
    this.#patience();
    if (head.status === 101) this.#switch(head, bytes, at);
    else if (head.status < 200) this.#listener!.onInterim(head);
    else {
      this.#start(head, at < bytes.length);
      return at;
    }
    return head.status === 101 ? bytes.length : at;
  }

  #start(head: AnswerHead, more: boolean): void {
    this.#reuse = head.keepAlive;
    this.#phase = 'body';
    this.#listener!.onAnswer(head);
    if (this.#listener === undefined) return; // the answer was not wanted
    if (head.framing === 'none' || (head.framing === 'length' && head.length === 0)) {
      if (more) this.#reuse = false;
      this.#finish(undefined);
    } else if (head.framing !== 'close') {
      this.#reader = createBodyReader(head, { side: 'answer', classify: this.#pool.context.classify, sink: (content) => { this.#listener?.onContent(content); } });
    }
  }

  #readBody(bytes: Uint8Array, at: number): number {
    if (!this.#paused) this.#patience();
    const reader = this.#reader;
    if (reader === undefined) { // until the connection ends
      this.#listener!.onContent(at === 0 ? bytes : bytes.subarray(at));
      return bytes.length;
    }
    at = reader.read(bytes, at, bytes.length);
    if (reader.fault !== undefined) { this.#fail(reader.fault); return bytes.length; }
    if (reader.done) {
      if (at < bytes.length) this.#reuse = false;
      this.#finish(reader.trailers);
    }
    return at;
  }

  #switch(head: AnswerHead, bytes: Uint8Array, at: number): void {
    if (!head.websocket) { this.#fail(new Fault('app-unasked-upgrade', `${this.#pool.written}: 101 to something other than the WebSocket that was asked for`)); return; }
    const early = at < bytes.length ? Uint8Array.prototype.slice.call(bytes, at) : undefined;
    const listener = this.#listener!;
    this.#listener = undefined;
    listener.onSwitch(head, early);
  }

  /** The answer is whole. The connection is given back first, so that a pipelined request finds it. */
  #finish(trailers: Fields | undefined): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#reader = undefined;
    if (this.#reuse && this.#requestWhole && !this.#paused) {
      this.#phase = 'idle';
      this.reused = true;
      this.#pool.keep(this);
    } else this.#close();
    listener?.onEnd(trailers);
  }

  /** The other side is gone. */
  #broken(error: WireError | undefined): void {
    const where = this.#pool.written;
    if (this.#listener === undefined) { this.#close(); return; }
    if (this.#phase === 'connecting') this.#fail(connectFault(where, error));
    else if (this.#phase === 'body') this.#fail(new Fault('app-cut-answer', `${where}: ${error?.code ?? 'closed'} in the middle of the answer`));
    else this.#fail(new Fault('app-closed', `${where}: ${error?.code ?? 'closed'} ${this.#begun ? 'in the middle of the answer\'s head' : 'before a byte of the answer'}`));
  }

  #fail(fault: Fault): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#close();
    listener?.onFault(fault, this.#begun);
    listener?.onFlush();
  }

  #close(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#leave();
    this.#wire.destroy();
  }

  #leave(): void {
    this.deadline = Infinity;
    this.#pool.context.clock.remove(this);
    this.#pool.forget(this);
  }

  /** The app has to show a sign of life by then. */
  #patience(): void {
    const { context } = this.#pool;
    this.deadline = context.clock.now + (this.#begun ? context.settings.timeouts.answerIdle : context.settings.timeouts.answer);
  }
}

function connectFault(where: string, error: WireError | undefined): Fault {
  const code = error?.code ?? 'closed';
  return new Fault(code === 'ECONNREFUSED' || code === 'ENOENT' ? 'app-refused' : 'app-unreachable', `${where}: ${error?.message ?? code}`);
}
