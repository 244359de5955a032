import { BadValue } from '../problems.ts';
import type { UserSettings } from '../settings/settings.ts';

/** Names as useradd(8) takes them, and domains' (`DOMAIN\name`, `name@domain`) as well; or a number. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.@\\-]*\$?$/;

/** `NAME[:GROUP]`, each a name or a number. Whether there is such a user is found out where the front starts. */
export function parseUser(written: string | number): UserSettings {
  const [name = '', group, ...more] = String(written).trim().split(':');
  if (!NAME.test(name) || (group !== undefined && !NAME.test(group)) || more.length > 0) throw new BadValue('a user or user:group, by name or number, such as www-data or www-data:www-data');
  if (name === 'root' || Number(name) === 0) throw new BadValue('a user without rights', 'What serves clients as root gains nothing by this: name www-data, nobody, or a user made for it (useradd --system sallyport)');
  return { name, group };
}
