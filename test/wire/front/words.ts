/** The words in which the corpus is written. */

/** What a client's bytes give. */
export interface Given {
  /** What the app gets, byte for byte but for the truth (X-Forwarded-…, X-Request-Id): one text for each request. */
  readonly app: readonly string[];
  /** The refusal behind the answers, as `status code`; the connection is closed with it. */
  readonly refused?: string;
  /** Closed after its answers: nothing behind them is looked at. */
  readonly closed?: true;
}

/** `because`: the section of a standard, or the published case of a server that read it in another way. */
export type Case = readonly [what: string, because: string, bytes: string, gives: string | Given];

const HOST = 'Host: a.example';
const message = (line: string, lines: readonly string[], body: string): string => [line, HOST, ...lines, '', ''].join('\r\n') + body;

export const get = (lines: readonly string[] = [], body = ''): string => message('GET / HTTP/1.1', lines, body);
export const post = (lines: readonly string[] = [], body = ''): string => message('POST / HTTP/1.1', lines, body);
export const request = (line: string, lines: readonly string[] = [], body = ''): string => message(line, lines, body);
export const withLength = (value: string, body = 'hello'): string => post([`Content-Length: ${value}`], body);
export const coded = (value: string, body = '5\r\nhello\r\n0\r\n\r\n'): string => post([`Transfer-Encoding: ${value}`], body);
export const chunks = (body: string): string => coded('chunked', body);

/** What another server would take for a second request, and nobody judged. */
export const SMUGGLED = 'GET /admin HTTP/1.1\r\nHost: a.example\r\n\r\n';

export const each = ([what, because]: readonly [what: string, because: string], make: (value: string) => string, gives: Case[3], values: readonly string[]): Case[] =>
  values.map((value) => [`${what}: ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`, because, make(value), gives] as const);

// ---- what the app gets ----

/** One request: the rest of its line, lines that pass, and its body behind a Content-Length of ours. */
export const asked = (line: string, lines: readonly string[] = [], body?: string): string =>
  message(`${line} HTTP/1.1`, [...lines, ...(body === undefined ? [] : [`Content-Length: ${body.length}`])], body ?? '');
export const app = (...requests: readonly string[]): Given => ({ app: requests });
export const appThen = (refused: string, ...requests: readonly string[]): Given => ({ app: requests, refused });
export const appThenClosed = (...requests: readonly string[]): Given => ({ app: requests, closed: true });

export const HELLO = asked('POST /', [], 'hello');
export const ADMIN = asked('GET /admin');
export const ROOT = asked('GET /');
