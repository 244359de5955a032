import type { Fields } from '../http1/fields.ts';
import type { Connection } from './read.ts';
import { hopOf, NO_TRUST, type Trust } from './trust.ts';

/** In which requests and answers carry the id of an exchange. */
export const ID_HEADER = 'X-Request-Id';

/**
 * What proxies, balancers and apps make for ids: UUIDs, hexadecimal, base64, `Root=1-67891233-abcdef`. Nothing that could end
 * a line, a quoted text or an attribute; no more than a log line has room for.
 */
const WELL_FORMED = /^[\w.~+/=:@-]{1,128}$/;

/** The id that a trusted peer gave a request, or undefined. */
export type IdReader = (connection: Connection, head: { readonly fields: Fields }) => string | undefined;

/**
 * Whoever is believed may name the request, so that one id is in the logs of all: in {@link ID_HEADER}, or in the header
 * `named`. An id decides nothing; a client that makes one up through a proxy which passes it on makes its own requests
 * harder to find. A network that strangers use too (`Hop`) is asked only by a name: what passes through it unnamed is
 * theirs. Undefined where nobody is trusted.
 */
export function createIdReader(trust: Trust, named: string | undefined): IdReader | undefined {
  if (trust === NO_TRUST) return undefined;
  const name = named ?? ID_HEADER;
  return ({ peer, nameless }, { fields }) => {
    const hop = peer && nameless !== true ? hopOf(trust, peer) : undefined;
    if (hop === undefined || (hop === 'public' && named === undefined)) return undefined;
    const [id, another] = fields.all(name);
    return id !== undefined && another === undefined && WELL_FORMED.test(id) ? id : undefined;
  };
}
