import { BadValue } from '../problems.ts';
import type { RateSettings } from '../settings/settings.ts';

const PERIODS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
const EXPECTED = 'a rate such as 10/s, 5/m burst=20 or 100/s all, or off';

/**
 * `5/m`: five in a minute from one address, one every twelve seconds after the first five. `burst=20`: so many at once after a
 * pause. `all`: from all addresses together. `off`: no limit.
 */
export function parseRate(written: string): RateSettings {
  const [first = '', ...more] = written.trim().toLowerCase().split(/[\s,]+/);
  if (first === 'off' && more.length === 0) return { kind: 'off' };
  const [, count, period] = /^(\d+(?:\.\d+)?)(?:r)?\/([smh])$/.exec(first) ?? [];
  if (!(Number(count) > 0)) throw new BadValue(EXPECTED, /^\d+$/.test(first) ? `Say for how long: ${first}/s, ${first}/m or ${first}/h` : undefined);
  let burst = Math.max(1, Math.ceil(Number(count)));
  let all = false;
  for (const word of more) {
    const [, size] = /^burst=(\d{1,6})$/.exec(word) ?? [];
    if (word === 'all') all = true;
    else if (Number(size) > 0) burst = Number(size);
    else throw new BadValue(EXPECTED, `"${word}" is neither burst=NUMBER nor all`);
  }
  return { kind: 'rate', interval: PERIODS[period!]! / Number(count), burst, all };
}
