import { Random } from '../../helpers/random.ts';
import { ToldNames } from './told-names.ts';
import { TowardsApp, type Outcome } from './towards-app.ts';
import { TowardsClient } from './towards-client.ts';

export const KINDS = ['requests', 'answers', 'names'] as const;
export type Kind = (typeof KINDS)[number];

/** Of twenty inputs: seventeen streams of requests, two answers of apps, one with names that could carry the truth. */
const kindOf = (n: number): Kind => (n % 20 < 17 ? 'requests' : n % 20 < 19 ? 'answers' : 'names');

interface Count { inputs: number; forwarded: number; refused: number }

/** The same seed and number make the same input. */
export class Fuzzer {
  readonly #seed: number;
  readonly #only: Kind | undefined;
  readonly #names = new ToldNames();
  readonly #of: Record<Kind, { run(random: Random): Outcome }> = { requests: new TowardsApp(), answers: new TowardsClient(), names: this.#names };
  readonly #counts: Record<Kind, Count> = { requests: { inputs: 0, forwarded: 0, refused: 0 }, answers: { inputs: 0, forwarded: 0, refused: 0 }, names: { inputs: 0, forwarded: 0, refused: 0 } };

  constructor(seed: number, only?: Kind) {
    this.#seed = seed;
    this.#only = only;
  }

  /** Undefined where the invariants hold. */
  run(n: number): { readonly kind: Kind; readonly message: string } | undefined {
    const kind = this.#only ?? kindOf(n);
    const count = this.#counts[kind];
    count.inputs++;
    try {
      const { forwarded, refused } = this.#of[kind].run(new Random(Math.imul(this.#seed, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca6b)));
      count.forwarded += forwarded;
      count.refused += refused;
      return undefined;
    } catch (error) {
      return { kind, message: (error as Error).message };
    }
  }

  /** How many messages of each kind were forwarded and compared, and how many were refused. */
  counts(): { forwarded: number; refused: number; kinds: Record<Kind, Count> } {
    const all = Object.values(this.#counts);
    return { forwarded: all.reduce((sum, { forwarded }) => sum + forwarded, 0), refused: all.reduce((sum, { refused }) => sum + refused, 0), kinds: this.#counts };
  }

  close(): void { this.#names.close(); }
}
