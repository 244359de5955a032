import { Fault } from '../../core/errors.ts';
import { readAnswerHead } from '../../core/http1/answer-head.ts';
import type { BodyReader } from '../../core/http1/body-reader.ts';
import { createBodyReader } from '../../core/http1/create-body-reader.ts';
import type { Fields } from '../../core/http1/fields.ts';
import { HeadCollector } from '../../core/http1/head-collector.ts';
import type { AnswerHead } from '../../core/http1/heads.ts';
import type { Classify } from '../../core/http1/names.ts';

/** What the bytes of an app mean. Any of these calls may {@link AnswerReader.stop} the reader. */
export interface AnswerEvents {
  onInterim(head: AnswerHead): void;
  onHead(head: AnswerHead): void;
  /** Lent. */
  onContent(bytes: Uint8Array): void;
  /** The answer is whole. `more`: bytes came behind it that no request asked for. */
  onWhole(trailers: Fields | undefined, more: boolean): void;
  onSwitch(head: AnswerHead, early: Uint8Array | undefined): void;
  onMalformed(fault: Fault): void;
  /** What the app wrote to its standard error (FastCGI). Lent. */
  onComplaint(bytes: Uint8Array): void;
}

/** Reads one answer after the other from the bytes of a connection, and tells {@link AnswerEvents}. */
export interface AnswerSource {
  /** Something of the answer has come. */
  readonly begun: boolean;
  /** No answer is expected. */
  readonly idle: boolean;
  /** The head of the answer is in. */
  readonly inBody: boolean;
  /** The answer that is arriving ends with the connection (RFC 9112 §6.3, rule 8). */
  readonly endsWithConnection: boolean;
  /** An answer to this method is expected. */
  begin(method: string): void;
  /** Nothing more is expected. */
  stop(): void;
  read(bytes: Uint8Array): void;
  /** The connection ended where it must not: what was wrong with what had come, where there is more to say than that. */
  ended(): Fault | undefined;
}

/** Reads one HTTP/1 answer after the other from the bytes of a connection. */
export class AnswerReader implements AnswerSource {
  begun = false;
  #phase: 'idle' | 'head' | 'body' = 'idle';
  #method = '';
  #collector: HeadCollector | undefined;
  /** Undefined in phase `body`: until the connection ends. */
  #body: BodyReader | undefined;
  readonly #classify: Classify;
  readonly #events: AnswerEvents;

  constructor(classify: Classify, events: AnswerEvents) {
    this.#classify = classify;
    this.#events = events;
  }

  begin(method: string): void {
    this.#phase = 'head';
    this.#method = method;
    this.begun = false;
  }

  stop(): void {
    this.#phase = 'idle';
    this.#body = this.#collector = undefined;
  }

  get endsWithConnection(): boolean { return this.#phase === 'body' && this.#body === undefined; }

  get idle(): boolean { return this.#phase === 'idle'; }
  get inBody(): boolean { return this.#phase === 'body'; }

  ended(): undefined { return undefined; }

  read(bytes: Uint8Array): void {
    if (this.#collector !== undefined) {
      const worthwhile = this.#collector.add(bytes);
      if (worthwhile === undefined) return;
      bytes = worthwhile;
    }
    for (let at = 0; at < bytes.length && this.#phase !== 'idle';) {
      at = this.#phase === 'head' ? this.#readHead(bytes, at) : this.#readBody(bytes, at);
    }
  }

  #readHead(bytes: Uint8Array, at: number): number {
    const head = readAnswerHead(bytes, at, bytes.length, { classify: this.#classify, method: this.#method });
    this.begun = true;
    if (head === undefined) {
      if (this.#collector === undefined) { // else it has these bytes already
        this.#collector = new HeadCollector();
        this.#collector.add(bytes.subarray(at));
      }
      return bytes.length;
    }
    this.#collector = undefined;
    if (head instanceof Fault) { this.#malformed(head); return bytes.length; }
    at += head.size;
    if (head.status === 101) {
      this.stop();
      // What follows is not HTTP. Copied: a tunnel begins with it when this event is over.
      this.#events.onSwitch(head, at < bytes.length ? Uint8Array.prototype.slice.call(bytes, at) : undefined);
      return bytes.length;
    }
    if (head.status < 200) this.#events.onInterim(head);
    else this.#begin(head, at < bytes.length);
    return at;
  }

  #begin(head: AnswerHead, more: boolean): void {
    this.#phase = 'body';
    this.#events.onHead(head);
    if (this.#phase !== 'body') return; // the answer was not wanted
    if (head.framing === 'none' || (head.framing === 'length' && head.length === 0)) this.#whole(undefined, more);
    else if (head.framing !== 'close') this.#body = createBodyReader(head, { side: 'answer', classify: this.#classify, sink: (content) => { this.#events.onContent(content); } });
  }

  #readBody(bytes: Uint8Array, at: number): number {
    const body = this.#body;
    if (body === undefined) {
      this.#events.onContent(at === 0 ? bytes : bytes.subarray(at));
      return bytes.length;
    }
    at = body.read(bytes, at, bytes.length);
    if (this.#phase !== 'body') return bytes.length; // stopped while it was read
    if (body.fault !== undefined) this.#malformed(body.fault);
    else if (body.done) this.#whole(body.trailers, at < bytes.length);
    return at;
  }

  #whole(trailers: Fields | undefined, more: boolean): void {
    this.stop();
    this.#events.onWhole(trailers, more);
  }

  #malformed(fault: Fault): void {
    this.stop();
    this.#events.onMalformed(fault);
  }
}
