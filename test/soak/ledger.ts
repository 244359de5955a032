/** What the apps have written down, and the access log. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { eventually } from '../helpers/scope.ts';
import type { Front } from './front.ts';
import { Lines } from './lines.ts';
import type { Tally } from './tally.ts';

/** Nothing that is not idempotent may reach an app twice, and no app may get a body that is not what was sent. */
export class Ledger {
  readonly #posts = new Map<number, number>();
  readonly #lines: Lines;
  readonly #tally: Tally;
  constructor(path: string, tally: Tally) { this.#lines = new Lines(path); this.#tally = tally; }

  read(): void {
    for (const line of this.#lines.read()) {
      const n = Number(line.split(' ')[1]);
      if (line.startsWith('x ')) this.#tally.fail({ kind: 'wrong bytes', n, detail: `the app got ${line}` });
      else {
        const times = (this.#posts.get(n) ?? 0) + 1;
        this.#posts.set(n, times);
        if (times > 1) this.#tally.fail({ kind: 'asked twice', n, detail: 'a POST came to the app twice' });
      }
    }
    this.#tally.requests['POSTs that came to an app'] = this.#posts.size;
  }
}

/** Counts the lines of the access log, which is taken away and opened anew now and then. */
export class AccessLog {
  lines = 0;
  #times = 0;
  readonly #front: Front;
  constructor(front: Front) { this.#front = front; }

  /** As logrotate does. */
  async rotate(): Promise<void> {
    const { accessLog } = this.#front;
    const old = `${accessLog}.${this.#times += 1}`;
    renameSync(accessLog, old);
    this.#front.signal('SIGUSR2');
    await eventually('the access log to be opened anew', () => existsSync(accessLog), 30_000);
    // Another process of the same front may have had a line for the old one under way.
    const reading = new Lines(old);
    for (let quiet = 0; quiet < 3;) {
      const { length } = reading.read();
      this.lines += length;
      quiet = length === 0 ? quiet + 1 : 0;
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    rmSync(old);
  }

  /** The front has ended. */
  rest(): void { this.lines += new Lines(this.#front.accessLog).read().length; }
}
