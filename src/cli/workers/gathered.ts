import { merge, remains, type Snapshot } from '../../front/metrics/snapshot.ts';

/** How often the workers are asked (milliseconds). */
const EVERY = 1000;

/** What the workers have counted, as one; what ended ones had counted stays counted. */
export class Gathered {
  readonly #latest = new Map<number, Snapshot>();
  #ended: Snapshot | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Takes what those say that serve now. */
  take(all: readonly Snapshot[]): void {
    const there = new Set(all.map(({ pid }) => pid));
    for (const [pid, last] of this.#latest) {
      if (there.has(pid)) continue;
      this.#latest.delete(pid);
      this.#ended = merge(this.#ended === undefined ? [remains(last)] : [this.#ended, remains(last)]);
    }
    for (const one of all) this.#latest.set(one.pid, one);
  }

  /** Undefined before anybody has said anything. */
  get whole(): Snapshot | undefined {
    const [first, ...others] = [...this.#latest.values(), ...(this.#ended === undefined ? [] : [this.#ended])];
    return first === undefined ? undefined : merge([first, ...others]);
  }

  /** Asks now, and again and again; `taken` each time, when there are answers. */
  async begin(ask: () => Promise<readonly (Snapshot | null)[]>, taken: () => void): Promise<void> {
    const look = async (): Promise<void> => {
      this.take((await ask()).filter((one) => one !== null));
      taken();
    };
    await look();
    const later = (): void => { this.#timer = setTimeout(() => { void look().finally(later); }, EVERY).unref(); };
    later();
  }

  close(): void { clearTimeout(this.#timer); }
}
