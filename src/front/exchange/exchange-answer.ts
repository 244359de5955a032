import { Fault } from '../../core/errors.ts';
import type { Coder } from '../coding/coder.ts';
import { compressAnswer } from '../coding/compressed.ts';
import type { AnswerStart } from '../downstream/downstream.ts';
import { ExchangeFacts } from './exchange-facts.ts';
import { logExchange } from '../log/exchange-log.ts';
import type { Replacement } from '../forwarding/judge-answer.ts';
import { faultAnswer, idLine, type About, type OwnAnswer } from '../own/own-answers.ts';
import type { Target } from '../sites/targets.ts';

/** An exchange's answer, as it leaves, and its end. A base and no part, so that a request costs one object and not two. */
export abstract class ExchangeAnswer extends ExchangeFacts {
  /** Whoever answers, once that is known. */
  protected target: Target | undefined;
  protected done = false;
  /** Where the answer's content is compressed. */
  #coder: Coder | undefined;

  /** There is room for more of the answer. */
  abstract goOn(): void;

  /** The exchange is over: whoever works for it stops. Called once. */
  protected abstract letGo(): void;

  // ---- of an app or a file ----

  start(answer: AnswerStart): void {
    const compress = this.target?.compress;
    if (compress === undefined) { this.#start(answer); return; }
    const { start, coder } = compressAnswer(this, answer, compress);
    this.#coder = coder;
    this.#start(start);
  }

  #start(answer: AnswerStart): void {
    this.status = answer.status;
    this.down.start(answer, idLine(this.id));
  }

  content(bytes: Uint8Array): void {
    if (this.#coder !== undefined) { this.#coder.add(bytes); return; }
    this.bytesOut += bytes.length;
    this.down.content(bytes);
  }

  /** Bytes of the answer that wait for the client. */
  get buffered(): number { return this.#coder === undefined ? this.down.buffered : this.down.buffered + this.#coder.waiting; }

  /** The event is over: lent bytes end here. */
  flush(): void {
    this.#coder?.flush();
    this.down.flush();
  }

  clientDrained(): void {
    this.#coder?.resume();
    if (this.#coder === undefined || this.#coder.waiting === 0) this.goOn(); // else when the coder has room
  }

  finish(trailers: string): void {
    if (this.done) return;
    if (this.#coder === undefined) { this.sent(trailers); return; }
    this.#coder.end(trailers);
  }

  /** All of the content is with the carrier. */
  sent(trailers: string): void {
    this.#end();
    this.down.finish(trailers);
  }

  // ---- of our own ----

  answer(own: OwnAnswer): void {
    if (this.done) return;
    const changes = (this.target ?? this.site)?.changeAnswer;
    this.#start(changes === undefined ? own : { ...own, lines: changes.complete(own.lines) });
    if (own.bytes !== undefined) this.content(own.bytes);
    this.finish('');
  }

  /** Answers with what went wrong. Only before an answer has begun. */
  fail(fault: Fault, lines = ''): void {
    if (this.done) return;
    this.fault = fault;
    this.answer(faultAnswer(this.context, fault, { ...this.#about(lines), page: this.site?.pages.for(fault) }));
  }

  /** Answers with the explanation of a redirect that leads nowhere, in the place of the redirect. */
  explain({ fault, explanation }: Replacement): void {
    if (this.done) return;
    this.fault = fault;
    this.answer(faultAnswer(this.context, fault, { ...this.#about(''), explanation }));
  }

  /** What a page about this request needs. */
  #about(lines: string): About {
    // Every answer of the site over https says it, errors too (RFC 6797 §7.1): the first visit may be one.
    const hsts = this.site?.ownHsts(this.truth.scheme) ?? '';
    return { id: this.id, accept: this.head.fields.get('accept'), method: this.head.method, lines: lines + hsts };
  }

  // ---- the end ----

  /** The answer has begun and cannot be completed. */
  cut(fault: Fault): void {
    if (this.done) return;
    this.fault = fault;
    this.#end();
    this.down.cut();
  }

  clientGone(): void {
    if (this.done) return;
    this.fault ??= new Fault('client-gone');
    this.#end();
  }

  /** The connection has become a tunnel; the exchange lasts as long as it does. */
  switched(): void {
    this.status = 101;
    this.upgraded = true;
  }

  tunnelOver(): void { if (!this.done) this.#end(); }

  /** Everything that this exchange holds is let go, once. */
  #end(): void {
    this.done = true;
    this.letGo();
    this.#coder?.stop();
    logExchange(this);
  }
}
