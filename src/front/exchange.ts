import { Fault } from '../core/errors.ts';
import type { Fields } from '../core/http1/fields.ts';
import type { RequestHead } from '../core/http1/heads.ts';
import { NO_BODY } from '../core/http1/write-head.ts';
import type { Truth } from '../core/contract/truth.ts';
import { AppLeg } from './app-leg.ts';
import type { Coder } from './coder.ts';
import { CollectedBody, tooLarge } from './collected-body.ts';
import { compressAnswer } from './compressed.ts';
import type { FrontContext } from './context.ts';
import type { AnswerStart, Downstream } from './downstream/downstream.ts';
import { EarlyBody } from './early-body.ts';
import { fileJob, FileLeg, type FileJob } from './file-leg.ts';
import type { Replacement } from './judge-answer.ts';
import { faultAnswer, idLine, type About, type OwnAnswer } from './own-answers.ts';
import { ruleOn, ruleOnScript, type Ruling } from './ruling.ts';
import type { Site } from './site.ts';
import type { AppLead, FileLead, Target } from './targets.ts';
import { logExchange } from './exchange-log.ts';
import type { ExchangeSpan } from './tracing.ts';

/** One request and its answer, whatever carries them. Judges the request, finds who answers it, and sees it through. */
export class Exchange {
  readonly id: string;
  /** By {@link FrontContext.stamp}. */
  readonly startedAt: number;
  truth!: Truth;
  site: Site | undefined;
  status = 0;
  bytesIn = 0;
  bytesOut = 0;
  fault: Fault | undefined;
  /** An answer without an end that anybody waits for: an event stream. */
  live = false;
  upgraded = false;
  span: ExchangeSpan | undefined;
  /** A guard of the front's own was answered with it: it is nothing to the app. */
  hideAuthorization = false;
  /** Milliseconds that the app took until its answer began. */
  appMs: number | undefined;
  readonly down: Downstream;
  readonly head: RequestHead;
  readonly context: FrontContext;
  #app: AppLeg | undefined;
  #file: FileLeg | undefined;
  #body: CollectedBody | undefined;
  /** Where the answer's content is compressed. */
  #coder: Coder | undefined;
  /** Present while it is not known what becomes of the request. */
  #early: EarlyBody | undefined;
  #maxBody = 0;
  #done = false;
  /** Whoever answers, once that is known. */
  #target: Target | undefined;

  constructor(down: Downstream, head: RequestHead, context: FrontContext) {
    this.down = down;
    this.head = head;
    this.context = context;
    this.id = context.idFor(down, head);
    this.startedAt = context.stamp();
  }

  get answered(): boolean { return this.status !== 0; }

  // ---- the request, as it comes ----

  /** bytes → truth → site → rule → who answers (ARCHITECTURE.md, "The life of a request"). */
  begin(hasBody: boolean): void {
    const { context, head } = this;
    context.counters?.begin();
    const truth = this.truth = context.read(this.down, head);
    if (truth.by.scheme === 'connection') context.noteClaim(this.down, head);
    if (context.live.tracing !== undefined) this.span = context.live.tracing.begin(this);
    const ruling = ruleOn(this);
    if (ruling === 'later') this.#early = new EarlyBody(hasBody);
    else this.#become(ruling, hasBody);
  }

  /** What becomes of it, where that took a while to find out. */
  ruled(ruling: Ruling): void {
    const early = this.#early;
    this.#early = undefined;
    if (this.#done || early === undefined) return;
    this.#become(ruling, early.expected);
    if (!early.ended) this.down.releaseBody(); // before the replay, which may hold it again
    early.replay(this);
    this.down.flush();
  }

  #become(ruling: Ruling, hasBody: boolean): void {
    if (ruling instanceof Fault) this.fail(ruling);
    else if (!('target' in ruling)) this.answer(ruling);
    else if ('send' in ruling) this.#toApp(ruling, hasBody);
    else if ('rest' in ruling) this.#toFile(ruling, hasBody);
    else {
      this.#target = ruling.target;
      this.#become(ruling.target.answer(this), hasBody);
    }
  }

