import type { OpenFile } from './answer.ts';
import { closeQuietly } from './open.ts';

const PIECE = 64 * 1024;

/** How sending a file ended. Anything but `sent` means that the answer is not whole and has to be cut. */
export type StreamOutcome =
  | 'sent'
  | 'short' // the file became shorter than it was when the head went out
  | 'failed' // reading failed
  | 'aborted';

export interface FileSink {
  /** Bytes are lent: valid only during the call. False: enough for now, {@link FileStream.resume} says when to go on. */
  write(bytes: Uint8Array): boolean;
  /** The last call. The file is closed or being closed. */
  done(outcome: StreamOutcome, error?: NodeJS.ErrnoException): void;
}

export interface FileStream {
  /** Go on after a write that said false. */
  resume(): void;
  /** Stop; `done('aborted')` follows at once, and nothing is written after it. */
  abort(): void;
}

/** Sends a file piece by piece; it never holds more than one piece of 64 KiB. */
export function streamFile(file: OpenFile, sink: FileSink): FileStream {
  const stream = new Streaming(file, sink);
  stream.next();
  return stream;
}

/** Closes a file that is not going to be streamed. */
export function closeFile(file: OpenFile): void {
  closeQuietly(file.handle);
}

class Streaming implements FileStream {
  readonly #file: OpenFile;
  readonly #sink: FileSink;
  readonly #buffer: Buffer;
  #at: number;
  #waiting = false;
  #resumed = false;
  #over = false;

  constructor(file: OpenFile, sink: FileSink) {
    this.#file = file;
    this.#sink = sink;
    this.#at = file.start;
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(PIECE, Math.max(1, file.end - file.start)));
  }

  resume(): void {
    this.#resumed = true; // also from within a write
    if (!this.#waiting) return;
    this.#waiting = false;
    this.next();
  }

  abort(): void {
    this.#finish('aborted');
  }

  next(): void {
    if (this.#over) return;
    const { handle, end } = this.#file;
    const length = Math.min(this.#buffer.length, end - this.#at);
    handle.read(this.#buffer, 0, length, this.#at).then(
      ({ bytesRead }) => { this.#got(bytesRead); },
      (error: NodeJS.ErrnoException) => { this.#finish('failed', error); },
    );
  }

  #got(count: number): void {
    if (this.#over) return;
    this.#at += count;
    if (count > 0) {
      this.#resumed = false;
      const more = this.#sink.write(this.#buffer.subarray(0, count)) || this.#resumed;
      if (this.#at < this.#file.end) {
        if (more) this.next();
        else this.#waiting = true;
        return;
      }
    }
    this.#finish(this.#at >= this.#file.end ? 'sent' : 'short');
  }

  #finish(outcome: StreamOutcome, error?: NodeJS.ErrnoException): void {
    if (this.#over) return;
    this.#over = true;
    closeQuietly(this.#file.handle); // waits for a read that is under way
    this.#sink.done(outcome, error);
  }
}
