import { Fault } from '../../core/errors.ts';
import type { Fields } from '../../core/http1/fields.ts';
import type { AnswerHead } from '../../core/http1/heads.ts';
import { withoutField } from '../../core/http1/without-cookie.ts';
import type { BodyPlan } from '../../core/http1/write-head.ts';
import { keepTrailers } from '../../core/contract/keep.ts';
import type { CollectedBody } from './collected-body.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { RunScript } from '../php/scripts.ts';
import { Sending } from './sending.ts';
import type { AppLead, AppTarget } from '../sites/targets.ts';
import { Choice } from '../upstream/choice.ts';
import type { AppConnection } from '../upstream/connection.ts';
import type { AnswerListener } from '../upstream/listener.ts';
import type { Waiter } from '../upstream/places.ts';
import type { AppPool } from '../upstream/pool.ts';

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']); // RFC 9110 §9.2.2

/**
 * One request's way to its app: a place, a server, a connection, and again where that may be. What comes back is for
 * whoever extends it; a base and no part, so that a request costs one object and not two.
 */
export abstract class AppRequest implements AnswerListener, Waiter {
  readonly target: AppTarget;
  placed = false;
  protected readonly exchange: Exchange;
  protected readonly run: RunScript | undefined;
  /** The one that is busy with it. */
  protected connection: AppConnection | undefined;
  /** Undefined where the app is one server. */
  protected choice: Choice | undefined;
  /** When it was sent, or is about to be; by `FrontContext.stamp`. */
  protected begunAt = 0;
  /** What the app is asked for. */
  readonly #send: string;
  #plan!: BodyPlan;
  /** Undefined where there is no body. */
  #sending: Sending | undefined;
  /** Something of the request was sent to the server that it went to last. */
  #sent = false;
  /** It had a second connection to that server already. */
  #retried = false;
  /** The name of its server was looked up for it. */
  #looked = false;
  #over = false;
  #hint: string | undefined;

  constructor(exchange: Exchange, { target, send, run }: AppLead) {
    this.exchange = exchange;
    this.target = target;
    this.#send = send;
    this.run = run;
  }

  // ---- what the exchange tells ----

  /** Without a body, or with one that follows through `content`. */
  begin(plan: BodyPlan): void {
    this.#plan = plan;
    if (plan.framing === 'chunked' || plan.length > 0) this.#sending = new Sending(this.exchange);
    this.target.upstream.places.enter(this);
  }

  /** With a body that is whole. */
  beginWith(body: CollectedBody): void {
    this.#plan = { framing: 'length', length: body.size };
    this.#sending = new Sending(this.exchange, body);
    this.target.upstream.places.enter(this);
  }

