import { OptionError, type Options } from './options.ts';

/** What an option has to be, for people; undefined: it is. Those with a compiler of their own are checked there. */
type Check = (value: unknown) => string | undefined;

const port: Check = (value) => (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65535 ? undefined : 'is no port; expected a number from 1 to 65535.');
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'is neither; expected true or false.');
const own: Check = () => undefined;
const texts = (example: string): Check => (value) => (Array.isArray(value) && value.every((one) => typeof one === 'string') ? undefined : `is no list of texts; expected one such as ${example}.`);

const CHECKS: Readonly<Record<keyof Options, Check>> = {
  trust: own, header: own, https: own, hsts: own,
  health: texts('[\'/up\']'),
  permanent: flag,
  unsafe: (value) => (value === 'redirect' || value === 'refuse' ? undefined : 'is none; expected \'redirect\' or \'refuse\'.'),
  httpsPort: port,
  httpPort: port,
  secureCookies: flag,
  hosts: texts('[\'shop.example\']'),
  csrf: (value) => (typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value)) ? undefined : 'is none; expected true, false or { origins, unknown }.'),
  log: (value) => (typeof value === 'function' ? undefined : 'is no function; expected one that takes a line, such as console.warn.'),
};

/** @throws OptionError for an option that there is not, or one that is of another kind than it has to be. */
export function check(options: Options): void {
  if (typeof options !== 'object' || options === null) throw new OptionError('options', `${String(options)} is none; expected an object, such as { trust: ['loopback'], https: 'https' }.`);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, name)) throw new OptionError(name, `there is no such option; expected one of ${Object.keys(CHECKS).join(', ')}.`);
    const problem = value === undefined ? undefined : CHECKS[name as keyof Options](value);
    if (problem !== undefined) throw new OptionError(name, `${typeof value === 'string' ? `"${value}"` : JSON.stringify(value) ?? String(value)} ${problem}`);
  }
}
