/**
 * How each kind of trusted header is understood. A header is of one kind by its name, decided when the configuration
 * is compiled: nothing here guesses from a value which kind it might be.
 */
import { writeLatin1 } from '../bytes.ts';
import { isHost } from '../http1/host.ts';
import { fold } from './family.ts';
import { parseForwarded } from './forwarded.ts';
import type { Scheme } from './truth.ts';

/** The scheme in one field value, or undefined where it says nothing that counts. Never called with an absent header. */
export type SchemeOf = (value: string) => Scheme | undefined;

/** By the names of schemes; WebSocket's are told as the HTTP scheme under them (Traefik writes `wss` for upgrades). */
const BY_SCHEME: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([['https', 'https'], ['http', 'http'], ['wss', 'https'], ['ws', 'http']]);

/** The same, and what flags say. mod_wsgi reads `On`, `true`, `1` and their opposites; Symfony `on`, `ssl`, `1`. */
const BY_FLAG: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  ...BY_SCHEME, ['on', 'https'], ['ssl', 'https'], ['1', 'https'], ['true', 'https'], ['off', 'http'], ['0', 'http'], ['false', 'http'],
]);

/**
 * | header | values |
 * |---|---|
 * | `X-Forwarded-Proto` | `https`, `http`, `wss`, `ws` |
 * | `Forwarded` | one element whose `proto` is one of these |
 * | `CF-Visitor` | `{"scheme":"https"}` or `http` |
 * | any other | the words above, and the flags `on ssl 1 true` / `off 0 false` |
 *
 * Case does not matter. A list is never understood: which end of it a proxy wrote is not known.
 */
export function schemeOf(header: string): SchemeOf {
  switch (fold(header)) {
    case 'x-forwarded-proto': return (value) => BY_SCHEME.get(value.toLowerCase());
    case 'forwarded': return (value) => BY_SCHEME.get(onlyElement(value, 'proto')?.toLowerCase() ?? '');
    case 'cf-visitor': return (value) => BY_SCHEME.get(/^\{\s*"scheme"\s*:\s*"(https?)"\s*\}$/.exec(value)?.[1] ?? '');
    default: return (value) => BY_FLAG.get(value.toLowerCase());
  }
}

/** The host in one field value, or undefined. Held to the same grammar as Host itself. */
export function hostOf(header: string): (value: string) => string | undefined {
  const isForwarded = fold(header) === 'forwarded';
  return (value) => {
    const host = isForwarded ? onlyElement(value, 'host') : value;
    return host !== undefined && isHostText(host) ? host : undefined;
  };
}

export function portOf(value: string): number | undefined {
  return /^[1-9]\d{0,4}$/.test(value) && Number(value) <= 65535 ? Number(value) : undefined;
}

/** A parameter of a `Forwarded` value that has one element. */
function onlyElement(value: string, parameter: string): string | undefined {
  const elements = parseForwarded(value);
  return elements?.length === 1 ? elements[0]!.get(parameter) : undefined;
}

function isHostText(text: string): boolean {
  if (text.length > 300 || /[^\x21-\x7e]/.test(text)) return false;
  const bytes = new Uint8Array(text.length);
  writeLatin1(bytes, text, 0);
  return isHost(bytes, 0, bytes.length);
}
