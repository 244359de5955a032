import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { DoorSetting } from '../settings/settings.ts';
import { BadValue } from '../problems.ts';
import { parsePort } from './quantities.ts';
import { unixSocket } from './upstream.ts';

const FORMS = 'a port (8443), an address and port (127.0.0.1:8443, [::1]:8443, *:8443), unix:/path/of/socket or off';

/** A door as a person writes it. A bare port leaves the address to the kind of site; port 0 takes a free one. */
export function parseDoor(written: string | number | undefined, folder: string): DoorSetting {
  if (written === undefined) return { kind: 'auto' };
  const text = String(written).trim();
  if (text.toLowerCase() === 'off') return { kind: 'off' };
  if (/^unix:/i.test(text)) return { kind: 'at', address: unixSocket(text, folder) };
  const bare = /^:?(\d+)$/.exec(text);
  if (bare !== null) return { kind: 'port', port: parsePort(bare[1]!, 0) };
  if (/^https?:\/\//i.test(text)) throw new BadValue(FORMS, 'Leave the scheme out: the flag names it');
  if (isIPv6(text)) throw new BadValue(FORMS, `An IPv6 address needs brackets and a port: [${text}]:8443`);
  const match = /^(\[[^\]]*\]|[^:[\]]+):(.+)$/.exec(text);
  if (match === null) throw new BadValue(FORMS);
  const host = match[1]!.replace(/^\[|\]$/g, '');
  const port = parsePort(match[2]!, 0);
  // One socket on :: takes IPv4 clients too; they are told and matched as IPv4.
  if (host === '*') return { kind: 'at', address: { kind: 'ip', host: '::', port } };
  if (host.toLowerCase() === 'localhost') throw new BadValue(FORMS, `localhost is two addresses: write 127.0.0.1:${port} or [::1]:${port}`);
  if (isIP(host) === 0 || isIPv4(host) !== !match[1]!.startsWith('[')) throw new BadValue(FORMS);
  return { kind: 'at', address: { kind: 'ip', host, port } };
}
