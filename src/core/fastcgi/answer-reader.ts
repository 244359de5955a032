import { readCgiAnswerHead } from '../cgi/answer-head.ts';
import { CgiHeadCollector } from '../cgi/head-collector.ts';
import { Fault } from '../errors.ts';
import type { AnswerContext } from '../http1/answer-head.ts';
import type { Sink } from '../http1/body-reader.ts';
import type { AnswerHead } from '../http1/heads.ts';
import { RecordReader } from './record-reader.ts';

/** What an answer is told to, as it comes. Bytes are views: copy what must stay. */
export interface FastCgiListener {
  readonly head: (head: AnswerHead) => void;
  /** Content, never empty and never more than the head announced. */
  readonly content: Sink;
  /** What the program wrote to its standard error: for the log. Foreign bytes, in pieces of any size and without bound. */
  readonly stderr: Sink;
}

/**
 * Reads one whole answer of a FastCGI server: records, the CGI head in them, and the content, up to END_REQUEST. It is
 * `done` when that record is in and everything agreed; there is no other clean end.
 */
export class FastCgiAnswerReader {
  readonly #records: RecordReader;
  readonly #context: AnswerContext;
  readonly #listener: FastCgiListener;
  #collector: CgiHeadCollector | undefined = new CgiHeadCollector();
  #head: AnswerHead | undefined;
  /** Content that is still to come, for framing `length`. */
  #left = 0;
  #fault: Fault | undefined;
  #done = false;
  #begun = false;

  constructor(context: AnswerContext, listener: FastCgiListener) {
    this.#context = context;
    this.#listener = listener;
    this.#records = new RecordReader((bytes) => { this.#output(bytes); }, (bytes) => { listener.stderr(bytes); });
  }

  /** The answer is whole. The connection may serve another request if this was asked for and no byte followed. */
  get done(): boolean { return this.#done; }
  /** Why it cannot be read on. `app-bad-answer`; `app-cut-answer` where content is missing. */
  get fault(): Fault | undefined { return this.#fault; }
  /** Whether the head was told to the listener. */
  get answered(): boolean { return this.#head !== undefined; }
  /** The program's exit status; known when `done`. PHP-FPM always says 0. */
  get appStatus(): number { return this.#records.ended?.appStatus ?? 0; }

  /** Reads `bytes[start, end)` and gives the position after the last byte of the answer; before `end` only when it is done or at fault. */
  read(bytes: Uint8Array, start: number, end: number): number {
    if (this.#done || this.#fault !== undefined) return start;
    if (end > start) this.#begun = true;
    const at = this.#records.read(bytes, start, end);
    // A fault in the content stops nothing inside the record reader: it came first, so it counts.
    if (this.#fault === undefined) this.#fault = this.#records.fault;
    if (this.#fault === undefined && this.#records.ended !== undefined) this.#finish();
    return at;
  }

  /** The connection ended. Gives the fault that this is, or undefined where the answer was whole. */
  end(): Fault | undefined {
    if (this.#done || this.#fault !== undefined) return this.#fault;
    if (!this.#begun) this.#fault = new Fault('app-closed', 'No record came.');
    else if (this.#head === undefined) this.#fault = this.#whatIsWrong() ?? new Fault('app-closed', 'It ended before the head of the answer was complete.');
    else this.#fault = new Fault('app-cut-answer', 'The connection ended without END_REQUEST.');
    return this.#fault;
  }

  #output(bytes: Uint8Array): void {
    if (this.#fault !== undefined) return;
    if (this.#head !== undefined) { this.#content(bytes); return; }
    const soFar = this.#collector!.add(bytes);
    if (soFar === undefined) return;
    const head = readCgiAnswerHead(soFar, 0, soFar.length, this.#context);
    if (head === undefined) return;
    if (head instanceof Fault) { this.#fault = head; return; }
    this.#collector = undefined;
    this.#head = head;
    if (head.framing === 'length') this.#left = head.length;
    this.#listener.head(head);
    if (head.size < soFar.length) this.#content(soFar.subarray(head.size));
  }

  #content(bytes: Uint8Array): void {
    const { framing } = this.#head!;
    if (framing === 'close') { this.#listener.content(bytes); return; }
    // A program that knows nothing of HEAD writes its content all the same; it is for us to leave it out (RFC 3875 §4.3.3).
    if (framing === 'none') return;
    const content = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    this.#left -= content.length;
    if (content.length > 0) this.#listener.content(content);
    // What was announced has gone out, however the pieces were cut; but who wrote this had another length in mind, and it shall be seen.
    if (content !== bytes) this.#fault = new Fault('app-bad-answer', `More content than the Content-Length of ${this.#head!.length}.`);
  }

  /** No more of the head will come: the fault in what there is, which may not have been looked at yet. */
  #whatIsWrong(): Fault | undefined {
    const { all } = this.#collector!;
    const head = readCgiAnswerHead(all, 0, all.length, this.#context);
    return head instanceof Fault ? head : undefined;
  }

  #finish(): void {
    if (this.#head === undefined) this.#fault = this.#whatIsWrong() ?? new Fault('app-bad-answer', 'The request ended before the head of the answer was complete.');
    else if (this.#left > 0) this.#fault = new Fault('app-cut-answer', `${this.#left} bytes less than the Content-Length of ${this.#head.length}.`);
    else this.#done = true;
  }
}
