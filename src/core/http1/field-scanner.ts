import { Fault } from '../errors.ts';
import { latin1 } from '../bytes.ts';
import { CLASS, COLON, CR, HTAB, LF, SP, TOKEN, VALUE, afterRun } from './chars.ts';
import { Fields } from './fields.ts';
import { NameTable } from './name-table.ts';
import { byteName, shown } from './shown.ts';
import { Name } from './names.ts';
import type { Classify } from './names.ts';

/** Instead of a position: the section is not complete. */
export const MORE = -1;
/** Instead of a position: see `fault`. */
export const BAD = -2;

type Filling = { -readonly [K in keyof Fields]: Fields[K] };

/** Codes up to this one are counted while scanning, as they decide about framing and the connection. */
const LAST_COUNTED = Name.EXPECT;

/**
 * Reads the field lines of a request, an answer or a trailer section: the one place that judges them (RFC 9112 §5).
 * One pass over the bytes; what is wrong is told at the first byte that makes it so, whatever pieces they came in.
 *
 * A scanner is used again for every section, as everything happens within one call; its results are those of the last.
 */
export class FieldScanner {
  fault: Fault | undefined;
  fields = new Fields('');
  /** How many lines have this code; for the codes from HOST to EXPECT. */
  readonly count = new Uint16Array(LAST_COUNTED + 1);
  /** The first line with this code, where `count` is not 0. */
  readonly first = new Uint16Array(LAST_COUNTED + 1);
  readonly #names: NameTable;
  readonly #limit: number;

  /** `limit`: how many field lines one section may have. */
  constructor(classify: Classify, limit: number) {
    this.#names = new NameTable(classify);
    this.#limit = limit;
  }

  /**
   * Reads the lines that begin at `at`, up to and with the empty line; positions in {@link fields} count from `origin`.
   * Gives the position after the empty line, MORE or BAD.
   */
  scan(bytes: Uint8Array, origin: number, at: number, end: number): number {
    const fields: Filling = this.fields = new Fields('');
    const { code: codes, start: starts, nameEnd: nameEnds, valueStart: valueStarts, valueEnd: valueEnds } = fields;
    const table = CLASS; // an import is looked up at each use
    this.count.fill(0);
    let count = 0;
    for (;;) {
      const lineStart = at;
      while (at < end && (table[bytes[at]!]! & TOKEN) !== 0) at++;
      if (at >= end) return MORE;
      if (bytes[at] !== COLON || at === lineStart) {
        if (bytes[at] !== CR || at !== lineStart) return this.#badName(bytes, lineStart, at, end);
        if (at + 1 >= end) return MORE;
        if (bytes[at + 1] !== LF) return this.#bareCr(bytes[at + 1]!);
        starts.push(at - origin);
        at += 2;
        fields.text = latin1(bytes, origin, at);
        fields.count = count;
        return at;
      }
      if (count === this.#limit) return this.#bad('too-many-fields', `More than ${this.#limit} field lines.`);
      const nameEnd = at++;
      while (at < end && (bytes[at] === SP || bytes[at] === HTAB)) at++;
      const valueStart = at;
      at = afterRun(bytes, at, end, VALUE);
      if (at >= end) return MORE;
      if (bytes[at] !== CR) return this.#badValue(bytes, lineStart, nameEnd, at);
      if (at + 1 >= end) return MORE;
      if (bytes[at + 1] !== LF) return this.#bareCr(bytes[at + 1]!);
      let valueEnd = at;
      while (valueEnd > valueStart && (bytes[valueEnd - 1] === SP || bytes[valueEnd - 1] === HTAB)) valueEnd--;
      const code = this.#names.code(bytes, lineStart, nameEnd);
      codes.push(code);
      starts.push(lineStart - origin);
      nameEnds.push(nameEnd - origin);
      valueStarts.push(valueStart - origin);
      valueEnds.push(valueEnd - origin);
      if (code !== Name.OTHER && code <= LAST_COUNTED && this.count[code]!++ === 0) this.first[code] = count;
      count++;
      at += 2;
    }
  }

  /** The value of the first line with this code; only where `count` is not 0. */
  value(code: number): string {
    return this.fields.value(this.first[code]!);
  }

  /** A line that has something else than a token and a colon at its beginning; `at` is the first byte that does not fit. */
  #badName(bytes: Uint8Array, start: number, at: number, end: number): number {
    const byte = bytes[at]!;
    const name = shown(bytes, start, at);
    if (byte === CR) {
      if (at + 1 >= end) return MORE;
      return bytes[at + 1] === LF ? this.#bad('missing-colon', `The line ${name} has no colon.`) : this.#bareCr(bytes[at + 1]!);
    }
    if (byte === LF) return this.#bad('bare-lf', `After ${name}.`);
    if (byte === SP || byte === HTAB) {
      if (at === start) return this.#bad('folded-field', 'A line begins with white space; each field must be on one line.');
      return this.#bad('bad-field-name', `White space after ${name}; the colon must follow the name at once.`);
    }
    if (byte === COLON) return this.#bad('bad-field-name', 'A line begins with a colon; the name is empty.');
    if (byte < SP || byte === 0x7f) return this.#bad('bad-character', `${byteName(byte)} in a field name, after ${name}.`);
    return this.#bad('bad-field-name', `${shown(bytes, at, at + 1)} in a field name, after ${name}.`);
  }

  #badValue(bytes: Uint8Array, start: number, nameEnd: number, at: number): number {
    const name = shown(bytes, start, nameEnd);
    if (bytes[at] === LF) return this.#bad('bare-lf', `At the end of the field ${name}.`);
    return this.#bad('bad-character', `${byteName(bytes[at]!)} in the value of ${name}.`);
  }

  #bareCr(next: number): number {
    return this.#bad('bare-cr', `A CR was followed by ${byteName(next)}, not by an LF.`);
  }

  #bad(code: Fault['code'], detail: string): number {
    this.fault = new Fault(code, detail);
    return BAD;
  }
}

/** One scanner per classifier, kept; the last one asked for is found with one compare. */
export class Scanners {
  readonly #limit: number;
  readonly #all = new WeakMap<Classify, FieldScanner>();
  #lastClassify: Classify | undefined;
  #last: FieldScanner | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  for(classify: Classify): FieldScanner {
    if (this.#last !== undefined && this.#lastClassify === classify) return this.#last;
    let scanner = this.#all.get(classify);
    if (scanner === undefined) {
      scanner = new FieldScanner(classify, this.#limit);
      this.#all.set(classify, scanner);
    }
    this.#lastClassify = classify;
    this.#last = scanner;
    return scanner;
  }
}
