import { Fault } from '../core/errors.ts';
import type { Fields } from '../core/http1/fields.ts';
import type { AnswerHead } from '../core/http1/heads.ts';
import { Name } from '../core/http1/names.ts';
import type { BodyPlan } from '../core/http1/write-head.ts';
import { keepTrailers } from '../core/contract/keep.ts';
import type { CollectedBody } from './collected-body.ts';
import { dateLine } from './date.ts';
import type { Exchange } from './exchange.ts';
import { Complaints } from './complaints.ts';
import { judgeAnswer } from './judge-answer.ts';
import { keepInterimFields } from './interim.ts';
import type { RunScript } from './scripts.ts';
import type { AppLead, AppTarget } from './targets.ts';
import { Tunnel } from './tunnel.ts';
import type { AppConnection } from './upstream/http1.ts';
import type { AnswerListener } from './upstream/listener.ts';
import { sendBody, type FilePump } from './upstream/pump.ts';

/** Bytes read ahead of a client on an answer that must be live, and the least for others: below the wire's own mark there would be no drain to wait for. */
const LIVE_AHEAD = 64 * 1024;
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']); // RFC 9110 §9.2.2

/** One request's way to the app and the answer's way back. */
export class AppLeg implements AnswerListener {
  readonly target: AppTarget;
  readonly #exchange: Exchange;
  /** What the app is asked for. */
  readonly #send: string;
  readonly #run: RunScript | undefined;
  #complaints: Complaints | undefined;
  #connection: AppConnection | undefined;
  #plan!: BodyPlan;
  #body: CollectedBody | undefined;
  #pump: FilePump | undefined;
  /** Content that came before the app's connection was up (streamed bodies only); bounded by what holdBody lets through. */
  #early: Uint8Array[] | undefined;
  #ended: string | undefined;
  #streaming = false;
  #sent = false;
  #retried = false;
  #begunAt = 0;
  #hint: string | undefined;
  #readAhead: number;
  #held = false;

  constructor(exchange: Exchange, { target, send, run }: AppLead) {
    this.#exchange = exchange;
    this.target = target;
    this.#send = send;
    this.#run = run;
    this.#readAhead = Math.max(LIVE_AHEAD, target.route.readAhead);
  }

  /** Without a body, or with one that follows through `content`. */
  begin(plan: BodyPlan): void {
    this.#plan = plan;
    this.#streaming = plan.framing === 'chunked' || plan.length > 0;
    this.#attempt(false);
  }

  /** With a body that is whole. */
  beginWith(body: CollectedBody): void {
    this.#plan = { framing: 'length', length: body.size };
    this.#body = body;
    this.#attempt(false);
  }

