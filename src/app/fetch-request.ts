import { ipPeer, type Peer } from '../core/contract/trust.ts';
import type { Asked } from './asked.ts';
import { fieldsOfHeaders } from './fields.ts';
import type { Options } from './options.ts';

/** As much of the Fetch API's `Request` as is read here; the types of no runtime are needed. */
export interface FetchRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: { get(name: string): string | null; [Symbol.iterator](): Iterator<[string, string]> };
}

/** Gives the address of the other end of the connection: text, `unix`, or undefined where it is not known. */
export type PeerOf<Context extends readonly unknown[]> = (request: FetchRequest, ...context: Context) => string | undefined;

/** A `Request` as a server's runtime hands it to a handler, with whatever else it hands over. */
export function askedOfFetch(request: FetchRequest, peer: string | undefined): Asked {
  const url = new URL(request.url);
  return {
    peer: peerFrom(peer),
    scheme: url.protocol === 'https:' ? 'https' : 'http',
    method: request.method,
    target: url.pathname + url.search,
    host: request.headers.get('host') ?? url.host,
    fields: fieldsOfHeaders(request.headers),
  };
}

const peerFrom = (text: string | undefined): Peer | undefined => (text === undefined ? undefined : text === 'unix' ? { kind: 'unix' } : ipPeer(text));

/** The peer by what the usual runtimes hand over: Bun its server, Deno `remoteAddr`, srvx a property, Node adapters the message. */
export function usualPeer(request: FetchRequest, ...context: readonly unknown[]): string | undefined {
  const own = (request as { readonly runtime?: { readonly node?: { readonly req?: unknown } } }).runtime?.node?.req;
  for (const given of [own, ...context]) {
    if (typeof given !== 'object' || given === null) continue;
    const found = ofBun(given, request) ?? ofDeno(given) ?? ofNode(given);
    if (found !== undefined) return found;
  }
  return undefined;
}

const ofBun = (given: object, request: FetchRequest): string | undefined =>
  'requestIP' in given && typeof given.requestIP === 'function'
    ? (given as { requestIP(request: unknown): { address: string } | null }).requestIP(request)?.address ?? undefined
    : undefined;

function ofDeno(given: object): string | undefined {
  if (!('remoteAddr' in given) || typeof given.remoteAddr !== 'object' || given.remoteAddr === null) return undefined;
  const { transport, hostname } = given.remoteAddr as { transport?: string; hostname?: string };
  return transport === 'unix' ? 'unix' : hostname;
}

/** An `IncomingMessage`, or what holds one as `incoming`. */
function ofNode(given: object): string | undefined {
  const message = 'incoming' in given && typeof given.incoming === 'object' && given.incoming !== null ? given.incoming : given;
  if (!('socket' in message) || typeof message.socket !== 'object' || message.socket === null) return undefined;
  const { remoteAddress, server } = message.socket as { remoteAddress?: string; server?: { address?(): unknown } };
  return remoteAddress ?? (typeof server?.address?.() === 'string' ? 'unix' : undefined);
}

/** What to say at setup where only a secret can be believed, or undefined. */
export function bareWarning(options: Options, hasPeer: boolean, runtimes: readonly string[]): string | undefined {
  const entries = Array.isArray(options.trust) ? options.trust as readonly unknown[] : [options.trust];
  if (hasPeer || entries.some((entry) => typeof entry === 'object' && entry !== null) || runtimes.some((name) => name in globalThis)) return undefined;
  return 'sallyport: this runtime shows no peer address to a handler, so no header can be believed by address. Start the front with --secret-file and give the app the same: trust: { secret: … }, or say how the address is found: peer: (request, ...context) => address.';
}
