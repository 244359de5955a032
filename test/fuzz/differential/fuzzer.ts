import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../helpers/random.ts';
import type { CarrierKind } from './carriers.ts';
import { ToldNames } from './told-names.ts';
import { TowardsApp, type Outcome } from './towards-app.ts';
import { TowardsClient } from './towards-client.ts';

export const KINDS = ['requests', 'answers', 'names'] as const;
export type Kind = (typeof KINDS)[number];

/** Of twenty inputs: seventeen streams of requests, two answers of apps, one with names that could carry the truth. */
const kindOf = (n: number): Kind => (n % 20 < 17 ? 'requests' : n % 20 < 19 ? 'answers' : 'names');

interface Count { inputs: number; forwarded: number; refused: number }

/** The same seed and number make the same input, with the same `only` and `through`. */
export class Fuzzer {
  readonly #seed: number;
  readonly #only: Kind | undefined;
  /** Of a PHP site. */
  readonly #root = mkdtempSync(join(tmpdir(), 'sallyport-fuzz-'));
  readonly #names: ToldNames;
  readonly #of: Record<Kind, { run(random: Random): Outcome }>;
  readonly #counts: Record<Kind, Count> = { requests: { inputs: 0, forwarded: 0, refused: 0 }, answers: { inputs: 0, forwarded: 0, refused: 0 }, names: { inputs: 0, forwarded: 0, refused: 0 } };

  /** `through`: names by this carrier alone. */
  constructor(seed: number, { only, through }: { readonly only?: Kind | undefined; readonly through?: CarrierKind | undefined } = {}) {
    this.#seed = seed;
    this.#only = only;
    writeFileSync(join(this.#root, 'index.php'), '<?php');
    this.#names = new ToldNames(this.#root, through);
    this.#of = { requests: new TowardsApp(), answers: new TowardsClient(this.#root), names: this.#names };
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

  /** How many messages of each kind were forwarded and compared, and how many were refused; and of names, in which ways they came through which carrier. */
  counts(): { forwarded: number; refused: number; kinds: Record<Kind, Count>; ways: ToldNames['compared'] } {
    const all = Object.values(this.#counts);
    return { forwarded: all.reduce((sum, { forwarded }) => sum + forwarded, 0), refused: all.reduce((sum, { refused }) => sum + refused, 0), kinds: this.#counts, ways: this.#names.compared };
  }

  close(): void { rmSync(this.#root, { recursive: true }); }
}