  /** False: hold the client. */
  content(bytes: Uint8Array): boolean {
    if (!this.#sent) {
      (this.#early ??= []).push(Uint8Array.prototype.slice.call(bytes));
      return false;
    }
    return this.#connection?.content(bytes) ?? true;
  }

  endContent(trailers: string): void {
    if (this.#sent) this.#connection?.endContent(trailers);
    else this.#ended = trailers;
  }

  /** What of a request's trailers goes on: nothing by which one could pose as a header of the route's own. */
  keepTrailers(trailers: Fields): string {
    const kept = keepTrailers(trailers);
    return this.target.changeRequest === undefined ? kept : this.target.changeRequest.drop(kept);
  }

  clientDrained(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#connection?.resume();
  }

  /** The exchange is over, however. A connection that is still busy with it is dropped at once. */
  abort(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#pump?.stop();
    this.#complaints?.end();
    connection?.drop();
  }

  #attempt(fresh: boolean): void {
    // A connection that has been idle may be closing as we write; only what may be sent twice may take that risk.
    const pool = this.target.upstream.choose();
    this.#begunAt = performance.now();
    const connection = this.#connection = pool.take(fresh ? 'fresh' : this.#replayable ? 'any' : 'recent', this.#exchange);
    connection.begin(this, this.#exchange.head);
  }

  get #replayable(): boolean { return !this.#streaming && IDEMPOTENT.has(this.#exchange.head.method); }

  // ---- what the connection tells (AnswerListener) ----

  onReady(): void {
    const exchange = this.#exchange;
    const { head, truth, id, context } = exchange;
    const connection = this.#connection!;
    const written = this.target.write({ head, target: this.#send, truth, requestId: id, plan: this.#plan, expects: this.#streaming && head.expectsContinue, run: this.#run });
    if (written instanceof Fault) { exchange.fail(written); return; }
    if (context.observe !== undefined) context.observe({ requestId: id, head, forwarded: written.text });
    this.#hint = written.hint;
    this.#sent = true;
    connection.head(written.bytes, this.#plan);
    if (this.#body !== undefined) {
      this.#pump = sendBody(this.#body, connection, (fault) => { exchange.requestFault(fault); });
      return;
    }
    if (!this.#streaming) { connection.endContent(''); return; }
    for (const piece of this.#early ?? []) connection.content(piece);
    this.#early = undefined;
    connection.flush();
    if (this.#ended !== undefined) connection.endContent(this.#ended);
    else this.#exchange.down.releaseBody();
  }

  onRoom(): void {
    if (this.#pump !== undefined) this.#pump.room();
    else this.#exchange.down.releaseBody();
  }

  onInterim(head: AnswerHead): void {
    this.#exchange.down.interim(head.status, head.reason, keepInterimFields(head));
  }

  onAnswer(head: AnswerHead): void {
    const exchange = this.#exchange;
    exchange.appMs = performance.now() - this.#begunAt;
    const verdict = judgeAnswer(exchange, this.target, head, this.#connection?.localAddress);
    if (verdict.replacement !== undefined) { exchange.explain(verdict.replacement); return; }
    let { lines } = verdict;
    if (head.fields.find(Name.DATE) < 0) lines += dateLine(); // RFC 9110 §6.6.1
    // What a GET would have carried may be said without it, but not in a 204 (RFC 9110 §8.6).
    const announces = head.framing === 'none' && head.length >= 0 && (head.status === 304 || (exchange.head.method === 'HEAD' && head.status !== 204));
    const announced = announces ? 'Content-Length: ' + head.length + '\r\n' : '';
    exchange.live = isLive(head);
    if (exchange.live) this.#readAhead = LIVE_AHEAD;
    exchange.start({ status: head.status, reason: head.reason, lines: lines + announced, body: head, last: false });
  }

  onContent(bytes: Uint8Array): void {
    this.#exchange.content(bytes);
  }

  onComplaint(bytes: Uint8Array): void {
    const { context, id } = this.#exchange;
    this.#complaints ??= new Complaints(context, id, this.#run);
    this.#complaints.add(bytes);
  }

  onEnd(trailers: Fields | undefined): void {
    this.#connection = undefined;
    this.#exchange.finish(trailers === undefined ? '' : keepTrailers(trailers));
  }

  onFlush(): void {
    const { down } = this.#exchange;
    down.flush();
    if (!this.#held && this.#connection !== undefined && down.buffered > this.#readAhead) {
      this.#held = true;
      this.#connection.pause();
    }
  }

  onSwitch(head: AnswerHead, early: Uint8Array | undefined): void {
    const exchange = this.#exchange;
    const connection = this.#connection!;
    this.#connection = undefined;
    exchange.switched();
    const tunnel = new Tunnel(exchange.context, connection.surrender());
    const lines = this.target.repair(head, exchange.head, exchange.truth).lines;
    const client = exchange.down.tunnel(lines, tunnel.clientSide);
    tunnel.join(client, early, exchange);
  }

  onFault(fault: Fault, begun: boolean): void {
    const connection = this.#connection;
    this.#connection = undefined;
    const exchange = this.#exchange;
    if (exchange.answered) { exchange.cut(fault); return; }
    if (!begun && fault.code === 'app-closed' && this.#hint !== undefined) fault = new Fault(fault.code, `${fault.detail}. ${this.#hint}`);
    if (fault.code === 'app-closed' && !begun && !this.#retried && connection?.reused === true && this.#replayable) {
      this.#retried = true;
      this.#sent = false;
      this.#pump?.stop();
      this.#pump = undefined;
      this.#attempt(true);
      return;
    }
    exchange.fail(fault);
  }
}

function isLive(head: AnswerHead): boolean {
  const { fields } = head;
  const type = fields.find(Name.CONTENT_TYPE);
  if (type >= 0 && fields.value(type).toLowerCase().startsWith('text/event-stream')) return true;
  const accel = fields.find(Name.X_ACCEL_BUFFERING);
  return accel >= 0 && fields.value(accel).toLowerCase() === 'no';
}
