import type { Fields } from '../../core/http1/fields.ts';

/** What of a request's body comes while it is still being found out what becomes of the request; bounded by what is read at once. */
export class EarlyBody {
  /** There is one. */
  readonly expected: boolean;
  readonly #pieces: Uint8Array[] = [];
  #end: { readonly trailers: Fields | undefined } | undefined;

  constructor(expected: boolean) {
    this.expected = expected;
  }

  /** Lent. */
  add(bytes: Uint8Array): void { this.#pieces.push(Uint8Array.prototype.slice.call(bytes)); }

  end(trailers: Fields | undefined): void { this.#end = { trailers }; }

  get ended(): boolean { return this.#end !== undefined; }

  /** Tells it all once more. */
  replay(to: { requestContent(bytes: Uint8Array): void; requestEnd(trailers: Fields | undefined): void }): void {
    for (const piece of this.#pieces) to.requestContent(piece);
    if (this.#end !== undefined) to.requestEnd(this.#end.trailers);
  }
}
