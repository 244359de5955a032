import type { AccessEntry, FrontEvent, ReadyEvent } from './entries.ts';
import { escaped, forTerminal } from './escape.ts';

/** Puts a text in a colour, or leaves it as it is where there are none. */
export type Paint = (colour: Colour, text: string) => string;

const COLOURS = { dim: 2, bold: 1, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Colour = keyof typeof COLOURS;

export const painter = (colours: boolean): Paint => (colours ? (colour, text) => `\x1b[${COLOURS[colour]}m${text}\x1b[0m` : (_, text) => text);

/** A line for people: `12:34:56 200 GET https://localhost:8443/ 12 ms 3.4 kB`. */
export function prettyAccess(entry: AccessEntry, paint: Paint): string {
  const { method, scheme, host, target, status, fault, upgraded } = entry;
  const url = `${scheme}://${escaped(host)}${target === '*' ? ' *' : escaped(target)}`;
  const extra = (upgraded === true ? ' tunnel' : '') + (fault === undefined ? '' : ` ${escaped(fault)} [${escaped(entry.requestId)}]`);
  return `${paint('dim', clockTime(entry.time))} ${paint(statusColour(status), status === 0 ? '---' : String(status))} ${escaped(method).padEnd(4)} ${url}`
    + `${paint('dim', ` ${duration(entry.durationMs)} ${size(entry.bytesOut)}`)}${extra === '' ? '' : paint('yellow', extra)}\n`;
}

const LEVELS = { info: ['cyan', 'info '], warn: ['yellow', 'warn '], error: ['red', 'error'] } as const;

export function prettyEvent(event: FrontEvent, time: number, paint: Paint): string {
  const [colour, label] = LEVELS[event.level];
  const id = typeof event['requestId'] === 'string' ? ` [${forTerminal(event['requestId'])}]` : '';
  return `${paint('dim', clockTime(time))} ${paint(colour, label)} ${forTerminal(event.message)} ${paint('dim', `(${forTerminal(event.event)})${id}`)}\n`;
}

export function prettyReady({ https, http, admin, app, runtime, workers }: ReadyEvent, paint: Paint): string {
  const doors = [https, http].flatMap((url) => (url === undefined ? [] : [paint('bold', forTerminal(url))]));
  return `${paint('green', 'Ready:')} ${doors.join(' and ')} -> ${forTerminal(app)}${runtime === undefined ? '' : paint('dim', ` (${runtime}${workers === undefined ? '' : `, ${workers} workers`})`)}${admin === undefined ? '' : `\nStatus and metrics: ${forTerminal(admin)}`}\n`;
}

function statusColour(status: number): Colour {
  if (status >= 500 || status === 0) return 'red';
  if (status >= 400) return 'yellow';
  return status >= 300 ? 'cyan' : 'green';
}

/** Local time: the person is sitting there. */
function clockTime(time: number): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** `0.4 ms`, `12 ms`, `3.4 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Decimal units (SI): `0 B`, `3.4 kB`, `21 MB`. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 'B';
  for (const next of ['kB', 'MB', 'GB', 'TB']) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${unit === 'B' || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}
