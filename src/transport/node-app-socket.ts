import { readSync } from 'node:fs';
import { Socket } from 'node:net';
import { descriptorOf } from './node-endpoint.ts';

/** Hears what was still there when writing had failed: lent bytes, and the other side's end where that had come. */
export interface LastWords {
  onData(bytes: Uint8Array): void;
  onEnd(): void;
}

/**
 * A plain connection to an app whose last words are heard. An app that refuses a large body answers (413, 403, a redirect to
 * its login) and closes over what it has not read, which resets the connection; the next write then fails, and Node closes
 * the socket without a look at what had come before. The answer is in the system's buffer all the same.
 */
export class AppSocket extends Socket {
  lastWords: LastWords | undefined;

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (error !== null && (error as NodeJS.ErrnoException).syscall === 'write') this.#hear();
    super._destroy(error, callback);
  }

  #hear(): void {
    const heard = this.lastWords;
    const fd = descriptorOf(this) ?? -1;
    if (heard === undefined || fd < 0) return;
    const buffer = Buffer.allocUnsafe(64 * 1024);
    try {
      for (let length = readSync(fd, buffer); ; length = readSync(fd, buffer)) {
        if (length === 0) { heard.onEnd(); return; }
        heard.onData(buffer.subarray(0, length));
      }
    } catch { /* EAGAIN, ECONNRESET: that was all */ }
  }
}