  /** A file, or where there is none and the route says so, the app. */
  #toFile(found: FileLead, hasBody: boolean): void {
    const orElse = found.target.route.missing === 'app' ? this.site!.app(this.head.target) : undefined;
    if (hasBody) { // nobody sends a body to a file
      if (orElse !== undefined) this.#become(orElse, true);
      else this.fail(new Fault('method-not-allowed', 'a request with a body'), 'Allow: GET, HEAD\r\n');
      return;
    }
    this.#target = found.target;
    this.#file = new FileLeg(this, fileJob(this, found));
    this.#file.begin(() => {
      this.#file = undefined;
      this.#become(orElse ?? new Fault('not-found'), false);
      this.down.flush();
    });
  }

  /** An app answers what it is asked; of a PHP site it is asked only for scripts. */
  #toApp(found: AppLead, hasBody: boolean): void {
    const { scripts } = this.#target = found.target;
    if (scripts === undefined) { this.#ask(found, hasBody); return; }
    const ruling = ruleOnScript(this, found, scripts);
    if ('send' in ruling) this.#ask(ruling, hasBody);
    else this.#become(ruling, hasBody);
  }

  /** Sends the request to an app: at once, or when its body has been collected. */
  #ask(found: AppLead, hasBody: boolean): void {
    const { head } = this;
    const { route } = found.target;
    const leg = this.#app = new AppLeg(this, found);
    if (!hasBody) { leg.begin(head.framing === 'length' ? { framing: 'length', length: 0 } : NO_BODY); return; }
    this.#maxBody = route.maxBody;
    if (head.length > route.maxBody) { this.fail(tooLarge(route, head.length)); return; }
    const http = route.app.protocol === 'http';
    // Variables announce a body by its length: one of unknown length has to be whole first.
    if (route.streamBodies && (http || head.framing === 'length')) {
      if (head.expectsContinue && !http) this.down.interim(100, 'Continue', '');
      leg.begin({ framing: head.framing, length: head.length });
      return;
    }
    this.#body = new CollectedBody(head.length, (fault) => { this.requestFault(fault); }, () => { this.down.releaseBody(); });
    if (head.expectsContinue) this.down.interim(100, 'Continue', '');
  }

  /** A piece of the request's body, lent. */
  requestContent(bytes: Uint8Array): void {
    if (this.#done) return;
    if (this.#early !== undefined) { this.#early.add(bytes); this.down.holdBody(); return; }
    this.bytesIn += bytes.length;
    if (this.bytesIn > this.#maxBody) { this.requestFault(tooLarge(this.#app!.target.route, this.bytesIn)); return; }
    if (this.#body !== undefined) {
      if (!this.#body.add(bytes)) this.down.holdBody();
    } else if (this.#app?.content(bytes) === false) this.down.holdBody();
  }

  requestEnd(trailers: Fields | undefined): void {
    if (this.#done) return;
    if (this.#early !== undefined) { this.#early.end(trailers); return; }
    // A collected body goes on with a Content-Length, which leaves no room for trailers (RFC 9110 §6.5.1 lets them be discarded).
    if (this.#body !== undefined) this.#app!.beginWith(this.#body);
    else this.#app?.endContent(trailers === undefined ? '' : this.#app.keepTrailers(trailers));
  }

  /** The rest of the request will never come, or must not. */
  requestFault(fault: Fault): void {
    if (this.#done) return;
    if (this.answered) this.cut(fault);
    else this.fail(fault);
  }

  clientDrained(): void {
    this.#coder?.resume();
    if (this.#coder === undefined || this.#coder.waiting === 0) this.goOn(); // else when the coder has room
  }

  /** There is room for more of the answer. */
  goOn(): void {
    this.#app?.clientDrained();
    this.#file?.clientDrained();
  }

  clientGone(): void {
    if (this.#done) return;
    this.fault ??= new Fault('client-gone');
    this.#end();
  }

  /** The app has handed its answer over to a file: the first of these that is there. */
  sendFile([job, ...others]: readonly FileJob[], missing: Fault): void {
    if (this.#done) return;
    if (job === undefined) { this.fail(missing); return; }
    this.#file = new FileLeg(this, job);
    this.#file.begin(() => {
      this.sendFile(others, missing);
      this.down.flush();
    });
  }

  // ---- the answer, as it leaves ----

  /** An answer of an app or a file. */
  start(answer: AnswerStart): void {
    const compress = this.#target?.compress;
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

  finish(trailers: string): void {
    if (this.#done) return;
    if (this.#coder === undefined) { this.sent(trailers); return; }
    this.#coder.end(trailers);
  }

  /** All of the content is with the carrier. */
  sent(trailers: string): void {
    this.#end();
    this.down.finish(trailers);
  }

  /** An answer of our own. */
  answer(own: OwnAnswer): void {
    if (this.#done) return;
    const changes = (this.#target ?? this.site)?.changeAnswer;
    this.#start(changes === undefined ? own : { ...own, lines: changes.complete(own.lines) });
    if (own.bytes !== undefined) this.content(own.bytes);
    this.finish('');
  }

  /** Answers with what went wrong. Only before an answer has begun. */
  fail(fault: Fault, lines = ''): void {
    if (this.#done) return;
    this.fault = fault;
    this.answer(faultAnswer(this.context, fault, { ...this.about(lines), page: this.site?.pages.for(fault) }));
  }

  /** Answers with the explanation of a redirect that leads nowhere, in the place of the redirect. */
  explain({ fault, explanation }: Replacement): void {
    if (this.#done) return;
    this.fault = fault;
    this.answer(faultAnswer(this.context, fault, { ...this.about(), explanation }));
  }

  /** What a page about this request needs. */
  about(lines = ''): About {
    // Every answer of the site over https says it, errors too (RFC 6797 §7.1): the first visit may be one.
    const hsts = this.site?.ownHsts(this.truth.scheme) ?? '';
    return { id: this.id, accept: this.head.fields.get('accept'), method: this.head.method, lines: lines + hsts };
  }

  /** The answer has begun and cannot be completed. */
  cut(fault: Fault): void {
    if (this.#done) return;
    this.fault = fault;
    this.#end();
    this.down.cut();
  }

  /** The connection has become a tunnel; the exchange lasts as long as it does. */
  switched(): void {
    this.status = 101;
    this.upgraded = true;
  }

  tunnelOver(): void { if (!this.#done) this.#end(); }

  /** Everything that this exchange holds is let go, once. */
  #end(): void {
    this.#done = true;
    this.#app?.abort();
    this.#file?.abort();
    this.#body?.dispose();
    this.#coder?.stop();
    logExchange(this);
  }
}
