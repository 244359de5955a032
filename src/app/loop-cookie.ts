import type { Scheme } from '../core/contract/truth.ts';
import type { Fields } from '../core/http1/fields.ts';
import { cookiePairs } from '../core/policy/cookies.ts';
import { hostName } from '../core/policy/urls.ts';

/** Counts redirects of one address in the browser itself: the only party that knows that it has been here before. */
const NAME = 'sallyport-loop';
/** A loop takes a browser far less than a second; a visitor who comes back by hand takes longer. */
const SECONDS = 10;
/** The browser that brings this count is going in circles. */
export const LOOP = 3;

// Neither Secure nor a prefix: it has to come back over whichever scheme the loop is on.
const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Lax';

/** How often this redirect has been followed, as far as the browser says. */
export function countOf(fields: Fields, mark: string): number {
  for (const line of fields.all('cookie')) {
    for (const [name, value] of cookiePairs(line)) {
      const found = name === NAME ? /^([1-9])-([0-9a-z]+)$/.exec(value) : null;
      if (found !== null && found[2] === mark) return Number(found[1]);
    }
  }
  return 0;
}

/** The redirect that the cookie is about: another one does not count. Without the port, which is another after a redirect. */
export function markOf(to: Scheme, host: string, target: string): string {
  let hash = 0x811c9dc5; // FNV-1a; a collision costs one visitor one redirect too few
  const text = `${to} ${hostName(host).toLowerCase()} ${target}`;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}

export const setCount = (count: number, mark: string): string => `${NAME}=${count}-${mark}; Max-Age=${SECONDS}; ${ATTRIBUTES}`;
export const clearCount = (): string => `${NAME}=; Max-Age=0; ${ATTRIBUTES}`;
