import { close, write, writeSync } from 'node:fs';
import type { FrontEvent } from './entries.ts';
import type { Lines } from './lines.ts';

/** Lines wait this long for others (milliseconds): a system call for each turn costs more than the lines do. */
const GATHER = 20;
/** Characters that do not wait for others. */
const FULL = 64 * 1024;
/** Characters that wait for a disk or a reader that takes nothing; what comes then is lost, and counted. */
const MOST = 8 * 1024 * 1024;
/** How soon it is tried again where nothing could be written (milliseconds). */
const AGAIN = 1000;

export interface DescriptorOptions {
  /** What it is called in messages. */
  readonly name: string;
  /** Told of trouble once, and once when it is over. */
  readonly tell: (event: FrontEvent) => void;
}

/**
 * Lines on their way to a file or a pipe, written beside the event loop: one write is under way at a time, and what comes
 * meanwhile is gathered. A disk that is full or a reader that has stopped costs lines, and never a request.
 */
export class DescriptorLines implements Lines {
  #fd: number;
  #next: number | undefined;
  readonly #options: DescriptorOptions;
  #pending = '';
  #timer: NodeJS.Timeout | undefined;
  #busy = false;
  /** A write ended in the middle of a line. */
  #cut = false;
  #failing = false;
  #lost = 0;
  /** What is under way was waited for in vain: waiting for more of it would never end. */
  #stuck = false;
  readonly #idle: (() => void)[] = [];

  constructor(fd: number, options: DescriptorOptions) {
    this.#fd = fd;
    this.#options = options;
  }

  add(line: string): void {
    if (this.#pending.length >= MOST) { this.#lost++; return; }
    this.#pending += line;
    if (this.#pending.length >= FULL && !this.#failing) this.#write();
    else if (!this.#busy) this.#later();
  }

  #later(): void {
    this.#timer ??= setTimeout(() => { this.#write(); }, this.#failing ? AGAIN : GATHER).unref();
  }

  flush(): void {
    if (this.#stuck) return;
    for (let bytes = this.#take(); bytes.length > 0;) {
      try {
        bytes = bytes.subarray(writeSync(this.#fd, bytes));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') this.#failed(error as NodeJS.ErrnoException, bytes);
        return;
      }
    }
  }

  /** Writes to another descriptor from now on; the old one is closed when nothing is under way to it. */
  replace(fd: number): void {
    if (this.#next !== undefined) close(this.#next);
    this.#next = fd;
    if (!this.#busy) this.#swap();
  }

  /** When everything was written, or cannot be; `patience` milliseconds at most. */
  async drained(patience: number): Promise<void> {
    if (this.#pending !== '') this.#write();
    if (!this.#busy) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => { this.#stuck = true; resolve(); }, patience);
      this.#idle.push(() => { clearTimeout(timer); resolve(); });
    });
  }

  #swap(): void {
    if (this.#next === undefined) return;
    close(this.#fd);
    this.#fd = this.#next;
    this.#next = undefined;
  }

  #take(): Buffer {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#cut ? `\n${this.#pending}` : this.#pending;
    if (this.#pending === '') return Buffer.alloc(0);
    this.#pending = '';
    this.#cut = false;
    return Buffer.from(text);
  }

  #write(): void {
    if (this.#busy) return;
    const bytes = this.#take();
    if (bytes.length === 0) return;
    this.#busy = true;
    this.#send(bytes);
  }

  #send(bytes: Buffer): void {
    write(this.#fd, bytes, 0, bytes.length, null, (error, written) => {
      if (error?.code === 'EAGAIN') { setTimeout(() => { this.#send(bytes); }, GATHER); return; } // a pipe that does not block, and is full
      if (error === null && written < bytes.length) { this.#cut = bytes[written - 1] !== 0x0a; this.#send(bytes.subarray(written)); return; }
      this.#busy = false;
      if (error !== null) this.#failed(error, bytes);
      else this.#worked();
      this.#swap();
      // What came meanwhile waits for more too: written at once, a busy front would write without a pause, a few lines each time.
      if (!this.#failing && (this.#pending.length >= FULL || this.#idle.length > 0)) this.#write();
      if (this.#pending !== '' && !this.#busy) this.#later();
      if (!this.#busy || this.#failing) for (const idle of this.#idle.splice(0)) idle();
    });
  }

  #failed(error: NodeJS.ErrnoException, bytes: Buffer): void {
    for (const byte of bytes) if (byte === 0x0a) this.#lost++;
    if (this.#failing) return;
    this.#failing = true;
    this.#options.tell({
      event: 'log-failed', level: 'error', code: error.code,
      message: `${this.#options.name} takes nothing any more (${error.code}): what is logged from here on may be lost. What runs goes on.`,
    });
  }

  #worked(): void {
    this.#cut = false;
    if (!this.#failing && this.#lost === 0) return;
    const lost = this.#lost;
    this.#failing = false;
    this.#lost = 0;
    this.#options.tell({ event: 'log-back', level: 'warn', lost, message: `${this.#options.name} takes what is logged again; ${lost === 1 ? '1 line was' : `${lost} lines were`} lost.` });
  }
}
