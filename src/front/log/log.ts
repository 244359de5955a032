import type { LogFormat } from '../../config/settings/settings.ts';
import { combinedAccess } from './combined.ts';
import type { AccessEntry, FrontEvent, ReadyEvent } from './entries.ts';
import { createHide } from './hide.ts';
import { jsonAccess, jsonEvent, jsonReady } from './json.ts';
import { Batch, type Lines } from './lines.ts';
import { painter, prettyAccess, prettyEvent, prettyReady } from './pretty.ts';

/** Where lines go. `isTTY` where colours can be seen. */
export interface LogOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

export interface Log {
  access(entry: AccessEntry): void;
  event(event: FrontEvent): void;
  /** Access lines as another process of this front has made them: whole ones. */
  passOn(lines: string): void;
  /** One line, whatever the format, and at once. */
  ready(event: ReadyEvent): void;
  /** Writes what has been gathered; to be called before the process ends. */
  flush(): void;
  /** A URL or a target of a request as it may be logged: without the values that let somebody in. */
  readonly hide: (url: string) => string;
}

export interface LogOptions {
  /** For what does not belong between access lines; default standard error. */
  readonly aside?: LogOutput;
  /** Takes the access lines in the place of `out`. */
  readonly file?: Lines | undefined;
  /** Names of query parameters that are hidden besides the usual ones. */
  readonly hide?: readonly string[] | undefined;
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
 * Cookies, authorization and bodies are never logged; of queries what {@link createHide} leaves.
 */
export function createLog(format: LogFormat, out: LogOutput | Lines, { aside = process.stderr, file, hide }: LogOptions = {}): Log {
  const beside = format === 'combined' || format === 'off' ? new Batch(aside) : undefined;
  const lines = 'add' in out ? out : new Batch(out);
  const events = beside ?? lines;
  const access = file ?? lines;
  const isTerminal = beside !== undefined ? aside.isTTY : 'add' in out ? false : out.isTTY;
  const { access: line, event, ready } = formats(format, { events: isTerminal === true, access: isTerminal === true && file === undefined });
  return {
    hide: createHide(hide),
    access: line === undefined ? () => undefined : (entry) => { access.add(line(entry)); },
    passOn(made) { access.add(made); },
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
      file?.flush();
      beside?.flush();
    },
  };
}

function formats(format: LogFormat, terminal: { readonly events: boolean; readonly access: boolean }): Formats {
  if (format === 'json') return { access: jsonAccess, event: jsonEvent, ready: jsonReady };
  const colours = (process.env['NO_COLOR'] ?? '') === ''; // https://no-color.org
  const paint = painter(terminal.events && colours);
  const event = (told: FrontEvent, time: number): string => prettyEvent(told, time, paint);
  const ready = (told: ReadyEvent): string => prettyReady(told, paint);
  switch (format) {
    case 'pretty': { const own = painter(terminal.access && colours); return { access: (entry) => prettyAccess(entry, own), event, ready }; }
    case 'combined': return { access: combinedAccess, event, ready };
    case 'off': return { access: undefined, event, ready };
  }
}
