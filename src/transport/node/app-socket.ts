import { readSync } from 'node:fs';
import { Socket } from 'node:net';
import { descriptorOf } from './endpoint.ts';

/** Hears what was still there when writing had failed: lent bytes, and the other side's end where that had come. */
export interface LastWords {
  onData(bytes: Uint8Array): void;
  onEnd(): void;
}

/**
 * A plain connection to an app whose last words are heard. An app that refuses a large body answers (413, 403, a redirect to
 * its login) and closes over what it has not read, which resets the connection; the next write then fails, and Node closes
 * the socket without a look at what had come before. The answer is in the system's buffer all the same.
 *
 * And no reset passes for an end in order: where one comes together with the last bytes, libuv tells EOF (it sees POLLHUP
 * behind a read that did not fill its buffer, and reads no further). An answer that ends with its connection would be
 * taken for whole.
 */
export class AppSocket extends Socket {
  lastWords: LastWords | undefined;

  override _destroy(error: NodeJS.ErrnoException | null, callback: (error?: Error | null) => void): void {
    if (error !== null && error.syscall === 'write') this.#hear(error);
    super._destroy(error, callback);
  }

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    const reset = chunk === null ? resetOf(this) : undefined;
    if (reset === undefined) return super.push(chunk, encoding);
    this.destroy(reset);
    return false;
  }

  #hear(failure: NodeJS.ErrnoException): void {
    const heard = this.lastWords;
    const fd = descriptorOf(this) ?? -1;
    if (heard === undefined || fd < 0) return;
    const buffer = Buffer.allocUnsafe(64 * 1024);
    try {
      for (let length = readSync(fd, buffer); ; length = readSync(fd, buffer)) {
        if (length === 0) {
          // The system tells of a reset once, and the write was told. After an end in order it would have been told EPIPE.
          if (failure.code !== 'ECONNRESET') heard.onEnd();
          return;
        }
        heard.onData(buffer.subarray(0, length));
      }
    } catch { /* EAGAIN, ECONNRESET: that was all */ }
  }
}

/** What the system says of an end that we are told: after one in order, nothing. */
export function resetOf(socket: Socket): Error | undefined {
  const fd = descriptorOf(socket) ?? -1;
  if (fd < 0) return undefined;
  try {
    readSync(fd, Buffer.allocUnsafe(1));
  } catch (error) {
    if (error instanceof Error && (error as NodeJS.ErrnoException).code !== 'EAGAIN') return error;
  }
  return undefined;
}
