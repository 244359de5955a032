/** How a wrong configuration is told: every problem at once, each with its path, what was seen, what was expected and the next step. */

export type Path = readonly (string | number)[];

export interface Problem {
  readonly path: Path;
  /** The value as it was written; undefined where something is missing. */
  readonly seen: unknown;
  /** Completes the sentence "expected …"; undefined where `next` says all of it. */
  readonly expected: string | undefined;
  /** What to do about it, or why it cannot be, in sentences of its own. */
  readonly next?: string | undefined;
}

/** Thrown by the small parsers, which know the value and not where it stands. */
export class BadValue extends Error {
  override readonly name = 'BadValue';
  readonly expected: string | undefined;
  readonly next: string | undefined;

  constructor(expected: string | undefined, next?: string) {
    super(expected ?? next);
    this.expected = expected;
    this.next = next;
  }
}

/** What a rule of core gives; the words it throws with become the words of a {@link BadValue}. */
export function inWordsOf<T>(rule: () => T): T {
  try {
    return rule();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError || !(error instanceof Error)) throw error; // a defect, not a wrong value
    throw new BadValue(undefined, inWords(error));
  }
}

/** What core says, without the setting and the value in front: the problem's own line has them already. */
export const inWords = (error: Error): string => error.message.replace(/^[a-z-]+ (?:"[^"]*"|'.*?'): /, '');

/** The configuration cannot be used. Exit status 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], nameOf: (path: Path) => string = pathText) {
    super(problems.map((problem) => problemLine(problem, nameOf)).join('\n'));
    this.problems = problems;
  }
}

/** `sites[1].routes./api/.app`: as it would be looked for in the file. */
export const pathText = (path: Path): string => path
  .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${step}`))
  .join('') || '(the whole configuration)';

const problemLine = ({ path, seen, expected, next }: Problem, nameOf: (path: Path) => string): string =>
  `${nameOf(path)}: saw ${seenText(seen)}${expected === undefined ? '' : `, expected ${expected}`}${next === undefined ? '' : `. ${sentence(next)}`}`;

const sentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);

/** A value in a message: short, and on one line whatever is in it. */
export function seenText(seen: unknown): string {
  if (seen === undefined) return 'nothing';
  const text = typeof seen === 'function' ? 'a function' : JSON.stringify(seen) ?? String(seen);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

/** Gathers problems, so that a person sees all of them in one run. */
export class Problems {
  readonly list: Problem[] = [];

  add(problem: Problem): void { this.list.push(problem); }

  /** A key that several routes share is read for each of them; what is wrong with it is told once. */
  told(path: Path): boolean { return this.list.some((problem) => problem.path.join('\0') === path.join('\0')); }

  /** What `read` gives; undefined, and one more problem, where it throws {@link BadValue}. */
  at<T>(path: Path, seen: unknown, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      this.add({ path, seen, expected: error.expected, next: error.next });
      return undefined;
    }
  }

  throwIfAny(nameOf?: (path: Path) => string): void {
    if (this.list.length > 0) throw new ConfigError(this.list, nameOf);
  }
}
