import type { Told } from '../policy/told.ts';
import type { Setting } from './setting.ts';

/**
 * A setting for one app: by how it is told, and from where. `front` is the address the front's connections come from, as
 * the app sees it; `unix` for a unix socket, undefined on this machine's loopback.
 */
export function fill({ lines, why, trap, ...same }: Setting, told: Told, front: string | undefined): Setting {
  const onUnix = front === 'unix';
  const address = onUnix ? '127.0.0.1' : front ?? '127.0.0.1';
  const values: Readonly<Record<string, string>> = {
    header: told.header,
    HEADER: told.header.toUpperCase(),
    value: told.value,
    meta: `HTTP_${told.header.toUpperCase().replaceAll('-', '_')}`,
    front: address,
    // Behind a unix socket the peer has no address, which no list of addresses can name: Node's remoteAddress is undefined.
    proxy: onUnix ? '(peer) => peer === undefined' : `'${front ?? 'loopback'}'`,
    allow: onUnix ? '\'*\'' : address,
    regex: address.replaceAll('.', '[.]'),
    options: optionsOf(told, onUnix || front === undefined ? undefined : `'${front}'`),
    withSecret: optionsOf(told, '{ secret: process.env.SALLYPORT_SECRET! }'),
  };
  const filled = (text: string): string => text.replace(/\{(header|HEADER|value|meta|front|proxy|allow|regex|options|withSecret)\}/g, (_, name: string) => values[name]!);
  return { ...same, lines: lines.map(filled), why: filled(why), trap: filled(trap) };
}

/** What `sallyport()` is given: nothing where its defaults are right. */
function optionsOf({ profile, header, value }: Told, trust: string | undefined): string {
  const options = [
    ...(trust === undefined ? [] : [`trust: ${trust}`]),
    ...(profile === 'standard' ? [] : [`header: ${profile === 'custom' ? `['${header}', '${value}']` : `'${profile}'`}`]),
  ];
  return options.length === 0 ? '' : `{ ${options.join(', ')} }`;
}
