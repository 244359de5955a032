import type { AccessEntry, FrontEvent, ReadyEvent } from './entries.ts';
import { quoted } from './escape.ts';

/** One JSON object, put together by hand: most texts of most requests need no escaping, and the rest is numbers. */
export function jsonAccess(entry: AccessEntry): string {
  let line = `{"event":"request","time":"${isoTime(entry.time)}","client":${quoted(entry.client)},"scheme":"${entry.scheme}","host":${quoted(entry.host)}`
    + `,"method":${quoted(entry.method)},"target":${quoted(entry.target)},"status":${entry.status},"bytesIn":${entry.bytesIn},"bytesOut":${entry.bytesOut}`
    + `,"durationMs":${rounded(entry.durationMs)}`;
  if (entry.appMs !== undefined) line += `,"appMs":${rounded(entry.appMs)}`;
  line += `,"requestId":${quoted(entry.requestId)}`;
  if (entry.fault !== undefined) line += `,"fault":${quoted(entry.fault)}`;
  if (entry.upgraded === true) line += ',"upgraded":true';
  if (entry.userAgent !== undefined) line += `,"userAgent":${quoted(entry.userAgent)}`;
  if (entry.referer !== undefined) line += `,"referer":${quoted(entry.referer)}`;
  return line + '}\n';
}

// DEL and C1 controls are legal in JSON as they are, but some terminals obey them.
const CONTROLS = /[\x7f-\x9f]/g;

/** `event`, `time`, `level` and `message` first, then what else there is. */
export function jsonEvent(event: FrontEvent, time: number): string {
  const { event: code, level, message, ...rest } = event;
  const line = JSON.stringify({ event: code, time: isoTime(time), level, message, ...rest });
  return `${line.replace(CONTROLS, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)}\n`;
}

/** Without a time: whoever starts a front waits for exactly this line. */
export function jsonReady({ https, http, admin, app, runtime, workers }: ReadyEvent): string {
  return `${JSON.stringify({ event: 'ready', https, http, admin, app, runtime, workers })}\n`;
}

/** Milliseconds to microseconds' precision, of two whole numbers: to print a fraction takes as long as half of the line. */
function rounded(ms: number): string {
  const all = Math.round(ms * 1000);
  const whole = Math.floor(all / 1000);
  const rest = all - whole * 1000;
  return `${whole}.${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}`;
}

let last = NaN;
let lastText = '';

/** Many lines share a millisecond. */
function isoTime(time: number): string {
  if (time !== last) {
    last = time;
    lastText = new Date(time).toISOString();
  }
  return lastText;
}
