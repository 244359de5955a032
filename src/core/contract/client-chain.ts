import { canonical, parseNode, trim, type Address } from './address.ts';
import { fold } from './family.ts';
import { parseForwarded } from './forwarded.ts';
import { hopAt, type Hop, type Trust } from './trust.ts';

/** Whom a trusted peer's address header names. */
export interface Named {
  /** Canonical text, or undefined where not even the nearest hop is named: then the peer itself is all that is known. */
  readonly client: string | undefined;
  /** False where a part of the chain that had to be read could not be. */
  readonly clear: boolean;
}

/** Reads the lines of the address header, in the order they came; there is at least one. `peer` is what the trusted peer is believed as. */
export type ClientOf = (lines: readonly string[], trust: Trust, peer: Hop) => Named;

const UNCLEAR: Named = { client: undefined, clear: false };

/**
 * Headers that each proxy adds itself to (`Forwarded`, and names that end in `Forwarded-For`) are lists; all others
 * (`X-Real-IP`, `CF-Connecting-IP`) hold one address.
 */
export function clientOf(header: string): ClientOf {
  const folded = fold(header);
  if (folded === 'forwarded') return fromForwarded;
  return folded.endsWith('forwarded-for') ? fromList : fromSingle;
}

function fromList(lines: readonly string[], trust: Trust, peer: Hop): Named {
  // Several lines are one list in their order (RFC 9110 §5.3); an empty element counts for nothing (§5.6.1.2).
  const elements = lines.join(',').split(',').filter((element) => trim(element) !== '');
  return walk(elements.length, (i) => parseNode(elements[i]!), { trust, peer });
}

function fromForwarded(lines: readonly string[], trust: Trust, peer: Hop): Named {
  const elements = parseForwarded(lines.join(','));
  if (elements === undefined) return UNCLEAR;
  return walk(elements.length, (i) => parseNode(elements[i]!.get('for') ?? ''), { trust, peer });
}

function fromSingle(lines: readonly string[]): Named {
  const address = lines.length === 1 ? parseNode(lines[0]!) : undefined;
  return address === undefined ? UNCLEAR : { client: canonical(address), clear: true };
}

/**
 * From the right, where the peer has written. Each element was written by the hop named to its right, so it is worth
 * as much as that hop: a trusted one is stepped over, the first other one is the client, and what stands left of it may
 * be anything. What a public proxy wrote is the client even where its address is in a trusted network ({@link Hop}).
 * What cannot be read ends the walk at the hop that wrote it. Where all are trusted, the request began at the leftmost.
 */
function walk(count: number, nodeAt: (i: number) => Address | undefined, { trust, peer }: { readonly trust: Trust; readonly peer: Hop }): Named {
  if (count === 0) return UNCLEAR;
  let client: string | undefined;
  let writer: Hop | undefined = peer;
  for (let i = count - 1; i >= 0; i--) {
    const address = nodeAt(i);
    if (address === undefined) return { client, clear: false };
    client = canonical(address);
    writer = writer === 'own' ? hopAt(trust, address) : undefined;
    if (writer === undefined) break;
  }
  return { client, clear: true };
}
