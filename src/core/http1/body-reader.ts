import type { Fault } from '../errors.ts';
import type { Fields } from './fields.ts';
import type { Classify } from './names.ts';

/** Takes a piece of content. It is a view of the bytes given to `read`: copy what must stay after the call. Never empty. */
export type Sink = (content: Uint8Array) => void;

/** Whose body it is: decides between `bad-chunk`, `bad-trailer` (client) and `app-bad-answer` (app). */
export type Side = 'request' | 'answer';

/** Takes a body out of the bytes of a connection, in pieces of any size (RFC 9112 §6, §7). */
export interface BodyReader {
  /**
   * Reads `bytes[start, end)` and gives the position after the last byte that belongs to the body; before `end` only
   * when it is done or at fault. Content goes to the sink as it comes.
   */
  read(bytes: Uint8Array, start: number, end: number): number;
  /** The body is whole. */
  readonly done: boolean;
  /** Why the body cannot be read on; nothing is read after it. */
  readonly fault: Fault | undefined;
  /** The trailer section, if there was one; known when `done`. */
  readonly trailers: Fields | undefined;
}

/** What every reader of a body is made with. */
export interface BodyReaderOptions {
  readonly side: Side;
  readonly classify: Classify;
  readonly sink: Sink;
}
