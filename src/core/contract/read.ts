/**
 * From a connection and a head to the truth: one pure function, used by the front (is there a trusted proxy before
 * me?) and by the app's half (is there a trusted front before me?).
 */
import type { Fields } from '../http1/fields.ts';
import { STANDARD_NAMES } from '../http1/names.ts';
import { clientOf } from './client-chain.ts';
import { ContractError } from './contract-error.ts';
import { fold } from './family.ts';
import { hostOf, portOf } from './header-values.ts';
import { schemeReader, type SchemeHeader } from './scheme-header.ts';
import { hopOf, NO_TRUST, type Hop, type Peer, type Trust } from './trust.ts';
import type { Scheme, Truth } from './truth.ts';

/** The header names that count from a trusted peer. One each; another name is never read in their place. */
export interface TrustedHeaders {
  /** Default `X-Forwarded-Proto`. Several must all be there and agree. */
  readonly scheme?: SchemeHeader | readonly SchemeHeader[] | undefined;
  /** Default `X-Forwarded-For`. */
  readonly client?: string | undefined;
  /** Not read unless named: most proxies pass a client's `X-Forwarded-Host` through. */
  readonly host?: string | undefined;
  /** Not read unless named. */
  readonly port?: string | undefined;
  /** No part of the truth (request-id.ts), but no header may say it and a part of the truth. */
  readonly id?: string | undefined;
}

export interface ReaderOptions {
  /** Whose headers are believed. Whoever is in here can tell the app any scheme and any client address. */
  readonly trust: Trust;
  /** Whether a head carries a proof of its own that it comes from a trusted peer, wherever the connection is from. */
  readonly vouched?: ((fields: Fields) => boolean) | undefined;
  readonly headers?: TrustedHeaders;
  /** The port the world sees for a scheme, where no port header says otherwise. */
  readonly publicPort: (scheme: Scheme, host: string) => number;
}

/** What a socket shows by itself. */
export interface Connection {
  /** Undefined where a runtime does not show it: nobody, then, is trusted by address. */
  readonly peer: Peer | undefined;
  readonly scheme: Scheme;
  /** The peer may have passed a client on without a name for it (PROXY protocol, UNKNOWN): no header is the peer's own word. */
  readonly nameless?: boolean | undefined;
}

/** What counts of a head. `host` is validated. */
export interface ReadableHead {
  readonly host: string;
  readonly fields: Fields;
}

/**
 * - Peer not trusted: everything is the connection's own, and no field is looked at.
 * - Scheme: exactly one line with one understood value (header-values.ts). Absent: the connection's own. Doubled, a
 *   list, several headers that do not agree, or anything else: `http`, since what is not clear must never count as secure.
 * - Client: see client-chain.ts; absent or not clear: as far as it can be told, at least the peer.
 * - Host and port: only where named, one line, valid; else as without them.
 *
 * Where a header was there and not clear, `by` says `ambiguous` and its name.
 */
export type Reader = (connection: Connection, head: ReadableHead) => Truth;

const OWN: Truth['by'] = Object.freeze({ scheme: 'connection', host: 'Host', port: 'connection', client: 'connection' });

/** @throws ContractError where a header name cannot carry the truth, or two parts of it are to come from one header. */
export function createReader(options: ReaderOptions): Reader {
  const { trust, vouched, publicPort } = options;
  const own: Reader = ({ peer, scheme }, { host }) => ({
    scheme, host, port: publicPort(scheme, host), client: peer?.kind === 'ip' ? peer.address : peer?.kind ?? 'unknown', by: OWN,
  });
  const told = createToldReader(options, own);
  if (trust === NO_TRUST && vouched === undefined) return own;
  return (connection, head) => {
    const { peer, nameless } = connection;
    // Whoever carries the proof is a proxy of one's own, wherever it connects from.
    const hop = (peer && nameless !== true ? hopOf(trust, peer) : undefined) ?? (vouched?.(head.fields) === true ? 'own' : undefined);
    return hop === undefined ? own(connection, head) : told(connection, head, hop);
  };
}

/** For connections from a trusted peer. */
function createToldReader({ trust, headers = {}, publicPort }: ReaderOptions, own: Reader): (connection: Connection, head: ReadableHead, hop: Hop) => Truth {
  const { scheme: schemeHeader = 'X-Forwarded-Proto', client: clientName = 'X-Forwarded-For', host: hostName, port: portName, id: idName } = headers;
  const readScheme = schemeReader(schemeHeader, (schemeName) => { checkNames([schemeName, clientName, hostName, portName, idName]); });
  const readClient = clientOf(clientName);
  const readHost = hostName === undefined ? undefined : hostOf(hostName);

  return (connection, head, hop) => {
    const { fields } = head;
    let { scheme, host, client } = own(connection, head);
    const by = { ...OWN };

    const said = readScheme(fields);
    if (said !== undefined) {
      scheme = said.scheme ?? 'http';
      by.scheme = word(said.name, said.scheme);
    }
    const clientLines = fields.all(clientName);
    if (clientLines.length > 0) {
      const named = readClient(clientLines, trust, hop);
      client = named.client ?? client;
      by.client = word(clientName, named.clear || undefined);
    }
    const hostLines = readHost && fields.all(hostName!);
    if (readHost && hostLines!.length > 0) {
      const value = hostLines!.length === 1 ? readHost(hostLines![0]!) : undefined;
      host = value ?? host;
      by.host = word(hostName!, value);
    }
    let port = publicPort(scheme, host);
    by.port = by.scheme; // the port follows the scheme
    const portLines = portName === undefined ? [] : fields.all(portName);
    if (portLines.length > 0) {
      const value = portLines.length === 1 ? portOf(portLines[0]!) : undefined;
      port = value ?? port;
      by.port = word(portName!, value);
    }
    return { scheme, host, port, client, by };
  };
}

/** Whose word it was. */
const word = (name: string, value: unknown): string => (value === undefined ? `ambiguous ${name}` : name);

function checkNames([scheme, client, host, port, id]: readonly (string | undefined)[]): void {
  const used = new Map<string, string>();
  for (const [role, name] of [['scheme', scheme], ['client', client], ['host', host], ['port', port], ['id', id]] as const) {
    if (name === undefined) continue;
    const wrong = (why: string): ContractError => new ContractError('trust-header', name, `The trusted ${role} header "${name}" ${why}.`);
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) throw wrong('is not a header name: expected one run of letters, digits and "-", such as X-Forwarded-Proto');
    if (STANDARD_NAMES.has(fold(name))) throw wrong('is a standard name with a meaning of its own: name the header in which your proxy says it, such as X-Forwarded-Proto');
    const folded = fold(name);
    if (folded === 'forwarded' && (role === 'port' || role === 'id')) throw wrong(`has no ${role} of its own (RFC 7239): leave the ${role} header out`);
    const other = used.get(folded);
    if (other !== undefined && folded !== 'forwarded') throw wrong(`is already the ${other} header: one header cannot say both`);
    used.set(folded, role);
  }
}
