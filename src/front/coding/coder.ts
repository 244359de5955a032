import * as zlib from 'node:zlib';
import type { Coding } from '../../core/policy/codings.ts';

/**
 * So many answers are compressed at a time in one process; the next go out as they are. One takes about 300 (gzip) to
 * 900 KiB (zstd) for as long as its client takes to read it, so that slow clients cannot have more than about 230 MiB.
 */
const MOST = 256;
/** What waits for its coder is sent this many milliseconds after it came, should no more come: an app that pauses is heard. */
const PAUSE = 25;

const { constants } = zlib;
// Windows of 512 KiB (gzip has 32 KiB): larger ones cost every slow client's memory and help few answers. Qualities at
// which a megabyte takes some ten milliseconds, beside the event loop.
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 19 } };
/** ZSTD_c_compressionLevel and ZSTD_c_windowLog (zstd.h, ZSTD_cParameter), which older runtimes have no names for. */
const ZSTD = { params: { 100: 3, 101: 19 } };
const GZIP = { level: 6 };

type Stream = zlib.Gzip | zlib.BrotliCompress;

/** From Node 22.15 on, and in Bun. */
const { createZstdCompress: createZstd } = zlib as { createZstdCompress?: (options: typeof ZSTD) => Stream };

const MAKERS: Readonly<Record<Coding, (() => Stream) | undefined>> = {
  br: () => zlib.createBrotliCompress(BROTLI),
  zstd: createZstd === undefined ? undefined : () => createZstd(ZSTD),
  gzip: () => zlib.createGzip(GZIP),
};

/** Whether this runtime can make it. */
export const canMake = (coding: Coding): boolean => MAKERS[coding] !== undefined;

let running = 0;

/** Whether one more answer may be compressed now. */
export const hasRoom = (): boolean => running < MOST;

/** Who gets what a coder makes. */
export interface CoderSink {
  /** Bytes of the coding. False: enough for now, {@link Coder.resume} says when to go on. */
  coded(bytes: Uint8Array): boolean;
  /** What was given is through; more is welcome. */
  room(): void;
  /** The last bytes of it have been told; with the trailers that were given at its end. */
  ended(trailers: string): void;
  failed(error: Error): void;
}

/** One answer's content on its way through a content coding. The work is done beside the event loop. */
export class Coder {
  /** Bytes that were given and are not through. */
  waiting = 0;
  readonly #stream: Stream;
  readonly #sink: CoderSink;
  readonly #gzip: boolean;
  /** Somebody waits for each piece. */
  readonly #live: boolean;
  /** Something was given since the last flush. */
  #dirty = false;
  #timer: NodeJS.Timeout | undefined;
  #trailers = '';
  #over = false;

  constructor(coding: Coding, sink: CoderSink, live: boolean) {
    running++;
    this.#sink = sink;
    this.#live = live;
    this.#gzip = coding === 'gzip';
    const stream = this.#stream = MAKERS[coding]!();
    stream.on('data', (bytes: Uint8Array) => { if (!this.#over && !sink.coded(bytes)) stream.pause(); });
    stream.on('end', () => { if (this.#let()) sink.ended(this.#trailers); });
    stream.on('error', (error) => { if (this.#let()) sink.failed(error); });
  }

  /** Lent. */
  add(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length === 0) return;
    this.waiting += length;
    this.#dirty = true;
    this.#stream.write(Uint8Array.prototype.slice.call(bytes), () => {
      this.waiting -= length;
      if (!this.#over && this.waiting === 0) this.#sink.room();
    });
  }

  /** An event is over, and perhaps nothing more comes for long. */
  flush(): void {
    if (!this.#dirty || this.#over) return;
    if (this.#live) this.#flushNow();
    // Not put off by what comes meanwhile: bytes that trickle in would wait for ever.
    else this.#timer ??= setTimeout(() => { this.#flushNow(); }, PAUSE);
  }

  #flushNow(): void {
    this.#timer = undefined;
    this.#dirty = false;
    if (this.#gzip) this.#stream.flush(constants.Z_SYNC_FLUSH);
    else this.#stream.flush();
  }

  end(trailers: string): void {
    this.#trailers = trailers;
    this.#dirty = false;
    clearTimeout(this.#timer);
    this.#stream.end();
  }

  resume(): void { this.#stream.resume(); }

  /** Gives it up; nobody is told anything more. */
  stop(): void {
    if (this.#let()) this.#stream.destroy();
  }

  /** False where that was done before. */
  #let(): boolean {
    if (this.#over) return false;
    this.#over = true;
    running--;
    clearTimeout(this.#timer);
    return true;
  }
}
