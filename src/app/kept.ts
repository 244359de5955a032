import type { Heard } from './asked.ts';
import type { Judged } from './judge.ts';

const kept = new WeakMap<object, Judged>();

/** Remembers what was judged about a request, under the object that the framework hands around. */
export function keep(request: object, judged: Judged): void { kept.set(request, judged); }

/** @throws Error where `sallyport()` has not seen this request. */
export function judgedOf(request: object, usage: string): Judged {
  const judged = kept.get(request);
  if (judged === undefined) throw new Error(`sallyport: requireHttps() and requireHttp() need ${usage} before them: it is what knows over which scheme a request came.`);
  return judged;
}

/** What was heard about a request; undefined where `sallyport()` has not seen it. */
export function heardOf(request: object): Heard | undefined { return kept.get(request)?.heard; }
