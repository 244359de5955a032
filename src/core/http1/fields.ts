import type { NameCode } from './names.ts';

/**
 * The field lines of one head (or trailer section), by position in the text they came in. Nothing is copied: a run of
 * lines that passes untouched is forwarded as one slice of the text.
 *
 * Field `i` is the line `text[start[i], start[i + 1])`, CRLF included; its name is `text[start[i], nameEnd[i])`, its
 * value `text[valueStart[i], valueEnd[i])` without the white space around it. `start[count]` is where the lines end.
 * The text is latin1: one character is one byte (RFC 9110 §5.5, obs-text), so writing it as latin1 gives the bytes back.
 */
export class Fields {
  readonly text: string;
  count = 0;
  readonly code: NameCode[] = [];
  readonly start: number[] = [];
  readonly nameEnd: number[] = [];
  readonly valueStart: number[] = [];
  readonly valueEnd: number[] = [];

  constructor(text: string) {
    this.text = text;
  }

  /** The name as it was sent. */
  name(i: number): string { return this.text.slice(this.start[i], this.nameEnd[i]); }

  value(i: number): string { return this.text.slice(this.valueStart[i], this.valueEnd[i]); }

  /** The whole line, CRLF included. */
  line(i: number): string { return this.text.slice(this.start[i], this.start[i + 1]); }

  /** The first field with this code, from `from` on, or -1. */
  find(code: NameCode, from = 0): number {
    const codes = this.code;
    for (let i = from; i < this.count; i++) if (codes[i] === code) return i;
    return -1;
  }

  /** The value of the first field of this name (any case), or undefined. For rare names; the hot path uses codes. */
  get(name: string): string | undefined {
    const lower = name.toLowerCase();
    for (let i = 0; i < this.count; i++) {
      if (this.nameEnd[i]! - this.start[i]! === lower.length && this.name(i).toLowerCase() === lower) return this.value(i);
    }
    return undefined;
  }

  /** Every value of this name (any case), in order. */
  all(name: string): string[] {
    const lower = name.toLowerCase();
    const values: string[] = [];
    for (let i = 0; i < this.count; i++) {
      if (this.nameEnd[i]! - this.start[i]! === lower.length && this.name(i).toLowerCase() === lower) values.push(this.value(i));
    }
    return values;
  }

  /** Name and value pairs, for logs and pages. */
  pairs(): [name: string, value: string][] {
    return Array.from({ length: this.count }, (_, i) => [this.name(i), this.value(i)]);
  }
}
