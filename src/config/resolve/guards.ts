import { clientAddress } from './resolve-closed.ts';
import { htpasswdFile } from '../values/htpasswd.ts';
import { BadValue, type Path } from '../problems.ts';
import type { SiteContext } from './resolve-site.ts';
import type { GuardSettings } from '../settings/settings.ts';
import type { SiteConfig } from '../types.ts';

type Written = NonNullable<SiteConfig['guards']>[string];

/** Who may come to a prefix. */
export function resolveGuard(written: Written, at: Path, { folder, problems }: SiteContext): GuardSettings {
  if (written === 'off') return { kind: 'off' };
  const { basic, allow = [], deny = [], any = false, keepAuthorization = false } = written;
  const list = (key: 'allow' | 'deny', entries: readonly string[]): string[] =>
    entries.filter((entry, i) => problems.at([...at, key, i], entry, () => clientAddress(entry)) !== undefined);
  if (basic === undefined && allow.length + deny.length === 0) throw new BadValue('basic, allow or deny', 'To let everybody in write "off"');
  if (any && (basic === undefined || allow.length === 0)) throw new BadValue('basic and allow beside any', 'any is: one of the two is enough');
  return {
    kind: 'guard', any, keepAuthorization,
    basic: basic === undefined ? undefined : problems.at([...at, 'basic'], basic, () => htpasswdFile(basic, folder)),
    allow: list('allow', allow), deny: list('deny', deny),
  };
}

/** `basic:FILE allow:10.0.0.0/8,192.0.2.1 deny:… any keep`, as a flag says it; `file` makes a path count from the right folder. */
export function parseGuardFlag(text: string, file: (path: string) => string): Written {
  if (text.trim() === 'off') return 'off';
  const guard: { -readonly [K in keyof Exclude<Written, 'off'>]: Exclude<Written, 'off'>[K] } = {};
  for (const word of text.trim().split(/\s+/)) {
    const [, key, value] = /^(basic|allow|deny):(.+)$/.exec(word) ?? [];
    if (word === 'any') guard.any = true;
    else if (word === 'keep') guard.keepAuthorization = true;
    else if (key === 'basic') guard.basic = file(value!);
    else if (key === 'allow' || key === 'deny') guard[key] = [...guard[key] ?? [], ...value!.split(',')];
    else throw new BadValue('off, or words such as basic:FILE, allow:10.0.0.0/8, deny:192.0.2.1, any and keep', `"${word}" is none of them`);
  }
  return guard;
}
