import { resolve } from 'node:path';
import { FLAG_GROUPS, type Flags } from '../flags.ts';

/** A call in words that mean the same in every folder: `8000 --cert /srv/site.pem`. What flags are files is read off their table. */
export function absoluteWords(app: string | undefined, flags: Flags, cwd: string): string[] {
  const given = flags as Readonly<Record<string, unknown>>;
  const place = (text: string): string => text.replace(/^((?:uwsgi\+|fastcgi\+)?unix:)([^/].*)$/i, (_, scheme: string, path: string) => scheme + resolve(cwd, path));
  const absolute = (kind: string, value: string): string => {
    switch (kind) {
      case '<file>': case '<dir>': return resolve(cwd, value);
      case '<prefix=dir>': { const cut = value.indexOf('=') + 1; return value.slice(0, cut) + resolve(cwd, value.slice(cut)); }
      case '<door>': case '<addr>': return place(value);
      default: return value;
    }
  };
  const words = FLAG_GROUPS.flatMap(([, rows]) => rows).flatMap(([row]) => {
    const [flag = '', kind = ''] = row.split(' ');
    const value = given[flag.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
    if (value === undefined) return [];
    if (value === true) return [flag];
    return (Array.isArray(value) ? value as string[] : [value as string]).flatMap((one) => [flag, absolute(kind, one)]);
  });
  return [...(app === undefined ? [] : [app.split(',').map((one) => place(one.trim())).join(',')]), ...words];
}
