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
    const amendment = judged.amendment();
    if (status >= 200 && !response.headersSent && asksForAny(amendment)) { // not of 1xx, which some write this way
      const at = rest.findIndex((part) => typeof part === 'object' && part !== null);
      if (at >= 0) rest[at] = amendGiven(rest[at] as Given, amendment);
      amendSet(response, amendment, at >= 0);
    }
    // It stays: where this throws (a value that cannot be in a header), an error page is written the same way.
    return Reflect.apply(writeHead, this, [status, ...rest]);
  };
}

const asksForAny = ({ hsts, secureCookies, cookie }: Amendment): boolean => hsts !== undefined || secureCookies || cookie !== undefined;

/** What was set by `setHeader`. */
function amendSet(response: NodeResponse, { hsts, secureCookies, cookie }: Amendment, given: boolean): void {
  if (hsts !== undefined) response.setHeader('Strict-Transport-Security', hsts);
  const before = response.getHeader('set-cookie');
  if (before === undefined && cookie === undefined) return;
  const cookies = (Array.isArray(before) ? before : before === undefined ? [] : [String(before)]).map((value) => (secureCookies ? secured(value) : value));
  // Cookies that come with writeHead would take the place of those that are set; then the counter runs out by itself.
  if (cookie !== undefined && !given && !cookies.includes(cookie)) cookies.push(cookie);
  if (cookies.length > 0) response.setHeader('Set-Cookie', cookies);
}

/**
 * What came with `writeHead` itself, as an object: once a header is set besides, Node keeps of a list that names one
 * header twice the last line only, and takes no list of pairs at all.
 */
function amendGiven(given: Given, { hsts, secureCookies }: Amendment): Given {
  const lines = new Map<string, { readonly name: string; readonly values: unknown[] }>();
  for (const [name, value] of linesOf(given)) {
    const line = lines.get(name.toLowerCase()) ?? { name, values: [] };
    lines.set(name.toLowerCase(), line);
    line.values.push(...Array.isArray(value) ? value as readonly unknown[] : [value]);
  }
  const cookies = lines.get('set-cookie');
  if (secureCookies && cookies !== undefined) cookies.values.forEach((value, i) => { cookies.values[i] = secured(String(value)); });
  if (hsts !== undefined) lines.delete('strict-transport-security'); // it is set
  return Object.fromEntries([...lines.values()].map(({ name, values }) => [name, (values.length === 1 ? values[0] : values) as OutgoingHttpHeader]));
}

function linesOf(given: Given): (readonly [name: string, value: unknown])[] {
  if (!Array.isArray(given)) return Object.entries(given);
  const list = given as readonly unknown[];
  if (Array.isArray(list[0])) return (list as readonly (readonly unknown[])[]).map(([name, value]) => [String(name), value]);
  return list.flatMap((name, i) => (i % 2 === 0 ? [[String(name), list[i + 1]] as const] : []));
}
