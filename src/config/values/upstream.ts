import { isIP, isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import type { ConnectAddress } from './addresses.ts';
import type { ServerSettings, UpstreamProtocol } from '../settings/settings-upstream.ts';
import { BadValue } from '../problems.ts';
import { parsePort } from './quantities.ts';

const FORMS = 'a port (8000), host:port (127.0.0.1:8000, [::1]:8000), http://host:port, https://host:port, unix:/path/of/socket, uwsgi://host:port, uwsgi+unix:/path/of/socket, fastcgi://host:port or fastcgi+unix:/path/of/socket';

/** Schemes that people write for good reasons and that do not work yet: said by name, so that nobody looks for a typing error. */
const NOT_YET: Readonly<Record<string, string>> = {
  h2c: 'HTTP/2 towards apps',
  scgi: 'SCGI',
  ajp: 'AJP',
  srv: 'DNS SRV records',
};

/** One server, and how it is spoken to. */
export interface WrittenServer extends ServerSettings {
  readonly protocol: UpstreamProtocol;
}

/**
 * Where one server of an app listens, as a person writes it. A bare port and `localhost` are tried on 127.0.0.1 and then
 * on ::1, since some development servers listen on ::1 only. A relative socket path counts from `folder`.
 */
export function parseUpstream(written: string | number, folder: string): WrittenServer {
  const text = String(written).trim();
  const scheme = /^(uwsgi|fastcgi)(\+unix:|:\/\/)/i.exec(text);
  if (scheme === null) return { written: text, protocol: 'http', ...httpServer(text, folder) };
  const rest = text.slice(scheme[0].length);
  const protocol = scheme[1]!.toLowerCase() as 'uwsgi' | 'fastcgi';
  return { written: text, protocol, addresses: scheme[2] === '://' ? addressesOf(hostAndPort(rest.replace(/\/$/, ''), undefined)) : [unixSocket(`unix:${rest}`, folder)] };
}

function httpServer(text: string, folder: string): Pick<ServerSettings, 'addresses' | 'tlsName'> {
  if (/^\d+$/.test(text)) return { addresses: loopback(parsePort(text)) };
  if (/^unix:/i.test(text)) return { addresses: [unixSocket(text, folder)] };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return { addresses: addressesOf(hostAndPort(text, undefined)) };
  if (scheme === 'http') return { addresses: addressesOf(hostAndPort(authorityOf(text), 80)) };
  if (scheme === 'https') {
    const place = hostAndPort(authorityOf(text), 443);
    return { addresses: addressesOf(place), tlsName: place.host };
  }
  const what = NOT_YET[scheme];
  throw new BadValue(FORMS, what === undefined
    ? `${scheme}:// is not a way to reach an app that Sallyport knows`
    : `${scheme}:// (${what}) is not spoken towards apps yet: let the app listen for plain HTTP on loopback or a socket`);
}

export function unixSocket(text: string, folder: string): { kind: 'unix'; path: string } {
  const path = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, ''); // unix:///run/app.sock is seen too
  if (path === '') throw new BadValue('a path after unix:', 'Example: unix:/run/app.sock');
  const absolute = resolve(folder, path);
  // sun_path holds 108 bytes on Linux and 104 on BSD and macOS, the closing NUL included (unix(7)).
  if (Buffer.byteLength(absolute) > 103) throw new BadValue('a socket path of at most 103 bytes', 'The system allows no longer ones: use a shorter folder');
  return { kind: 'unix', path: absolute };
}

/** Host and port of an http or https URL. */
function authorityOf(url: string): string {
  const rest = url.slice(url.indexOf('//') + 2);
  const end = rest.search(/[/?#]/);
  const authority = end === -1 ? rest : rest.slice(0, end);
  const tail = end === -1 ? '' : rest.slice(end);
  if (authority.includes('@')) throw new BadValue('no user name or password in the address of an app');
  if (tail !== '' && tail !== '/') {
    throw new BadValue('an address without a path', `The app gets every request's path byte for byte, so "${tail}" could not be put before it: drop it, and let a route choose what goes to this app`);
  }
  return authority;
}

/** The name or address that a certificate has to be for, as `--upstream-name` writes it. */
export function parseServerName(written: string): string {
  const name = written.trim().toLowerCase();
  const address = /^\[(.*)\]$/.exec(name)?.[1] ?? name;
  if (isIP(address) === 0 && !isName(name)) throw new BadValue('a host name or an address, without a port', 'Example: app.internal');
  return address;
}

interface Place { readonly host: string; readonly port: number }

function hostAndPort(text: string, defaultPort: number | undefined): Place {
  if (isIPv6(text)) throw new BadValue(FORMS, `An IPv6 address needs brackets and a port: [${text}]:8000`);
  const match = /^(\[[^\]]*\]|[^:[\]]+)(?::(.*))?$/.exec(text);
  if (match === null) throw new BadValue(FORMS);
  const name = match[1]!;
  const bracketed = name.startsWith('[');
  const host = bracketed ? name.slice(1, -1) : name.toLowerCase();
  if (bracketed ? !isIPv6(host) : isIP(host) === 0 && !isName(host)) throw new BadValue(FORMS);
  if (match[2] === undefined && defaultPort === undefined) throw new BadValue(FORMS, `A host needs a port: ${name}:8000`);
  const port = match[2] === undefined ? defaultPort! : parsePort(match[2]);
  if (host === '0.0.0.0' || host === '::') {
    throw new BadValue('an address to connect to', `${name} means "every address" to a server that listens; an app there is reached at 127.0.0.1:${port}`);
  }
  return { host, port };
}

const addressesOf = ({ host, port }: Place): ConnectAddress[] => (host === 'localhost' ? loopback(port) : [{ kind: 'ip', host, port }]);

/** A DNS name; underscores are seen in names of container networks. All digits and dots would be a mistyped IPv4 address. */
const isName = (host: string): boolean =>
  host.length <= 253 && !/^[\d.]+$/.test(host) && host.split('.').every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));

const loopback = (port: number): ConnectAddress[] => [
  { kind: 'ip', host: '127.0.0.1', port },
  { kind: 'ip', host: '::1', port },
];
