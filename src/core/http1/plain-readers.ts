import type { Fault } from '../errors.ts';
import type { BodyReader, Sink } from './body-reader.ts';
import type { Fields } from './fields.ts';

/** A body of a known length (RFC 9112 §6.2). */
export class LengthReader implements BodyReader {
  readonly fault: Fault | undefined = undefined;
  readonly trailers: Fields | undefined = undefined;
  readonly #sink: Sink;
  #left: number;

  /** `length` in bytes, 0 or more. */
  constructor(length: number, sink: Sink) {
    this.#left = length;
    this.#sink = sink;
  }

  get done(): boolean { return this.#left === 0; }

  read(bytes: Uint8Array, start: number, end: number): number {
    const stop = Math.min(end, start + this.#left);
    if (stop > start) {
      this.#left -= stop - start;
      this.#sink(start === 0 && stop === bytes.length ? bytes : bytes.subarray(start, stop));
    }
    return stop;
  }
}

/**
 * A body that ends with the connection (RFC 9112 §6.3, the last rule; answers only). It is never done by itself: an
 * orderly end of the connection is its end, and anything else cut it.
 */
export class CloseReader implements BodyReader {
  readonly done: boolean = false;
  readonly fault: Fault | undefined = undefined;
  readonly trailers: Fields | undefined = undefined;
  readonly #sink: Sink;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    if (end > start) this.#sink(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
    return end;
  }
}
