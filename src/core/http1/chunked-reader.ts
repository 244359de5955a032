import { Fault } from '../errors.ts';
import { CLASS, CR, HEX, HTAB, LF, SEMICOLON, SP, TOKEN, VALUE, hexValue } from './chars.ts';
import { MAX_CHUNK_DIGITS, MAX_CHUNK_EXTENSION, MAX_CHUNK_EXTENSIONS } from './limits.ts';
import { TrailerReader } from './trailer-reader.ts';
import { byteName } from './shown.ts';
import type { BodyReader, BodyReaderOptions, Side, Sink } from './body-reader.ts';
import type { Fields } from './fields.ts';

/** What is expected next. */
const SIZE = 0;
const EXTENSION = 1;
const SIZE_LF = 2;
const CONTENT = 3;
const CONTENT_CR = 4;
const CONTENT_LF = 5;
const TRAILERS = 6;
const DONE = 7;
const EXTENSION_NAME = 8;
const QUOTED = 9;
const QUOTED_PAIR = 10;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * A chunked body (RFC 9112 §7.1), read strictly: a size is 1 to 16 HEXDIG up to 2^53-1 and nothing else, each line ends
 * with CRLF, extensions are bounded and dropped (they are for one hop only, §7.1.1). Parsers that differ about any of
 * these see two messages where another sees one.
 */
export class ChunkedReader implements BodyReader {
  fault: Fault | undefined = undefined;
  trailers: Fields | undefined = undefined;
  readonly #sink: Sink;
  readonly #side: Side;
  readonly #trailerReader: TrailerReader;
  #state = SIZE;
  #digits = 0;
  /** In SIZE the size so far, in CONTENT what is left of the chunk. */
  #left = 0;
  #extension = 0;
  #extensions = 0;

  constructor(options: BodyReaderOptions) {
    this.#sink = options.sink;
    this.#side = options.side;
    this.#trailerReader = new TrailerReader(options.classify);
  }

  get done(): boolean { return this.#state === DONE; }

  read(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && this.fault === undefined && this.#state !== DONE) {
      if (this.#state === CONTENT) at = this.#content(bytes, at, end);
      else if (this.#state === TRAILERS) at = this.#trailers(bytes, at, end);
      else if (this.#line(bytes[at]!)) at++;
    }
    return at;
  }

  #content(bytes: Uint8Array, at: number, end: number): number {
    const stop = Math.min(end, at + this.#left);
    this.#left -= stop - at;
    if (this.#left === 0) this.#state = CONTENT_CR;
    this.#sink(at === 0 && stop === bytes.length ? bytes : bytes.subarray(at, stop));
    return stop;
  }

  /** Reads one byte of what is between the contents; says whether it fits. */
  #line(byte: number): boolean {
    switch (this.#state) {
      case SIZE: return this.#size(byte);
      case EXTENSION:
      case EXTENSION_NAME:
      case QUOTED:
      case QUOTED_PAIR:
        return this.#extensionByte(byte);
      case SIZE_LF:
        if (byte !== LF) return this.#bad(`A CR in the size line was followed by ${byteName(byte)}, not by an LF.`);
        this.#state = this.#left === 0 ? TRAILERS : CONTENT;
        this.#digits = this.#extension = 0;
        return true;
      case CONTENT_CR:
        if (byte !== CR) return this.#bad(`After the content of a chunk came ${byteName(byte)}, not CRLF.`);
        this.#state = CONTENT_LF;
        return true;
      default:
        if (byte !== LF) return this.#bad(`After the content of a chunk and a CR came ${byteName(byte)}, not an LF.`);
        this.#state = SIZE;
        return true;
    }
  }

  #size(byte: number): boolean {
    if ((CLASS[byte]! & HEX) !== 0) {
      if (++this.#digits > MAX_CHUNK_DIGITS) return this.#bad(`A chunk size has more than ${MAX_CHUNK_DIGITS} digits.`);
      this.#left = this.#left * 16 + hexValue(byte);
      return this.#left <= Number.MAX_SAFE_INTEGER || this.#bad('A chunk size is 2^53 or more.');
    }
    if (this.#digits === 0) return this.#bad(`A chunk size begins with ${byteName(byte)}, not with a hexadecimal digit.`);
    if (byte === CR) this.#state = SIZE_LF;
    else if (byte === SEMICOLON) this.#state = EXTENSION_NAME;
    else return this.#bad(`${byteName(byte)} in or after a chunk size.`);
    return byte === CR || this.#countExtension();
  }

  /** `;` name [ `=` token or quoted-string ], dropped (RFC 9112 §7.1.1). What is no extension is refused: others read it in other ways. */
  #extensionByte(byte: number): boolean {
    const state = this.#state;
    if (byte === CR && state === EXTENSION) {
      this.#state = SIZE_LF;
      return true;
    }
    if ((CLASS[byte]! & VALUE) === 0) return this.#bad(`${byteName(byte)} in a chunk extension.`);
    if (state === QUOTED_PAIR) this.#state = QUOTED;
    else if (state === QUOTED) this.#state = byte === QUOTE ? EXTENSION : byte === BACKSLASH ? QUOTED_PAIR : QUOTED;
    else if (state === EXTENSION) this.#state = byte === QUOTE ? QUOTED : byte === SEMICOLON ? EXTENSION_NAME : EXTENSION;
    else if ((CLASS[byte]! & TOKEN) !== 0) this.#state = EXTENSION;
    else if (byte !== SP && byte !== HTAB) return this.#bad(`${byteName(byte)} where the name of a chunk extension has to be.`);
    return this.#countExtension();
  }

  #countExtension(): boolean {
    if (++this.#extension > MAX_CHUNK_EXTENSION) return this.#bad(`The extensions of one chunk are longer than ${MAX_CHUNK_EXTENSION} bytes.`);
    if (++this.#extensions > MAX_CHUNK_EXTENSIONS) return this.#bad(`All chunk extensions together are longer than ${MAX_CHUNK_EXTENSIONS} bytes.`);
    return true;
  }

  #trailers(bytes: Uint8Array, at: number, end: number): number {
    const reader = this.#trailerReader;
    const next = reader.read(bytes, at, end);
    if (reader.problem !== undefined) {
      this.fault = new Fault(this.#side === 'request' ? 'bad-trailer' : 'app-bad-answer', this.#side === 'request' ? reader.problem : `Trailers: ${reader.problem}`);
    } else if (reader.done) {
      this.trailers = reader.trailers;
      this.#state = DONE;
    }
    return next;
  }

  #bad(detail: string): false {
    this.fault = new Fault(this.#side === 'request' ? 'bad-chunk' : 'app-bad-answer', detail);
    return false;
  }
}
