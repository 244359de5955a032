import type { LogOutput } from './log.ts';

/** Where finished lines are gathered on their way out. */
export interface Lines {
  add(line: string): void;
  /** Writes what has been gathered, before it returns. */
  flush(): void;
}

/** A turn that makes more than this does not wait for its end. */
const FULL = 64 * 1024;

/** Lines of one event-loop turn, written together. */
export class Batch implements Lines {
  readonly #out: LogOutput;
  #text = '';
  #scheduled = false;

  constructor(out: LogOutput) {
    this.#out = out;
  }

  add(line: string): void {
    this.#text += line;
    if (this.#text.length >= FULL) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => { this.#scheduled = false; this.flush(); });
    }
  }

  flush(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#out.write(text);
  }
}
