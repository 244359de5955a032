import type { Fault } from '../../core/errors.ts';
import type { RequestHead } from '../../core/http1/heads.ts';
import type { Truth } from '../../core/contract/truth.ts';
import type { FrontContext } from '../context.ts';
import type { Downstream } from '../downstream/downstream.ts';
import type { Site } from '../sites/site.ts';
import type { ExchangeSpan } from '../tracing/tracing.ts';

/** What is known of one request and its answer: for whoever judges them, and for logs, counts and spans. */
export class ExchangeFacts {
  readonly id: string;
  /** By {@link FrontContext.stamp}. */
  readonly startedAt: number;
  truth!: Truth;
  site: Site | undefined;
  /** Of the answer that has begun; 0: none has. */
  status = 0;
  /** Bytes of content that came, and that left; in a tunnel of everything. */
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

  constructor(down: Downstream, head: RequestHead, context: FrontContext) {
    this.down = down;
    this.head = head;
    this.context = context;
    this.id = context.idFor(down, head);
    this.startedAt = context.stamp();
  }

  get answered(): boolean { return this.status !== 0; }
}
