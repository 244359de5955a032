import type { AnswerRoute, RedirectRoute } from '../../config/settings/settings.ts';
import { Fault } from '../../core/errors.ts';
import { NO_BODY } from '../../core/http1/write-head.ts';
import type { ChangeFields } from '../../core/policy/field-changes.ts';
import { rawPath } from '../../core/policy/paths.ts';
import { escapedForUrl } from '../../core/policy/redirect.ts';
import { createStrip } from '../../core/policy/strip.ts';
import { dateLine } from '../date.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { OwnAnswer } from './own-answers.ts';
import { reasonPhrase } from '../reasons.ts';

/** A route that the front answers itself, compiled. */
export interface OwnTarget {
  readonly kind: 'answer' | 'redirect';
  readonly answer: (exchange: Exchange) => OwnAnswer | Fault;
  readonly changeAnswer: ChangeFields | undefined;
  /** What the front itself answers is short. */
  readonly compress?: undefined;
}

/** Whatever the method: where a route is closed by a 404 or 410, it is closed to all of them. */
export function fixedAnswer(route: AnswerRoute, changeAnswer: ChangeFields | undefined): OwnTarget {
  const { status, type, body, headers } = route;
  const bytes = Buffer.from(body);
  const own = headers.map(({ name, value }) => `${name}: ${value}\r\n`).join('') + (bytes.length > 0 ? `Content-Type: ${type}\r\n` : '');
  const answer = (exchange: Exchange): OwnAnswer => {
    const start = { status, reason: reasonPhrase(status), last: false };
    const lines = dateLine() + own + exchange.site!.ownHsts(exchange.truth.scheme);
    if (status === 204) return { ...start, lines, body: NO_BODY, bytes: undefined }; // no Content-Length in a 204 (RFC 9110 §8.6)
    if (exchange.head.method === 'HEAD') return { ...start, lines: `${lines}Content-Length: ${bytes.length}\r\n`, body: NO_BODY, bytes: undefined };
    return { ...start, lines, body: { framing: 'length', length: bytes.length }, bytes: bytes.length > 0 ? bytes : undefined };
  };
  return { kind: 'answer', answer, changeAnswer };
}

export function fixedRedirect(route: RedirectRoute, changeAnswer: ChangeFields | undefined): OwnTarget {
  const { to, status } = route;
  const strip = createStrip(route.path);
  const locationFor = (target: string): string | undefined => {
    if (!route.rest) return to;
    const rest = strip(target);
    if (rest === undefined) return undefined;
    // The prefix itself leads to what is written, with its slash or without.
    return rawPath(rest) === '/' ? to + rest.slice(1) : to.replace(/\/$/, '') + rest;
  };
  const answer = (exchange: Exchange): OwnAnswer | Fault => {
    const location = locationFor(exchange.head.target);
    if (location === undefined) return new Fault('prefix-unclear', `${rawPath(exchange.head.target)} below ${route.path}`);
    return {
      status, reason: reasonPhrase(status), last: false, bytes: undefined, body: { framing: 'length', length: 0 },
      lines: `${dateLine()}Location: ${escapedForUrl(location)}\r\n${exchange.site!.ownHsts(exchange.truth.scheme)}`,
    };
  };
  return { kind: 'redirect', answer, changeAnswer };
}
