import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { OwnAnswer } from './answers.ts';
import type { Amendment, Judged } from './judge.ts';
import { secured } from './secured.ts';

export type NodeResponse = ServerResponse | Http2ServerResponse;
/** As `writeHead` takes them: an object, names and values in turn, or pairs. */
type Given = Record<string, OutgoingHttpHeader | undefined> | readonly unknown[];
type WriteHead = (status: number, ...rest: unknown[]) => unknown;

/** Sends an answer of our own in the place of the app's. */
export function sendOwn(response: NodeResponse, { status, headers, body }: OwnAnswer, method: string): void {
  response.statusCode = status;
  for (const [name, value] of headers) response.setHeader(name, value);
  response.setHeader('Content-Length', Buffer.byteLength(body));
  (response as ServerResponse).end(method === 'HEAD' ? undefined : body);
}

/**
 * Amends the app's answer when its head is written: every way of answering in Node comes through `writeHead`, and what
 * other middleware sets until the last moment (a session's cookie) is there by then.
 */
export function amendAnswer(response: NodeResponse, judged: Judged): void {
  const answer = response as { writeHead: WriteHead };
  const { writeHead } = answer;
  answer.writeHead = function amended(this: typeof answer, status, ...rest) {
    answer.writeHead = writeHead;
    if (status >= 200) { // not to 1xx, which some write this way
      const amendment = judged.amendment();
      const at = rest.findIndex((part) => typeof part === 'object' && part !== null);
      if (at >= 0) rest[at] = amendGiven(rest[at] as Given, amendment);
      amendSet(response, amendment, at >= 0);
    }
    return Reflect.apply(writeHead, this, [status, ...rest]);
  };
}

/** What was set by `setHeader`. */
function amendSet(response: NodeResponse, { hsts, secureCookies, cookie }: Amendment, given: boolean): void {
  if (hsts !== undefined) response.setHeader('Strict-Transport-Security', hsts);
  const before = response.getHeader('set-cookie');
  if (before === undefined && cookie === undefined) return;
  const cookies = (Array.isArray(before) ? before : before === undefined ? [] : [String(before)]).map((value) => (secureCookies ? secured(value) : value));
  // Cookies that come with writeHead would take the place of those that are set; then the counter runs out by itself.
  if (cookie !== undefined && !given) cookies.push(cookie);
  if (cookies.length > 0) response.setHeader('Set-Cookie', cookies);
}

/** What came with `writeHead` itself, in the form it came. */
function amendGiven(given: Given, { hsts, secureCookies }: Amendment): Given {
  const value = (name: string, was: unknown): unknown => {
    if (hsts !== undefined && name === 'strict-transport-security') return hsts;
    if (!secureCookies || name !== 'set-cookie') return was;
    return Array.isArray(was) ? was.map((one) => secured(String(one))) : secured(String(was));
  };
  if (!Array.isArray(given)) return Object.fromEntries(Object.entries(given).map(([name, was]) => [name, was === undefined ? was : value(name.toLowerCase(), was) as OutgoingHttpHeader]));
  const list = given as readonly unknown[];
  if (Array.isArray(list[0])) return (list as readonly [string, unknown][]).map(([name, was]) => [name, value(name.toLowerCase(), was)]);
  return list.map((was, i) => (i % 2 === 0 ? was : value(String(list[i - 1]).toLowerCase(), was)));
}
