import { BadValue } from '../problems.ts';

const K = 1024;
/** As nginx has it, a bare letter counts in 1024s; `kB`, `MB`, `GB` are the SI units. */
const BYTES: Readonly<Record<string, number>> = {
  '': 1, 'b': 1,
  'k': K, 'kib': K, 'm': K ** 2, 'mib': K ** 2, 'g': K ** 3, 'gib': K ** 3,
  'kb': 1000, 'mb': 1000 ** 2, 'gb': 1000 ** 3,
};

/** Bytes, 1 or more. A number is bytes; text is a number and a unit: `100MiB`, `100M`, `64k` (1024s), `100MB` (1000s). */
export function parseSize(written: string | number): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(String(written).trim());
  const unit = BYTES[match?.[2]?.toLowerCase() ?? '?'];
  const bytes = match === null || unit === undefined ? NaN : Math.round(Number(match[1]) * unit);
  // 2^53 - 1: past it a length is no longer an exact number.
  if (!(bytes >= 1 && bytes <= Number.MAX_SAFE_INTEGER)) {
    throw new BadValue('a size above 0 such as 100MiB, 64k or 1048576 (bytes)');
  }
  return bytes;
}

/** Bytes a second; 0 for `off`. */
export function parseRate(written: string | number): number {
  if (written === 'off') return 0;
  try {
    return parseSize(written);
  } catch {
    throw new BadValue('bytes a second above 0 such as 500 or 2k, or off');
  }
}

const MILLISECONDS: Readonly<Record<string, number>> = { '': 1000, 'ms': 1, 's': 1000, 'm': 60_000, 'h': 3_600_000, 'd': 86_400_000 };

/** What a runtime's timer can hold: 2^31 - 1 milliseconds, not quite 25 days. */
export const LONGEST = 2 ** 31 - 1;

/** Milliseconds, 0 or more. A number is seconds; text may carry a unit: `500ms`, `30s`, `5m`, `1h`, `7d`. */
export function parseDuration(written: string | number): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(String(written).trim());
  const unit = MILLISECONDS[match?.[2]?.toLowerCase() ?? '?'];
  const ms = match === null || unit === undefined ? NaN : Math.round(Number(match[1]) * unit);
  if (!(ms >= 0 && ms <= LONGEST)) throw new BadValue('a duration such as 30 (seconds), 30s, 500ms or 5m, at most 24 days');
  return ms;
}

/** A timeout of nothing would refuse everything; who wants none writes a long one. */
export function parseTimeout(written: string | number): number {
  const ms = parseDuration(written);
  if (ms === 0) throw new BadValue('a duration above 0 such as 30s or 5m');
  return ms;
}

/** A port the world can come to. Text must be digits: `0x50` and `8e3` are not ports. */
export function parsePort(written: string | number, least = 1): number {
  const port = /^\d{1,5}$/.test(String(written)) ? Number(written) : NaN;
  if (!(port >= least && port <= 65535)) throw new BadValue(`a port from ${least} to 65535`);
  return port;
}
