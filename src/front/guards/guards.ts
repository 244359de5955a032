import type { GuardSettings, SiteSettings } from '../../config/settings/settings.ts';
import { compileTrust, trusts, type Peer, type Trust } from '../../core/contract/trust.ts';
import { Fault } from '../../core/errors.ts';
import { compilePrefixes, judged } from '../../core/policy/prefixes.ts';
import type { Passwords } from './passwords.ts';

/** Who may come to a prefix. */
interface Guard {
  readonly allow: Trust | undefined;
  readonly deny: Trust | undefined;
  /** An address that may come needs no password; else both are asked for. */
  readonly any: boolean;
  readonly passwords: Passwords | undefined;
  /** The app sees the password too. */
  readonly keep: boolean;
}

/** What a request has to show, once its address is found good. */
export interface Needed { readonly passwords: Passwords; readonly keep: boolean }

const NOBODY: readonly Guard[] = [];
const NOTHING: readonly Needed[] = [];

/** Where certificate authorities ask for proofs, which are for everybody (RFC 8555 §8.3). */
const CHALLENGES = '/.well-known/acme-challenge/';

/** Compiles the guards of a site: for a target and a true client address what is still needed, or why not. */
export function compileGuards(settings: NonNullable<SiteSettings['guards']>, passwordsOf: (file: string) => Passwords): (target: string, client: string) => Fault | readonly Needed[] {
  const table = compilePrefixes<readonly Guard[]>([[CHALLENGES, NOBODY], ...settings.map(([prefix, guard]): [string, readonly Guard[]] =>
    [prefix, guard.kind === 'off' ? NOBODY : [compileGuard(guard, passwordsOf)]])]);
  return (target, client) => {
    const guards = judged(table, target, both);
    if (guards === undefined || guards === NOBODY) return NOTHING;
    const peer: Peer = client === 'unix' ? { kind: 'unix' } : { kind: 'ip', address: client };
    const needed: Needed[] = [];
    for (const { allow, deny, any, passwords, keep } of guards) {
      if (deny !== undefined && trusts(deny, peer)) return refused(client);
      const allowed = allow === undefined || trusts(allow, peer);
      if (!allowed && !any) return refused(client);
      if (passwords !== undefined && !(any && allowed)) needed.push({ passwords, keep });
    }
    return needed;
  };
}

const refused = (client: string): Fault => new Fault('address-refused', client);

/** Where servers may read a path in two ways, all guards of both count. */
const both = (a: readonly Guard[], b: readonly Guard[]): readonly Guard[] => (a === b ? a : [...new Set([...a, ...b])]);

function compileGuard({ allow, deny, any, basic, keepAuthorization }: Extract<GuardSettings, { kind: 'guard' }>, passwordsOf: (file: string) => Passwords): Guard {
  return {
    allow: allow.length === 0 ? undefined : compileTrust(allow),
    deny: deny.length === 0 ? undefined : compileTrust(deny),
    any, keep: keepAuthorization,
    passwords: basic === undefined ? undefined : passwordsOf(basic),
  };
}
