import { Fault } from '../../core/errors.ts';
import type { Fields } from '../../core/http1/fields.ts';
import { NO_BODY } from '../../core/http1/write-head.ts';
import { AppLeg } from '../forwarding/app-leg.ts';
import { CollectedBody, tooLarge } from '../forwarding/collected-body.ts';
import { EarlyBody } from '../forwarding/early-body.ts';
import { ExchangeAnswer } from './exchange-answer.ts';
import { fileJob, FileLeg, type FileJob } from '../static/file-leg.ts';
import { ruleOn, ruleOnScript, type Ruling } from './ruling.ts';
import type { AppLead, FileLead } from '../sites/targets.ts';

/**
 * One request and its answer, whatever carries them. Judges the request, finds who answers it, and sees it through; how
 * the answer leaves is {@link ExchangeAnswer}.
 */
export class Exchange extends ExchangeAnswer {
  #app: AppLeg | undefined;
  #file: FileLeg | undefined;
  #body: CollectedBody | undefined;
  /** Present while it is not known what becomes of the request. */
  #early: EarlyBody | undefined;
  #maxBody = 0;

  // ---- what becomes of it ----

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
    if (this.done || early === undefined) return;
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
      this.target = ruling.target;
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
    this.target = found.target;
    this.#file = new FileLeg(this, fileJob(this, found));
    this.#file.begin(() => {
      this.#file = undefined;
      this.#become(orElse ?? new Fault('not-found'), false);
      this.down.flush();
    });
  }

  /** An app answers what it is asked; of a PHP site it is asked only for scripts. */
  #toApp(found: AppLead, hasBody: boolean): void {
    const { scripts } = this.target = found.target;
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

  // ---- its body, as it comes ----

  /** A piece, lent. */
  requestContent(bytes: Uint8Array): void {
    if (this.done) return;
    if (this.#early !== undefined) { this.#early.add(bytes); this.down.holdBody(); return; }
    this.bytesIn += bytes.length;
    if (this.bytesIn > this.#maxBody) { this.requestFault(tooLarge(this.#app!.target.route, this.bytesIn)); return; }
    if (this.#body !== undefined) {
      if (!this.#body.add(bytes)) this.down.holdBody();
    } else if (this.#app?.content(bytes) === false) this.down.holdBody();
  }

  requestEnd(trailers: Fields | undefined): void {
    if (this.done) return;
    if (this.#early !== undefined) { this.#early.end(trailers); return; }
    // A collected body goes on with a Content-Length, which leaves no room for trailers (RFC 9110 §6.5.1 lets them be discarded).
    if (this.#body !== undefined) this.#app!.beginWith(this.#body);
    else this.#app?.endContent(trailers === undefined ? '' : this.#app.keepTrailers(trailers));
  }

  /** The rest of the request will never come, or must not. */
  requestFault(fault: Fault): void {
    if (this.done) return;
    if (this.answered) this.cut(fault);
    else this.fail(fault);
  }

  // ---- its answer ----

  override goOn(): void {
    this.#app?.clientDrained();
    this.#file?.clientDrained();
  }

  /** The app has handed its answer over to a file: the first of these that is there. */
  sendFile([job, ...others]: readonly FileJob[], missing: Fault): void {
    if (this.done) return;
    if (job === undefined) { this.fail(missing); return; }
    this.#file = new FileLeg(this, job);
    this.#file.begin(() => {
      this.sendFile(others, missing);
      this.down.flush();
    });
  }

  protected override letGo(): void {
    this.#app?.abort();
    this.#file?.abort();
    this.#body?.dispose();
  }
}
