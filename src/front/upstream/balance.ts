import type { Balance } from '../../config/settings/settings.ts';
import { hashText, mix } from './hash.ts';
import type { Server } from './server.ts';

/** Chooses one of several servers, of those that `usable` lets through; undefined where it lets none. `client` is an address. */
export type Choose = (usable: (server: Server) => boolean, client: string) => Server | undefined;

export function createChoose(balance: Balance, servers: readonly Server[]): Choose {
  switch (balance) {
    case 'least-conn': return leastBusy(servers);
    case 'round-robin': return inTurn(servers);
    case 'client': return byClient(servers);
  }
}

/** The fewest running exchanges; among equals each in turn, so that an idle app's servers all get work. */
function leastBusy(servers: readonly Server[]): Choose {
  let turn = 0;
  return (usable) => {
    let least: Server | undefined;
    const from = turn++;
    for (let i = 0; i < servers.length; i++) {
      const server = servers[(from + i) % servers.length]!;
      if ((least === undefined || server.busy < least.busy) && usable(server)) least = server;
    }
    return least;
  };
}

function inTurn(servers: readonly Server[]): Choose {
  let turn = 0;
  return (usable) => {
    for (let i = 0; i < servers.length; i++) {
      const at = (turn + i) % servers.length;
      if (usable(servers[at]!)) {
        turn = at + 1;
        return servers[at];
      }
    }
    return undefined;
  };
}

/**
 * Rendezvous hashing (Thaler and Ravishankar, 1998): every pair of client and server has a weight, and the heaviest
 * server has the client. When one leaves only its own clients move, and they come back when it does.
 */
function byClient(servers: readonly Server[]): Choose {
  return (usable, client) => {
    const hash = hashText(client);
    let heaviest: Server | undefined;
    let most = -1;
    for (const server of servers) {
      const weight = mix(hash ^ server.seed);
      if (weight > most && usable(server)) {
        most = weight;
        heaviest = server;
      }
    }
    return heaviest;
  };
}
