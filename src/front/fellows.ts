import type { Health } from './upstream/health.ts';

/** What one process of a front tells the others. Servers and notes go by number: every process counts them in the same order, that of the settings. */
export type News =
  | { readonly about: 'server'; readonly number: number; readonly what: ServerNews }
  | { readonly about: 'note'; readonly number: number; readonly what: string };

/** What became known of an app's server. */
export type ServerNews =
  /** It is out, and may be tried again after `pause` milliseconds. */
  | { readonly kind: 'down'; readonly reason: string; readonly pause: number }
  | { readonly kind: 'up' }
  /** What a check found. */
  | { readonly kind: 'checked'; readonly well: boolean; readonly reason: string };

/** The other processes of the front that this one is a part of, as far as they have to know of each other. */
export class Fellows {
  /** Whether this process is the one that asks servers how they are: one is enough, and tells the others. */
  checks: boolean;
  /** Processes that the front is made of, 1 or more. */
  readonly count: number;
  readonly #tell: (news: News) => void;
  readonly #servers: Health[] = [];
  readonly #notes: Notes[] = [];

  constructor(checks: boolean, tell: (news: News) => void, count = 1) {
    this.count = count;
    this.checks = checks;
    this.#tell = tell;
  }

  /** Gives what takes the news of one more server. */
  server(health: Health): (what: ServerNews) => void {
    const number = this.#servers.push(health) - 1;
    return (what) => { this.#tell({ about: 'server', number, what }); };
  }

  /** A set of what was said once and need not be said again, by none of them. */
  notes(): Set<string> {
    const number = this.#notes.length;
    const notes = new Notes((what) => { this.#tell({ about: 'note', number, what }); });
    this.#notes.push(notes);
    return notes;
  }

  /** Takes what another one tells; it is not told on. */
  hear(news: News): void {
    if (news.about === 'server') this.#servers[news.number]?.hear(news.what);
    else this.#notes[news.number]?.hear(news.what);
  }
}

class Notes extends Set<string> {
  readonly #told: (value: string) => void;

  constructor(told: (value: string) => void) {
    super();
    this.#told = told;
  }

  override add(value: string): this {
    if (!this.has(value)) this.#told(value);
    return super.add(value);
  }

  hear(value: string): void { super.add(value); }
}
