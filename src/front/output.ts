import { writeLatin1 } from '../core/bytes.ts';
import type { Wire } from '../transport/wire.ts';

/**
 * Gathers what one event has to send and gives it to the wire in one write, so that a head, its body and its end leave
 * in one packet and cost one system call. `bytes` are lent (valid until the event ends): whoever adds calls `flush`
 * before the event is over.
 */
export class Output {
  #before = '';
  #bytes: Uint8Array | undefined;
  #after = '';
  /** Whether the wire asked to wait since the last drain. */
  full = false;
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  text(text: string): void {
    if (this.#bytes === undefined) this.#before += text;
    else this.#after += text;
  }

  bytes(bytes: Uint8Array): void {
    if (this.#bytes !== undefined) this.#join();
    this.#bytes = bytes;
  }

  /** What was gathered and not yet given to the wire; roughly, for back pressure. */
  get waiting(): number { return this.#bytes === undefined ? 0 : this.#bytes.length; }

  flush(): void {
    if (this.#bytes !== undefined) { this.#join(); return; }
    if (this.#before === '') return;
    const text = this.#before;
    this.#before = '';
    if (!this.#wire.write(text)) this.full = true;
  }

  #join(): void {
    const { length: before } = this.#before;
    const bytes = this.#bytes!;
    const all = Buffer.allocUnsafe(before + bytes.length + this.#after.length);
    if (before > 0) writeLatin1(all, this.#before, 0);
    all.set(bytes, before);
    if (this.#after !== '') writeLatin1(all, this.#after, before + bytes.length);
    this.#before = this.#after = '';
    this.#bytes = undefined;
    if (!this.#wire.write(all)) this.full = true;
  }
}
