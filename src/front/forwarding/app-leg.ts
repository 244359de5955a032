import { Fault } from '../../core/errors.ts';
import type { Fields } from '../../core/http1/fields.ts';
import type { AnswerHead } from '../../core/http1/heads.ts';
import { keepTrailers } from '../../core/contract/keep.ts';
import { answerStart, isLive } from './answer-start.ts';
import { AppRequest } from './app-request.ts';
import { Complaints } from '../php/complaints.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { HandedAnswer } from '../static/handed-answer.ts';
import { keepInterimFields } from '../exchange/interim.ts';
import { judgeAnswer } from './judge-answer.ts';
import { idLine } from '../own/own-answers.ts';
import type { AppLead } from '../sites/targets.ts';
import { Tunnel } from './tunnel.ts';

/** Bytes read ahead of a client on an answer that must be live, and the least for others: below the wire's own mark there would be no drain to wait for. */
const LIVE_AHEAD = 64 * 1024;

/** One request's way to the app ({@link AppRequest}) and the answer's way back. */
export class AppLeg extends AppRequest {
  #readAhead: number;
  /** The app was stopped, as the client takes less than it sends. */
  #held = false;
  /** The answer is a file's, which the app has named. */
  #handed: HandedAnswer | undefined;
  #complaints: Complaints | undefined;

  constructor(exchange: Exchange, lead: AppLead) {
    super(exchange, lead);
    this.#readAhead = Math.max(LIVE_AHEAD, lead.target.route.readAhead);
  }

  clientDrained(): void {
    if (!this.#held) return;
    this.#held = false;
    this.connection?.resume();
  }

  override abort(): void {
    this.#complaints?.end();
    super.abort();
  }

  // ---- what the connection tells (AnswerListener) ----

  override onInterim(head: AnswerHead): void {
    this.exchange.down.interim(head.status, head.reason, keepInterimFields(head));
  }

  override onAnswer(head: AnswerHead): void {
    const { exchange } = this;
    exchange.appMs = exchange.context.stamp() - this.begunAt;
    const pool = this.connection?.pool;
    if (pool?.trouble !== undefined) pool.trouble = undefined;
    this.choice?.good();
    const verdict = judgeAnswer(exchange, this.target, head, this.connection?.localAddress);
    if (verdict.replacement !== undefined) { exchange.explain(verdict.replacement); return; }
    let { lines } = verdict;
    if (this.choice !== undefined) lines += this.choice.stickyLine(this.target.cookiePath, exchange.truth);
    if (verdict.handOver >= 0) {
      const handed = HandedAnswer.of(exchange.head, this.target, { head, lines, field: verdict.handOver });
      if (handed instanceof Fault) exchange.fail(handed);
      else {
        this.#handed = handed;
        if (HandedAnswer.isLong(head)) this.#sendHanded();
      }
      return;
    }
    exchange.live = isLive(head);
    if (exchange.live) this.#readAhead = LIVE_AHEAD;
    exchange.start(answerStart(head, exchange.head.method, lines));
    if (exchange.live) this.leavePlace();
  }

  /** The answer is a file's, once what the app sends all the same is out of the way. */
  #sendHanded(): void {
    const handed = this.#handed!;
    this.#handed = undefined;
    const { connection } = this;
    this.connection = undefined;
    connection?.drop();
    this.leavePlace();
    handed.send(this.exchange);
  }

  override onContent(bytes: Uint8Array): void {
    if (this.#handed !== undefined) {
      if (this.#handed.hasEnough(bytes.length)) this.#sendHanded();
      return;
    }
    this.exchange.content(bytes);
  }

  override onComplaint(bytes: Uint8Array): void {
    const { context, id } = this.exchange;
    this.#complaints ??= new Complaints(context, id, this.run);
    this.#complaints.add(bytes);
  }

  override onEnd(trailers: Fields | undefined): void {
    this.connection = undefined;
    if (this.#handed !== undefined) { this.#sendHanded(); return; }
    this.exchange.finish(trailers === undefined ? '' : keepTrailers(trailers));
  }

  override onFlush(): void {
    const { exchange } = this;
    exchange.flush();
    if (!this.#held && this.connection !== undefined && exchange.buffered > this.#readAhead) {
      this.#held = true;
      this.connection.pause();
    }
  }

  override onSwitch(head: AnswerHead, early: Uint8Array | undefined): void {
    const { exchange } = this;
    const connection = this.connection!;
    this.connection = undefined;
    exchange.switched();
    const tunnel = new Tunnel(exchange.context, connection.surrender());
    this.choice?.good();
    this.leavePlace();
    const lines = this.target.repair(head, exchange.head, exchange.truth).lines + idLine(exchange.id);
    const client = exchange.down.tunnel(lines, tunnel.clientSide);
    tunnel.join(client, early, exchange);
  }

  override onFault(fault: Fault, begun: boolean): void {
    const { connection, exchange } = this;
    this.connection = undefined;
    if (this.#handed !== undefined) { this.#sendHanded(); return; } // its head was whole
    if (exchange.answered) { exchange.cut(fault); return; }
    this.unanswered(fault, begun, connection);
  }
}
