/** Who takes part in a case. */
import type { Peer } from '../peers/peer.ts';
import type { Contestant } from './case.ts';

const few = (peer: Peer): boolean => peer.name === 'nginx' || peer.name.startsWith('sallyport-');

export const all = (peers: readonly Peer[]): Contestant[] => peers.map((peer) => ({ peer }));

/** One for each kind: where one says what its kin would, the others only take time. */
export const butFor = (...names: readonly string[]) => (peers: readonly Peer[]): Contestant[] => all(peers.filter(({ name }) => !names.includes(name)));

/** nginx, and Sallyport on each runtime. */
export const nginxAndOurs = (peers: readonly Peer[]): Contestant[] => all(peers.filter(few));

export const fileServers = (peers: readonly Peer[]): Contestant[] => all(peers.filter((peer) => few(peer) && peer.can.includes('files')));

/** As it is shown: `nginx, log on`. */
export const named = ({ title, variant }: { readonly title: string; readonly variant?: string }): string => variant === undefined ? title : `${title}, ${variant}`;
