import { FastCgiAnswerReader } from '../../core/fastcgi/answer-reader.ts';
import type { Fault } from '../../core/errors.ts';
import type { Classify } from '../../core/http1/names.ts';
import type { AnswerEvents, AnswerSource } from './answer-reader.ts';

/** Reads one FastCGI answer after the other from the bytes of a connection. */
export class FastCgiAnswers implements AnswerSource {
  begun = false;
  /** An answer ends with END_REQUEST and nothing else. */
  readonly endsWithConnection = false;
  #reader: FastCgiAnswerReader | undefined;
  readonly #classify: Classify;
  readonly #events: AnswerEvents;

  constructor(classify: Classify, events: AnswerEvents) {
    this.#classify = classify;
    this.#events = events;
  }

  get idle(): boolean { return this.#reader === undefined; }
  get inBody(): boolean { return this.#reader?.answered === true; }

  begin(method: string): void {
    this.begun = false;
    // One that was stopped goes on to the end of the bytes it was given; nobody hears it any more.
    const heard = (): boolean => this.#reader === reader;
    const reader: FastCgiAnswerReader = new FastCgiAnswerReader({ classify: this.#classify, method }, {
      head: (head) => { if (heard()) this.#events.onHead(head); },
      content: (bytes) => { if (heard()) this.#events.onContent(bytes); },
      stderr: (bytes) => { if (heard()) this.#events.onComplaint(bytes); },
    });
    this.#reader = reader;
  }

  stop(): void { this.#reader = undefined; }

  read(bytes: Uint8Array): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    this.begun = true;
    const at = reader.read(bytes, 0, bytes.length);
    if (this.#reader !== reader) return;
    if (reader.fault !== undefined) {
      this.stop();
      this.#events.onMalformed(reader.fault);
    } else if (reader.done) {
      this.stop();
      this.#events.onWhole(undefined, at < bytes.length);
    }
  }

  ended(): Fault | undefined { return this.begun ? this.#reader?.end() : undefined; }
}
