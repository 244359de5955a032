import type { BunSocket } from './runtime.ts';

/**
 * Knows an end that close_notify told from a mere FIN, which Bun tells alike. A close_notify is among the bytes of a read, a
 * FIN is found by the next one: so from one read on, until all that it brought has been told, no other is made. What is told
 * as the end meanwhile came by close_notify.
 */
export class EndWatch {
  /** What a read brought is being told. */
  telling = false;
  readonly #above: BunSocket;
  readonly #readOn: () => void;

  /** `below` hears the bytes of TLS before `above` hears what is in them; `readOn` is asked for when all was told. From inside an event of `above`'s bytes. */
  constructor(below: BunSocket, above: BunSocket, readOn: () => void) {
    this.#above = above;
    this.#readOn = readOn;
    below.reload({ socket: { drain() {}, data: () => { this.#hold(); } } });
    this.#hold();
  }

  #hold(): void {
    if (this.telling) return;
    this.telling = true;
    this.#above.pause();
    // Not a microtask: those run between two events of one read.
    setImmediate(() => {
      this.telling = false;
      this.#readOn();
    });
  }
}
