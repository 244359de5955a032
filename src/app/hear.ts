import { hostOf } from '../core/contract/header-values.ts';
import { createReader } from '../core/contract/read.ts';
import { trusts } from '../core/contract/trust.ts';
import { DEFAULT_PORT, hostPort } from '../core/policy/urls.ts';
import type { Asked, Heard } from './asked.ts';
import { trustedHeaders } from './header.ts';
import type { Options } from './options.ts';
import { compileBelieved } from './trust.ts';

export interface Hearing {
  /** The very function the front reads a trusted proxy's word with (core/contract/read.ts). */
  hear(asked: Asked): Heard;
  /** Whether the peer, or the request by its secret, is believed at all. */
  believes(asked: Asked): boolean;
  /** The headers that say the scheme, and those that say something else; for messages. */
  readonly schemeNames: readonly string[];
  readonly otherNames: readonly string[];
}

const validHost = hostOf('Host');

/** @throws OptionError or ContractError where `trust` or `header` cannot be used. */
export function createHearing({ trust: written, header }: Pick<Options, 'trust' | 'header'>): Hearing {
  const { trust, vouched } = compileBelieved(written);
  const headers = trustedHeaders(header);
  // The port in Host is the one the client came to; without one it is the scheme's own.
  const read = createReader({ trust, vouched, headers, publicPort: (scheme, host) => hostPort(host) ?? DEFAULT_PORT[scheme] });
  return {
    hear(asked) {
      const truth = read(asked, { host: validHost(asked.host) ?? '', fields: asked.fields });
      return { ...truth, secure: truth.scheme === 'https' };
    },
    believes: ({ peer, fields }) => (peer !== undefined && trusts(trust, peer)) || vouched?.(fields) === true,
    schemeNames: namesOf(headers.scheme),
    otherNames: [headers.client ?? 'X-Forwarded-For', headers.host, headers.port].filter((name) => name !== undefined),
  };
}

function namesOf(scheme: ReturnType<typeof trustedHeaders>['scheme']): string[] {
  if (scheme === undefined) return ['X-Forwarded-Proto'];
  const all = (Array.isArray(scheme) ? scheme : [scheme]) as readonly (string | { readonly name: string })[];
  return all.map((one) => (typeof one === 'string' ? one : one.name));
}