  /** A piece of a body that follows, lent. False: hold the client. */
  content(bytes: Uint8Array): boolean { return this.#sending?.content(bytes, this.connection) ?? true; }

  endContent(trailers: string): void { this.#sending?.end(trailers, this.connection); }

  /** What of a request's trailers goes on: nothing by which one could pose as a header of the route's own. */
  keepTrailers(trailers: Fields): string {
    const kept = keepTrailers(trailers);
    return this.target.changeRequest === undefined ? kept : this.target.changeRequest.drop(kept);
  }

  /** The exchange is over, however. A connection that is still busy with it is dropped at once. */
  abort(): void {
    this.#over = true;
    const { connection } = this;
    this.connection = undefined;
    this.#sending?.stop();
    connection?.drop();
    this.choice?.release();
    this.leavePlace();
  }

  protected leavePlace(): void { this.target.upstream.places.leave(this); }

  // ---- what the app's places tell (Waiter) ----

  onPlace(): void { this.#toServer(); }

  onNoPlace(fault: Fault): void { this.exchange.fail(fault); }

  onTold(): void { this.exchange.down.flush(); }

  // ---- to a server ----

  /** To the app's server, or the next of its servers; `because` is what the last one did. */
  #toServer(because?: Fault): void {
    const { upstream } = this.target;
    const { head, truth } = this.exchange;
    let pool = upstream.sole;
    if (pool === undefined) {
      this.choice ??= new Choice(upstream, { head, truth, replayable: this.#replayable });
      pool = this.choice.next();
    }
    if (pool === undefined) {
      // A server that took the request and did not answer it says more than that no other is left.
      this.exchange.fail(because !== undefined && this.#sent ? because : upstream.down());
      return;
    }
    this.#retried = false;
    // A connection that has been idle may be closing as we write; only what may be sent twice may take that risk.
    this.#attempt(pool, this.#replayable ? 'any' : 'recent');
  }

  #attempt(pool: AppPool, which: Parameters<AppPool['take']>[0]): void {
    this.begunAt = this.exchange.context.stamp();
    this.#sent = false;
    const connection = this.connection = pool.take(which, this.exchange);
    connection.begin(this, this.exchange.head);
  }

  get #replayable(): boolean { return this.#sending?.streaming !== true && IDEMPOTENT.has(this.exchange.head.method); }

  // ---- what the connection tells (AnswerListener) ----

  onReady(): void {
    const { exchange } = this;
    const { truth, id, context, span } = exchange;
    const whole = span === undefined ? exchange.head : span.head;
    const head = exchange.hideAuthorization ? withoutField(whole, 'authorization') : whole;
    const connection = this.connection!;
    const written = this.target.write({ head, target: this.#send, truth, requestId: id, plan: this.#plan, expects: this.#sending?.streaming === true && head.expectsContinue, run: this.run });
    if (written instanceof Fault) { exchange.fail(written); return; }
    if (context.observe !== undefined) context.observe({ requestId: id, head, forwarded: written.text });
    this.#hint = written.hint;
    this.#sent = true;
    connection.head(written.bytes, this.#plan);
    if (this.#sending === undefined) connection.endContent('');
    else this.#sending.begin(connection);
  }

  onRoom(): void { this.#sending?.room(); }

  abstract onInterim(head: AnswerHead): void;
  abstract onAnswer(head: AnswerHead): void;
  abstract onContent(bytes: Uint8Array): void;
  abstract onComplaint(bytes: Uint8Array): void;
  abstract onEnd(trailers: Fields | undefined): void;
  abstract onSwitch(head: AnswerHead, early: Uint8Array | undefined): void;
  abstract onFault(fault: Fault, begun: boolean): void;
  abstract onFlush(): void;

  // ---- where no answer came ----

  /** Sends it once more, or fails. `begun`: something of an answer had come over `connection`, which is gone. */
  protected unanswered(fault: Fault, begun: boolean, connection: AppConnection | undefined): void {
    const ours = fault.code === 'no-descriptors'; // and no server's
    if (!ours && this.#again(fault, begun, connection)) return;
    if (connection !== undefined && !ours) connection.pool.trouble = fault;
    const hint = !begun && fault.code === 'app-closed' ? this.#hint : undefined;
    this.exchange.fail(hint === undefined ? fault : new Fault(fault.code, `${fault.detail}. ${hint}`));
  }

  /**
   * Sends the request once more where nobody can tell: nothing of it was sent, or the connection closed without a byte
   * of an answer and the request may be sent twice. Not after a timeout: the app may be at work on it, and the client
   * has waited long enough.
   */
  #again(fault: Fault, begun: boolean, connection: AppConnection | undefined): boolean {
    const closed = fault.code === 'app-closed' && !begun;
    if (closed && connection?.reused === true) { // which an app may do at any time, and is no sign of trouble
      if (!this.#replayable) return false;
      if (!this.#retried) {
        this.#retried = true;
        this.#sending?.rewind();
        this.#attempt(connection.pool, 'fresh');
        return true;
      }
    } else if (!closed || this.#hint === undefined) this.choice?.bad(fault); // else any server may have found the request too large
    if (this.#sent && !(closed && this.#replayable)) return false;
    if (this.choice === undefined) return this.#lookAgain(fault, connection);
    this.#sending?.rewind();
    this.#toServer(fault);
    return true;
  }

  /** A sole server that is not there may have moved: its name is asked for, and the request waits for that, once. */
  #lookAgain(fault: Fault, connection: AppConnection | undefined): boolean {
    const pool = this.target.upstream.sole!;
    if (this.#sent || this.#looked || pool.names === undefined || connection === undefined) return false;
    this.#looked = true;
    void pool.names.look(this.exchange.context.settings.timeouts.connect).then(() => {
      if (this.#over) return;
      if (connection.generation !== pool.generation) this.#attempt(pool, 'fresh');
      else this.exchange.fail(fault);
      this.exchange.down.flush();
    });
    return true;
  }
}
