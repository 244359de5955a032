import type { ListenAddress } from './addresses.ts';
import { parseDoor } from './door.ts';
import { BadValue } from '../problems.ts';

/** The admin address as a person writes it, in the forms of a door. A bare port is loopback's; undefined: off. */
export function parseAdmin(written: string | number, folder: string): ListenAddress | undefined {
  const door = parseDoor(written, folder);
  switch (door.kind) {
    case 'off': return undefined;
    case 'at': return door.address;
    case 'port': return { kind: 'ip', host: '127.0.0.1', port: door.port };
    case 'auto': throw new BadValue('an address');
  }
}

/** Whether only programs of this machine reach it. */
export const isThisMachine = (address: ListenAddress): boolean => address.kind === 'unix' || /^127\./.test(address.host) || address.host === '::1';
