/** Node's own http client, pointed at a front by address and told what to call it. */
import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, Agent } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';

export interface Ask {
  readonly method?: string;
  /** Name, value, name, value: sent in this order and case. */
  readonly headers?: readonly string[] | Readonly<Record<string, string>>;
  readonly body?: Buffer | string | Readable;
  /** Default: a connection of its own, closed after. */
  readonly agent?: Agent;
  /** Name asked for in the handshake; default the URL's host. */
  readonly servername?: string;
  /** Address to connect to; default 127.0.0.1. */
  readonly address?: string;
  /** Address to come from. */
  readonly from?: string;
  /** The authority to believe. */
  readonly ca?: string | undefined;
  readonly ms?: number;
}

export interface Got {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingMessage['headers'];
  /** Every line, in order, as it came. */
  readonly lines: readonly (readonly [name: string, value: string])[];
  readonly trailers: NodeJS.Dict<string>;
  readonly body: Buffer;
  readonly text: string;
  /** Statuses of the 1xx answers that came before. */
  readonly early: readonly number[];
  readonly ms: number;
  json<T = Record<string, unknown>>(): T;
}

const pairs = (raw: readonly string[]): [string, string][] =>
  Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i] ?? '', raw[2 * i + 1] ?? '']);

/** Starts a request without waiting for anything. The caller writes the body and ends it. */
export const open = (url: string, ask: Ask = {}): ClientRequest => {
  const { protocol, hostname, port, pathname, search, host } = new URL(url);
  // The URL class would resolve dot segments; what the test wrote is what is sent.
  const target = /^[a-z]+:\/\/[^/?#]*([^#]*)/.exec(url)?.[1] ?? `${pathname}${search}`;
  const given = Array.isArray(ask.headers) ? pairs(ask.headers) : Object.entries(ask.headers ?? {});
  const flat: string[] = [];
  if (!given.some(([name]) => name.toLowerCase() === 'host')) flat.push('Host', host);
  for (const [name, value] of given) flat.push(name, value);
  const options = {
    host: ask.address ?? '127.0.0.1',
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    method: ask.method ?? 'GET',
    path: target === '' || target.startsWith('?') ? `/${target}` : target,
    headers: flat,
    agent: ask.agent ?? false as const,
    setHost: false,
    ...(ask.from === undefined ? {} : { localAddress: ask.from }),
  };
  if (protocol === 'http:') return httpRequest(options);
  const servername = ask.servername ?? (/^[\d.]+$|:/.test(hostname) ? '' : hostname);
  return httpsRequest({ ...options, servername, ...(ask.ca === undefined ? { rejectUnauthorized: false } : { ca: ask.ca }) });
};

/** Waits for the head of the answer. */
export const answerOf = (request: ClientRequest, ms = 20_000): Promise<IncomingMessage> => new Promise((resolve, reject) => {
  const timer = setTimeout(() => request.destroy(new Error(`no answer to ${request.method} ${request.path} within ${ms} ms`)), ms);
  request.on('response', (answer) => { clearTimeout(timer); resolve(answer); });
  request.on('error', (error) => { clearTimeout(timer); reject(error); });
  // Node lets go of a connection that switched: without this nobody would ever be told.
  request.on('upgrade', (answer, socket) => { clearTimeout(timer); socket.destroy(); reject(new Error(`the connection switched to ${answer.headers.upgrade}`)); });
});

/** Reads the rest. Rejects where the answer was cut. */
export const readAll = (answer: IncomingMessage, ms = 30_000): Promise<Buffer> => new Promise((resolve, reject) => {
  const pieces: Buffer[] = [];
  const timer = setTimeout(() => answer.destroy(new Error(`the answer was not whole within ${ms} ms`)), ms);
  answer.on('data', (piece: Buffer) => pieces.push(piece));
  answer.on('end', () => { clearTimeout(timer); resolve(Buffer.concat(pieces)); });
  answer.on('error', (error) => { clearTimeout(timer); reject(error); });
});

/** One request and its whole answer. Never follows a redirect. */
export const fetchOnce = async (url: string, ask: Ask = {}): Promise<Got> => {
  const started = performance.now();
  const request = open(url, ask);
  const early: number[] = [];
  request.on('information', (info: { statusCode: number }) => early.push(info.statusCode));
  request.on('continue', () => early.push(100));
  const coming = answerOf(request, ask.ms);
  coming.catch(() => undefined);
  if (ask.body === undefined || typeof ask.body === 'string' || Buffer.isBuffer(ask.body)) request.end(ask.body);
  else ask.body.pipe(request);
  const answer = await coming;
  const body = await readAll(answer, ask.ms);
  return {
    status: answer.statusCode ?? 0,
    reason: answer.statusMessage ?? '',
    headers: answer.headers,
    lines: pairs(answer.rawHeaders),
    trailers: answer.trailers,
    body,
    text: body.toString('utf8'),
    early,
    ms: performance.now() - started,
    json: <T>() => JSON.parse(body.toString('utf8')) as T,
  };
};
