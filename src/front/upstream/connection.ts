import { Fault } from '../../core/errors.ts';
import type { Fields } from '../../core/http1/fields.ts';
import type { AnswerHead, RequestHead } from '../../core/http1/heads.ts';
import { Name } from '../../core/http1/names.ts';
import type { BodyPlan } from '../../core/http1/write-head.ts';
import type { WireError } from '../../transport/wire.ts';
import { logDefect } from '../log/exchange-log.ts';
import { AnswerReader, type AnswerEvents, type AnswerSource } from './answer-reader.ts';
import { AppLine } from './app-line.ts';
import { AS_IT_IS, framingOf, type BodyFraming } from './body-framing.ts';
import { FastCgiAnswers } from './fastcgi-answers.ts';
import type { IdleConnections } from './idle.ts';
import type { AnswerListener } from './listener.ts';
import { endedEarly, silent } from './no-answer.ts';
import type { AppPool } from './pool.ts';

/** A connection to an app, whatever protocol it speaks: one request and its answer at a time. */
export class AppConnection extends AppLine implements AnswerEvents {
  /** It has carried an exchange before, so the app may close it at any moment (RFC 9112 §9.6). */
  reused = false;
  /** Undefined: nobody waits for anything, the connection is idle. */
  #listener: AnswerListener | undefined;
  #method = '';
  /** A WebSocket was asked for; else a 101 is nobody's. */
  #maySwitch = false;
  #framing: BodyFraming = AS_IT_IS;
  #requestWhole = false;
  #keepAlive = false;
  #paused = false;
  readonly #reader: AnswerSource;

  constructor(pool: AppPool, idle: IdleConnections, prelude?: string) {
    super(pool, idle, prelude);
    this.#reader = pool.protocol === 'fastcgi' ? new FastCgiAnswers(pool.context.classify, this) : new AnswerReader(pool.context.classify, this);
    this.dialNext();
  }

  // ---- the request ----

  begin(listener: AnswerListener, { method, websocket }: Pick<RequestHead, 'method' | 'websocket'>): void {
    this.#listener = listener;
    this.#method = method;
    this.#maySwitch = websocket && this.pool.protocol === 'http';
    this.#requestWhole = this.#keepAlive = false;
    if (this.phase === 'open') this.#ready();
  }

  /** What comes before the body: a head, or a packet of variables. */
  head(bytes: string | Uint8Array, plan: BodyPlan): void {
    this.#framing = framingOf(this.pool.protocol, plan);
    if (typeof bytes === 'string') this.out.text(bytes);
    else this.out.bytes(bytes);
  }

  /** Lent bytes. False: enough for now, go on at `onRoom`. */
  content(bytes: Uint8Array): boolean {
    if (bytes.length === 0 || this.phase === 'closed') return true;
    this.#framing.content(this.out, bytes);
    this.out.flush();
    this.#patience();
    return !this.out.full;
  }

  endContent(trailers: string): void {
    if (this.phase === 'closed') return;
    this.#requestWhole = true;
    this.#framing.end(this.out, trailers);
    this.out.flush();
    this.#patience();
  }

  flush(): void { this.out.flush(); }

  // ---- the answer's pace, and the end ----

  pause(): void {
    this.#paused = true;
    this.deadline = Infinity; // the client is the slow one now
    this.wire.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#patience();
    this.wire.resume();
  }

  /** Ends it at once, whatever it is doing; nobody is told. */
  drop(): void {
    this.#listener = undefined;
    this.#close();
  }

