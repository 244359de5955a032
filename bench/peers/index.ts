import { existsSync } from 'node:fs';
import { nginx } from './nginx.ts';
import type { Peer } from './peer.ts';
import { sallyportOnBun, sallyportOnNode } from './sallyport.ts';

/** Every peer, in the order of the table. */
export const peers = (): Peer[] => [nginx, sallyportOnBun(), sallyportOnNode()];

export const isThere = (peer: Peer): boolean => existsSync(peer.needs.file);
