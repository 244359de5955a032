import { ipPeer, type Peer } from '../core/contract/trust.ts';
import type { Scheme } from '../core/contract/truth.ts';
import type { Asked } from './asked.ts';
import { fieldsOfHeaders } from './fields.ts';
import { OptionError, type Options } from './options.ts';

/** As much of the Fetch API's `Request` as is read here; the types of no runtime are needed. */
export interface FetchRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: { get(name: string): string | null; [Symbol.iterator](): Iterator<[string, string]> };
}

/** Gives the address of the other end of the connection: text, `unix`, or undefined where it is not known. */
export type PeerOf<Context extends readonly unknown[]> = (request: FetchRequest, ...context: Context) => string | undefined;

/** What is said to the adapter about connections, where a runtime's own objects do not. */
export interface SeenOptions<Context extends readonly unknown[]> {
  /** The address of whoever connected, from what the runtime hands to a handler. Default: as Bun, Deno, srvx and Node's adapters show it. */
  readonly peer?: PeerOf<Context> | undefined;
  /**
   * The scheme of the connection itself. Default: as Bun and Node show it, elsewhere `http`; for Deno or another runtime
   * that ends TLS itself, `https`. `request.url` is no word for it: a client can write any scheme there.
   */
  readonly connection?: Scheme | ((request: FetchRequest, ...context: Context) => Scheme) | undefined;
}

/** The connection that a request came over, as far as a runtime shows it. */
export interface Seen {
  /** An address, or `unix`. */
  readonly peer: string | undefined;
  /** Undefined where the runtime does not say: `request.url` is no word for it, see {@link askedOfFetch}. */
  readonly scheme: Scheme | undefined;
}

/**
 * A `Request` as a server's runtime hands it to a handler. The scheme of `request.url` counts for nothing: a client may
 * send `GET https://shop.example/` over a plain connection (RFC 9112 §3.2.2), and Deno and Node's server for Hono make
 * `request.url` of that; others write `https` there whatever the connection is (SvelteKit), or take it from a header.
 */
export function askedOfFetch(request: FetchRequest, { peer, scheme }: Seen): Asked {
  const url = new URL(request.url);
  return {
    peer: peerFrom(peer),
    scheme: scheme ?? 'http',
    method: request.method,
    target: url.pathname + url.search,
    host: request.headers.get('host') ?? url.host,
    fields: fieldsOfHeaders(request.headers),
  };
}

const peerFrom = (text: string | undefined): Peer | undefined => (text === undefined ? undefined : text === 'unix' ? { kind: 'unix' } : ipPeer(text));

const UNSEEN: Seen = { peer: undefined, scheme: undefined };

/** The connection by what the usual runtimes hand over: Bun its server, Deno `remoteAddr`, srvx a property, Node adapters the message. */
export function usuallySeen(request: FetchRequest, context: readonly unknown[]): Seen {
  const { node, bun, deno } = (request as { readonly runtime?: Readonly<Record<string, { readonly req?: unknown; readonly server?: unknown; readonly info?: unknown } | undefined>> }).runtime ?? {};
  for (const given of [node?.req, bun?.server, deno?.info, ...context]) {
    if (typeof given !== 'object' || given === null) continue;
    const seen = ofBun(given, request) ?? ofDeno(given) ?? ofNode(given);
    if (seen !== undefined) return seen;
  }
  return UNSEEN;
}

function ofBun(given: object, request: FetchRequest): Seen | undefined {
  if (!('requestIP' in given) || typeof given.requestIP !== 'function') return undefined;
  const server = given as { requestIP(request: unknown): { address: string } | null; readonly protocol?: string; readonly url?: { readonly protocol?: string } };
  const at = server.url?.protocol;
  return { peer: server.requestIP(request)?.address ?? (at === 'unix:' ? 'unix' : undefined), scheme: (server.protocol ?? at)?.startsWith('https') === true ? 'https' : 'http' };
}

/** Deno shows the address and not whether the connection is encrypted. */
function ofDeno(given: object): Seen | undefined {
  if (!('remoteAddr' in given) || typeof given.remoteAddr !== 'object' || given.remoteAddr === null) return undefined;
  const { transport, hostname } = given.remoteAddr as { transport?: string; hostname?: string };
  return { peer: transport === 'unix' ? 'unix' : hostname, scheme: undefined };
}

/** An `IncomingMessage`, or what holds one as `incoming`. */
function ofNode(given: object): Seen | undefined {
  const message = 'incoming' in given && typeof given.incoming === 'object' && given.incoming !== null ? given.incoming : given;
  if (!('socket' in message) || typeof message.socket !== 'object' || message.socket === null) return undefined;
  const { remoteAddress, server, encrypted } = message.socket as { remoteAddress?: string; server?: { address?(): unknown }; encrypted?: boolean };
  return {
    peer: remoteAddress ?? (typeof server?.address?.() === 'string' ? 'unix' : undefined),
    scheme: encrypted === true ? 'https' : 'http',
  };
}

/** Compiles what the options say; `handed` is what the runtime gave, of what the handler gets. @throws OptionError */
export function createSeer<Context extends readonly unknown[]>({ peer, connection }: SeenOptions<Context>, handed: (context: Context) => readonly unknown[] = (context) => context): (request: FetchRequest, context: Context) => Seen {
  if (peer !== undefined && typeof peer !== 'function') throw new OptionError('peer', `${JSON.stringify(peer)} is none; expected a function that gives the address: (request, ...context) => address.`);
  if (connection !== undefined && typeof connection !== 'function' && connection !== 'http' && connection !== 'https') throw new OptionError('connection', `${JSON.stringify(connection)} is none; expected 'http', 'https' or a function that gives one of them.`);
  return (request, context) => {
    const usual = usuallySeen(request, handed(context));
    return {
      peer: peer === undefined ? usual.peer : peer(request, ...context),
      scheme: typeof connection === 'function' ? connection(request, ...context) : connection ?? usual.scheme,
    };
  };
}

/** What to say at setup where only a secret can be believed, or undefined. */
export function bareWarning(options: Options, hasPeer: boolean, runtimes: readonly string[]): string | undefined {
  const entries = Array.isArray(options.trust) ? options.trust as readonly unknown[] : [options.trust];
  if (hasPeer || entries.some((entry) => typeof entry === 'object' && entry !== null) || runtimes.some((name) => name in globalThis)) return undefined;
  const who = 'process' in globalThis ? 'Node by itself shows no peer address to a handler (srvx does), and without one' : 'this runtime shows no peer address to a handler, so';
  return `sallyport: ${who} no header can be believed by address. Start the front with --secret-file and give the app the same: trust: { secret: … }, or say how the address is found: peer: (request, ...context) => address.`;
}