  /** The app has shown that it serves this connection. */
  get accepted(): boolean { return this.reused || this.#reader.begun; }

  // ---- what the wire tells ----

  override onData(bytes: Uint8Array): void {
    if (this.#reader.idle) { this.drop(); return; } // bytes that no request asked for
    try {
      this.#reader.read(bytes);
      if (this.#listener === undefined) return;
      this.#patience();
      this.#listener.onFlush();
    } catch (error) { // a defect of ours costs this exchange and no other
      logDefect(this.pool.context, error);
      this.fail(new Fault('internal'));
    }
  }

  override onDrain(): void {
    this.out.full = false;
    if (this.#listener === undefined) return;
    this.#patience();
    this.#listener.onRoom();
  }

  override onEnd(): void {
    if (this.#reader.endsWithConnection) {
      const listener = this.#listener;
      this.#reader.stop();
      this.onWhole(undefined, true);
      listener?.onFlush();
    } else this.#broken(undefined);
  }

  override onClose(error: WireError | undefined): void {
    if (this.phase === 'connecting' && this.#listener !== undefined) this.#failUnlessTried(this.afterRefusal(error));
    else this.#broken(error);
  }

  override onDeadline(): void {
    if (this.#listener === undefined) this.drop();
    else if (this.phase === 'connecting') this.#failUnlessTried(this.afterSilence());
    else this.fail(silent(this.pool, this.#reader));
  }

  // ---- what the bytes mean (AnswerEvents) ----

  onInterim(head: AnswerHead): void { this.#listener!.onInterim(head); }

  onHead(head: AnswerHead): void {
    if (head.framing === 'close') this.wire.expectCompleteClose();
    // Some apps send on HEAD what they announce, in a packet of its own: it would be read as the next request's answer.
    // uWSGI serves one request per connection, whatever its app says (https://uwsgi-docs.readthedocs.io/en/latest/Protocol.html).
    this.#keepAlive = head.keepAlive && this.pool.protocol !== 'uwsgi' && !(this.#method === 'HEAD' && this.pool.protocol === 'http' && announcesContent(head));
    this.#listener!.onAnswer(head);
  }

  onContent(bytes: Uint8Array): void { this.#listener?.onContent(bytes); }

  /** The connection is given back first, so that a pipelined request finds it. Bytes behind an answer (Gunicorn sends a body on HEAD) do not spoil it, only the connection. */
  onWhole(trailers: Fields | undefined, more: boolean): void {
    const listener = this.#listener;
    this.#listener = undefined;
    if (this.#keepAlive && this.#requestWhole && !more && !this.#paused && this.wire.broken !== true) {
      this.reused = true;
      this.pool.keep(this);
    } else this.#close();
    listener?.onEnd(trailers);
  }

  onSwitch(head: AnswerHead, early: Uint8Array | undefined): void {
    if (!this.#maySwitch || !head.websocket) {
      this.fail(new Fault('app-unasked-upgrade', `${this.pool.written}: 101 to ${this.#maySwitch ? 'something other than the WebSocket that was asked for' : 'a request that asked for no upgrade'}`));
      return;
    }
    const listener = this.#listener!;
    this.#listener = undefined;
    listener.onSwitch(head, early);
  }

  onMalformed(fault: Fault): void { this.fail(fault); }

  onComplaint(bytes: Uint8Array): void { this.#listener?.onComplaint(bytes); }

  // ---- inside ----

  protected override onUp(): void {
    if (this.#listener !== undefined) this.#ready();
  }

  protected override forget(): void { this.pool.forget(this); }

  #ready(): void {
    this.deadline = Infinity; // the limit for idling is over
    this.#reader.begin(this.#method);
    this.#listener!.onReady();
  }

  /** The other side is gone. */
  #broken(error: WireError | undefined): void {
    if (this.#listener === undefined) this.#close();
    else this.fail(endedEarly(this.pool, this.#reader, { error, fresh: !this.reused }));
  }

  /** Undefined: another address is being tried. */
  #failUnlessTried(fault: Fault | undefined): void {
    if (fault !== undefined) this.fail(fault);
  }

  protected override fail(fault: Fault): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#close();
    listener?.onFault(fault, this.#reader.begun);
    listener?.onFlush();
  }

  #close(): void {
    this.#reader.stop();
    this.close();
  }

  /** By when the app has to show a sign of life; never, while somebody else is the slow one. */
  #patience(): void {
    const { now } = this.pool.context.clock;
    const { timeouts } = this.pool.context.settings;
    if (this.#paused) this.deadline = Infinity; // the client does not take what is there
    else if (this.#reader.inBody) this.deadline = now + timeouts.answerIdle;
    else if (this.#requestWhole || this.out.full) this.deadline = now + timeouts.answer;
    else this.deadline = Infinity; // the client is still sending, under a limit of its own
  }
}

function announcesContent(head: AnswerHead): boolean {
  return head.length > 0 || head.fields.find(Name.TRANSFER_ENCODING) >= 0;
}
