import type { LogFormat } from '../../config/settings.ts';
import { combinedAccess } from './combined.ts';
import type { AccessEntry, FrontEvent, ReadyEvent } from './entries.ts';
import { jsonAccess, jsonEvent, jsonReady } from './json.ts';
import { painter, prettyAccess, prettyEvent, prettyReady } from './pretty.ts';

/** Where lines go. `isTTY` where colours can be seen. */
export interface LogOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

export interface Log {
  access(entry: AccessEntry): void;
  event(event: FrontEvent): void;
  /** One line, whatever the format, and at once. */
  ready(event: ReadyEvent): void;
  /** Writes what has been gathered; to be called before the process ends. */
  flush(): void;
}

interface Formats {
  readonly access: ((entry: AccessEntry) => string) | undefined;
  readonly event: (event: FrontEvent, time: number) => string;
  readonly ready: (event: ReadyEvent) => string;
}

/**
 * Lines of one event-loop turn are written together. `off` writes no access lines and no information, but warnings and
 * errors always. In `combined`, whose readers know access lines only, everything else goes to `aside`, as it does in `off`.
 *
 * Queries are logged as they came; cookies, authorization and bodies never.
 */
export function createLog(format: LogFormat, out: LogOutput, aside: LogOutput = process.stderr): Log {
  const beside = format === 'combined' || format === 'off' ? new Batch(aside) : undefined;
  const lines = new Batch(out);
  const events = beside ?? lines;
  const { access, event, ready } = formats(format, beside === undefined ? out : aside);
  return {
    access: access === undefined ? () => undefined : (entry) => { lines.add(access(entry)); },
    event(told) {
      if (format !== 'off' || told.level !== 'info') events.add(event(told, Date.now()));
    },
    ready(told) {
      // `off` has nothing to keep apart from it; programs that start a front look at its output.
      const to = format === 'combined' ? events : lines;
      to.add(ready(told));
      to.flush();
    },
    flush() {
      lines.flush();
      beside?.flush();
    },
  };
}

function formats(format: LogFormat, eventsTo: LogOutput): Formats {
  if (format === 'json') return { access: jsonAccess, event: jsonEvent, ready: jsonReady };
  const paint = painter(eventsTo.isTTY === true && (process.env['NO_COLOR'] ?? '') === ''); // https://no-color.org
  const event = (told: FrontEvent, time: number): string => prettyEvent(told, time, paint);
  const ready = (told: ReadyEvent): string => prettyReady(told, paint);
  switch (format) {
    case 'pretty': return { access: (entry) => prettyAccess(entry, paint), event, ready };
    case 'combined': return { access: combinedAccess, event, ready };
    case 'off': return { access: undefined, event, ready };
  }
}

/** A turn that makes more than this does not wait for its end. */
const FULL = 64 * 1024;

class Batch {
  readonly #out: LogOutput;
  #text = '';
  #scheduled = false;

  constructor(out: LogOutput) {
    this.#out = out;
  }

  add(line: string): void {
    this.#text += line;
    if (this.#text.length >= FULL) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => { this.#scheduled = false; this.flush(); });
    }
  }

  flush(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#out.write(text);
  }
}
