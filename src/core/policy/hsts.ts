import type { SchemeEntries } from './scheme.ts';

/** What `Strict-Transport-Security` says (RFC 6797 §6.1; `preload` is from hstspreload.org, not from the RFC). */
export interface Hsts {
  /** Seconds; 0 tells browsers to forget (RFC 6797 §6.1.1). */
  readonly maxAge: number;
  readonly includeSubDomains: boolean;
  readonly preload: boolean;
}

/** hstspreload.org takes no site below one year. */
const PRELOAD_MIN = 31_536_000;

/**
 * Reads `SECONDS[,subdomains][,preload]`.
 * @throws Error that says what was seen, what is expected, and what to write.
 */
export function parseHsts(text: string): Hsts {
  const [seconds = '', ...words] = text.split(',').map((part) => part.trim());
  if (!/^[0-9]{1,15}$/.test(seconds)) throw new Error(`"${text}" does not begin with a number of seconds. Write for example 300, or 31536000,subdomains.`);
  for (const [i, word] of words.entries()) {
    if (word !== 'subdomains' && word !== 'preload') throw new Error(`"${word}" is not a word of HSTS; after the seconds there may be "subdomains" and "preload".`);
    if (words.indexOf(word) !== i) throw new Error(`"${word}" is there twice; write it once.`);
  }
  const hsts = { maxAge: Number(seconds), includeSubDomains: words.includes('subdomains'), preload: words.includes('preload') };
  const problem = preloadProblem(hsts);
  if (problem !== undefined) throw new Error(problem);
  return hsts;
}

/** Why the preload list would refuse this, or undefined. */
export function preloadProblem(hsts: Hsts): string | undefined {
  if (!hsts.preload) return undefined;
  if (!hsts.includeSubDomains) return 'the preload list takes no site without its subdomains: add "subdomains", or leave "preload" out.';
  if (hsts.maxAge < PRELOAD_MIN) return `the preload list wants at least ${PRELOAD_MIN} seconds (one year), not ${hsts.maxAge}: raise it, or leave "preload" out.`;
  return undefined;
}

/** Why HSTS cannot be had together with this scheme policy, or undefined. */
export function hstsConflict(hsts: Hsts | undefined, schemes: SchemeEntries): string | undefined {
  if (hsts === undefined || hsts.maxAge === 0) return undefined; // 0 takes HSTS back, which is the way to a mixed site
  const mixed = schemes.find(([, policy]) => policy !== 'https');
  if (mixed === undefined) return undefined;
  return `HSTS holds for a whole host: after one visit a browser asks for every path over https, so "${mixed[0]}" could not be `
    + `${mixed[1] === 'http' ? 'served over http, and the redirect back to http would be a loop' : 'reached over http'}. `
    + `Leave HSTS out, or make "${mixed[0]}" https.`;
}

/** The field line, CRLF included. It may go out on https only (RFC 6797 §7.2). */
export function hstsLine(hsts: Hsts): string {
  return `Strict-Transport-Security: max-age=${hsts.maxAge}${hsts.includeSubDomains ? '; includeSubDomains' : ''}${hsts.preload ? '; preload' : ''}\r\n`;
}

/** Whether a browser would take this value: one `max-age`, no directive twice (RFC 6797 §6.1). */
export function isValidHsts(value: string): boolean {
  const seen = new Set<string>();
  for (const part of value.split(';')) {
    const directive = part.trim();
    if (directive === '') continue;
    const equals = directive.indexOf('=');
    const name = (equals < 0 ? directive : directive.slice(0, equals).trimEnd()).toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) || seen.has(name)) return false;
    seen.add(name);
    if (name === 'max-age' && !/^(?:"[0-9]+"|[0-9]+)$/.test(equals < 0 ? '' : directive.slice(equals + 1).trimStart())) return false;
  }
  return seen.has('max-age');
}

/** Whether a valid value tells browsers to forget (RFC 6797 §6.1.1). */
export function forgetsHsts(value: string): boolean {
  return /(?:^|;)\s*max-age\s*=\s*"?0+"?\s*(?:;|$)/i.test(value);
}
