import { existsSync } from 'node:fs';
import { apache } from './apache.ts';
import { caddy } from './caddy.ts';
import { haproxy } from './haproxy.ts';
import { hitch } from './hitch.ts';
import { nginx } from './nginx.ts';
import { fastifyHttpProxy, httpProxy3, httpxy } from './npm.ts';
import type { Peer } from './peer.ts';
import { sallyportOnBun, sallyportOnNode } from './sallyport.ts';

/** Every peer, in the order of the table; `against`: another checkout of Sallyport. */
export const peers = (against?: string): Peer[] => [nginx, sallyportOnBun(), sallyportOnNode(), ...against === undefined ? [] : [sallyportOnBun(against), sallyportOnNode(against)], haproxy, apache, caddy, httpProxy3, httpxy, fastifyHttpProxy, hitch];

export const isThere = (peer: Peer): boolean => existsSync(peer.needs.file);
