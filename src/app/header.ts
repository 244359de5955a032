import type { SchemeHeader } from '../core/contract/scheme-header.ts';
import type { TrustedHeaders } from '../core/contract/read.ts';
import { TOLD } from '../core/policy/told.ts';
import { OptionError, type HeaderNames, type Options, type SchemeSign } from './options.ts';

const WANTED = 'expected a name (\'X-Forwarded-Proto\'), a name and its value ([\'X-Forwarded-Protocol\', \'https\']), a list of such pairs, a profile of the front, or { scheme, client, host, port }';

/** The option `header` in the words of the reader that front and app share. */
export function trustedHeaders(header: Options['header']): TrustedHeaders {
  if (header === undefined) return {};
  if (typeof header === 'string' || isList(header)) return bySign(header);
  if (typeof header !== 'object' || header === null) throw new OptionError('header', `${String(header)} is none; ${WANTED}.`);
  const { scheme, client, host, port, ...unknown } = header as HeaderNames & Record<string, unknown>;
  for (const name of Object.keys(unknown)) throw new OptionError('header', `there is no "${name}" in it; expected scheme, client, host or port.`);
  return { ...(scheme !== undefined && { scheme: bySign(scheme).scheme }), ...(client !== undefined && { client }), ...(host !== undefined && { host }), ...(port !== undefined && { port }) };
}

function bySign(sign: SchemeSign): TrustedHeaders {
  if (sign === 'none') throw new OptionError('header', 'the profile "none" tells the app nothing: name the header in which your front says it.');
  // A profile's other names say the same once more; one header counts.
  if (typeof sign === 'string') {
    const name = Object.hasOwn(TOLD, sign) ? TOLD[sign as keyof typeof TOLD].header : sign;
    return { scheme: name, ...(name.toLowerCase() === 'forwarded' && { client: name }) };
  }
  if (!isList(sign) || (sign as readonly unknown[]).length === 0) throw new OptionError('header', `${JSON.stringify(sign)} is none; ${WANTED}.`);
  const pairs = (typeof sign[0] === 'string' ? [sign] : sign) as readonly (readonly string[])[];
  return { scheme: pairs.map(pair) };
}

function pair(written: readonly string[]): SchemeHeader {
  const [name, https] = written;
  if (!isList(written) || written.length !== 2 || typeof name !== 'string' || typeof https !== 'string' || https === '') {
    throw new OptionError('header', `${JSON.stringify(written)} is no pair; expected a name and the value that means https, such as ['X-Forwarded-Proto', 'https'].`);
  }
  return { name, https };
}

const isList = (value: unknown): value is readonly unknown[] & readonly string[] => Array.isArray(value);
