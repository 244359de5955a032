import type { Fault } from '../../core/errors.ts';

/** What is wrong with a request; undefined: nothing; 'later': it has to be found out, and `told` gets it. */
export type Verdict = Fault | undefined | 'later';
export type Told = (fault: Fault | undefined) => void;
export type Step = (told: Told) => Verdict;

/** One after the other, until one finds something wrong. */
export function inTurn(steps: readonly Step[], told: Told, from = 0): Verdict {
  for (let i = from; i < steps.length; i++) {
    const found = steps[i]!((fault) => {
      const next = fault ?? inTurn(steps, told, i + 1);
      if (next !== 'later') told(next);
    });
    if (found !== undefined) return found;
  }
  return undefined;
}
