/** A file that grows, read by whole lines. */
import { closeSync, openSync, readSync } from 'node:fs';

/** Reads what has come to a file since it was read last, by whole lines. */
export class Lines {
  #at = 0;
  #rest = '';
  readonly #path: string;
  constructor(path: string) { this.#path = path; }

  read(): string[] {
    const file = openSync(this.#path, 'r');
    const piece = Buffer.allocUnsafe(1 << 20);
    const lines: string[] = [];
    for (let got = readSync(file, piece, 0, piece.length, this.#at); got > 0; got = readSync(file, piece, 0, piece.length, this.#at)) {
      this.#at += got;
      const parts = (this.#rest + piece.toString('latin1', 0, got)).split('\n');
      this.#rest = parts.pop()!;
      for (const part of parts) lines.push(part);
    }
    closeSync(file);
    return lines;
  }
}
