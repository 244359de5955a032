import type { Scheme } from '../contract/truth.ts';
import { hostName, hostPort, DEFAULT_PORT, resolveLocation, sameHost, sameTarget, targetOf } from './urls.ts';

export interface LoopRequest {
  readonly method: string;
  readonly scheme: Scheme;
  /** `Host` as the client wrote it. */
  readonly host: string;
  readonly target: string;
  /** The port the world sees for the scheme. */
  readonly publicPort: number;
}

export interface LoopAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly setsCookie: boolean;
}

/** The statuses that a client follows by itself. */
export const isFollowed = (status: number): boolean =>
  status === 301 || status === 302 || status === 303 || status === 307 || status === 308;

/**
 * An https GET or HEAD answered by a redirect to the very same URL. With no cookie set the next request would be the
 * same and so would its answer: the app does not know that it is on https. (With a cookie it may be a way to see
 * whether cookies come back.) The fragment is the client's alone and does not count.
 */
export function isSelfRedirect(request: LoopRequest, answer: LoopAnswer): boolean {
  if (request.scheme !== 'https' || answer.setsCookie || answer.location === undefined || !isFollowed(answer.status)) return false;
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const { scheme, host, publicPort, target } = request;
  const to = resolveLocation({ scheme, host: hostName(host), port: publicPort, rest: target === '*' ? '/' : target }, answer.location);
  if (to === undefined || to.scheme !== scheme || !sameHost(to.host, host)) return false;
  // An app builds the URL from the Host it was sent, and behind a mapped port that is another than the public one.
  if (to.port !== publicPort && to.port !== (hostPort(host) ?? DEFAULT_PORT[scheme])) return false;
  return sameTarget(targetOf(to.rest), target === '*' ? '/' : target);
}
