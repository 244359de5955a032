import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { addressText, type DoorError } from '../front/doors/doors.ts';
import type { Settings } from '../config/settings/settings.ts';
import { holds, portHolder } from './proc.ts';

/** Where a door goes that may not have, or cannot get, its own port. */
const OTHER = { https: [8443, 9443], http: [8080, 8081] } as const;

/** Why a door could not be opened, and what to do about it. */
export function doorTrouble(error: DoorError, settings: Pick<Settings, 'sites'> = { sites: [] }, holder: (port: number) => string | undefined = portHolder): string {
  const { scheme, address, code } = error;
  const where = addressText(address);
  const flag = `--${scheme}`;
  if (error.fd !== undefined) {
    const what = holds(error.fd);
    return `The socket for the ${scheme} door was to come as descriptor ${error.fd}, and ${what === undefined ? 'that is none that can listen' : `that is ${what}`} (${code}). `
      + 'Expected: a stream socket that listens. In a socket unit that is ListenStream=, and not Accept=yes.';
  }
  if (error.admin) return adminTrouble(error, where, holder);
  switch (code) {
    case 'EADDRINUSE': {
      if (address.kind === 'unix') return `${where} is there already: another program may be listening on it. Stop that program, or delete the file if nothing listens, or give the ${scheme} door another path with ${flag}.`;
      const who = holder(address.port);
      const taken = `${where} is taken${who === undefined ? '' : ` by ${who}`}`;
      const another = `${flag} ${OTHER[scheme].find((port) => port !== address.port)}`;
      // Nobody asked for 8443 or 8080: the message says where they come from.
      const why = error.insteadOf === undefined ? '' : ` The ${scheme} door was to be there because this process may not bind port ${error.insteadOf}.`;
      if (isApp(address.port, settings)) return `${taken}: that is the app itself.${why} Give the ${scheme} door another port: ${another} (or ${flag} off to do without it).`;
      return `${taken}.${why} Stop that program, or give the ${scheme} door another port: ${another}`;
    }
    case 'EACCES':
    case 'EPERM':
      // libuv turns a missing folder (ENOENT) into EACCES for sockets, so that all systems say the same.
      if (address.kind === 'unix' && !existsSync(dirname(address.path))) return folderMissing(where, scheme);
      if (address.kind === 'unix') return `There is no right to create ${where}. Use a folder this user may write to.`;
      return `There is no right to bind port ${address.port}. Use ${flag} ${OTHER[scheme][0]}, or give the right once: `
        + 'sudo setcap cap_net_bind_service=+ep "$(readlink -f "$(command -v node)")" (for every script of this node), '
        + `or sudo sysctl net.ipv4.ip_unprivileged_port_start=${address.port} (for every user).`;
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return `${where} is not an address of this machine. Use one it has, 127.0.0.1 or *, with ${flag}.`;
    case 'ENOENT':
      return folderMissing(where, scheme);
    default:
      return error.message;
  }
}

function adminTrouble({ address, code, cause }: DoorError, where: string, holder: (port: number) => string | undefined): string {
  const who = code === 'EADDRINUSE' && address.kind === 'ip' ? holder(address.port) : undefined;
  return `The admin address ${where} cannot be opened: ${who === undefined ? (cause as Error).message : `it is taken by ${who}`}. Give another with --admin, such as 127.0.0.1:9444 or unix:/run/sallyport/admin.sock.`;
}

const folderMissing = (where: string, scheme: string): string => `The folder of ${where} is missing. Create it, or give the ${scheme} door another path with --${scheme}.`;

/** Whether a port of this machine is where the front would ask an app. */
const isApp = (port: number, { sites }: Pick<Settings, 'sites'>): boolean => sites.flatMap(({ routes }) => routes).some((route) =>
  route.kind === 'app' && route.app.servers.flatMap(({ addresses }) => addresses).some((app) => app.kind === 'ip' && app.port === port && /^127\.|^::1$/.test(app.host)));
