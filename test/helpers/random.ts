/** Random choices that a seed repeats: a fuzzer prints its seed, and the same seed makes the same inputs. */
export class Random {
  #state: number;

  constructor(seed: number) { this.#state = seed >>> 0; }

  /** 0 or more, below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from 0 to `below` - 1. */
  int(below: number): number { return Math.floor(this.next() * below); }

  chance(of: number): boolean { return this.next() < of; }

  pick<T>(from: readonly T[]): T { return from[this.int(from.length)]!; }

  /** `least` to `most` values. */
  many<T>(least: number, most: number, make: () => T): T[] { return Array.from({ length: least + this.int(most - least + 1) }, make); }

  /** Pieces of a text, cut anywhere: whole, in a few, or (up to so many bytes) byte by byte. */
  pieces(text: string, byBytes = 600): string[] {
    const how = this.next();
    if (how < 0.3 || text.length < 2) return [text];
    if (how < 0.35 && text.length < byBytes) return [...text];
    const cuts = [...new Set(this.many(1, 5, () => this.int(text.length)))].sort((a, b) => a - b);
    return [...cuts, text.length].map((cut, i, all) => text.slice(i === 0 ? 0 : all[i - 1], cut)).filter((piece) => piece !== '');
  }

  /** Usually the text itself; else with one to three of its bytes changed, doubled, taken out or put in. */
  mutated(text: string, often: number): string {
    if (!this.chance(often) || text === '') return text;
    for (let n = 1 + this.int(3); n > 0; n--) {
      const at = this.int(text.length);
      const byte = this.chance(0.7) ? this.pick(['\r', '\n', '\r\n', ' ', '\t', '\0', ':', ',', ';', '0', '1', 'f', '_', '-', '\x7f', '\x80', '\xff', '/', '#', '"', 'X']) : String.fromCharCode(this.int(256));
      const how = this.int(4);
      if (how === 0) text = text.slice(0, at) + byte + text.slice(at + 1);
      else if (how === 1) text = text.slice(0, at) + byte + text.slice(at);
      else if (how === 2) text = text.slice(0, at) + text.slice(at + 1);
      else text = text.slice(0, at) + text.slice(at, at + 1 + this.int(20)) + text.slice(at);
    }
    return text;
  }
}
