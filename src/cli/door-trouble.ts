import { addressText, type DoorError } from '../front/doors.ts';
import { portHolder } from './proc.ts';

/** Why a door could not be opened, and what to do about it. */
export function doorTrouble(error: DoorError, holder: (port: number) => string | undefined = portHolder): string {
  const { scheme, address, code } = error;
  const where = addressText(address);
  const flag = `--${scheme}`;
  const other = scheme === 'https' ? '8443' : '8080';
  switch (code) {
    case 'EADDRINUSE': {
      if (address.kind === 'unix') return `${where} is there already: another program may be listening on it. Stop that program, or delete the file if nothing listens, or give the ${scheme} door another path with ${flag}.`;
      const who = holder(address.port);
      return `${where} is taken${who === undefined ? '' : ` by ${who}`}. Stop that program, or give the ${scheme} door another port with ${flag}.`;
    }
    case 'EACCES':
    case 'EPERM':
      if (address.kind === 'unix') return `There is no right to create ${where}. Use a folder this user may write to.`;
      return `There is no right to bind port ${address.port}. Use ${flag} ${other}, or give the right once: `
        + 'sudo setcap cap_net_bind_service=+ep "$(readlink -f "$(command -v node)")" (for every script of this node), '
        + `or sudo sysctl net.ipv4.ip_unprivileged_port_start=${address.port} (for every user).`;
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return `${where} is not an address of this machine. Use one it has, 127.0.0.1 or *, with ${flag}.`;
    case 'ENOENT':
      return `The folder of ${where} is missing. Create it, or give the ${scheme} door another path with ${flag}.`;
    default:
      return error.message;
  }
}
