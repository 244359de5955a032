/** What goes wrong in a soak, one thing every few seconds; each kind comes round before one comes again. */
import { sleep } from '../helpers/scope.ts';
import { processTree } from '../../bench/accounting.ts';
import type { App, Apps } from './apps.ts';
import type { Front } from './front.ts';
import type { AccessLog } from './ledger.ts';
import { CUTS, type Order } from './order.ts';
import { resets, slowReaders, slowSenders, type Crowd } from './rude-clients.ts';

export interface Scene extends Crowd {
  readonly apps: Apps;
  readonly front: Front;
  readonly log: AccessLog;
  readonly workers: number;
  /** Seconds between two faults: from half to one and a half of it. */
  readonly every: number;
}

type Fault = (scene: Scene) => Promise<void>;

/** One of two servers is ended only when the front has had time (milliseconds) to find that the other is back. */
const BOTH_BACK = 20_000;

const appOf = ({ apps, random }: Scene, to: Exclude<Order['to'], 'files'>): App => random.pick(apps.of(to));
const restarted = async (scene: Scene, app: App, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => { if (app.running) await app.restart(signal, scene.random.int(800)); };

async function onePairMember(scene: Scene, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const pair = scene.apps.of('pair');
  const settled = pair.every(({ outages, running }) => running && (outages.at(-1)?.to ?? -Infinity) < performance.now() - BOTH_BACK);
  await restarted(scene, settled ? appOf(scene, 'pair') : appOf(scene, 'tcp'), signal);
}

const FAULTS: Readonly<Record<string, Fault>> = {
  'app killed': (scene) => restarted(scene, appOf(scene, 'tcp'), 'SIGKILL'),
  'app restarted in order': (scene) => restarted(scene, appOf(scene, 'tcp'), 'SIGTERM'),
  'one of two servers killed': (scene) => onePairMember(scene, 'SIGKILL'),
  'one of two servers restarted in order': (scene) => onePairMember(scene, 'SIGTERM'),
  'uwsgi app killed': (scene) => restarted(scene, appOf(scene, 'uwsgi'), 'SIGKILL'),
  'answers broken off': async ({ load, random }) => {
    await Promise.all(CUTS.map((cut) => load.alone(load.order({ to: random.pick(['tcp', 'stream', 'unix', 'uwsgi']), method: random.pick(['GET', 'POST']), cut, gets: 2 + random.int(300_000) }))));
  },
  'slow readers': (scene) => slowReaders(scene, 2 * scene.every),
  'slow senders': (scene) => slowSenders(scene, 2 * scene.every),
  'clients reset': resets,
  'configuration reloaded': ({ front }) => front.reload(),
  'wrong configuration refused': ({ front }) => front.reloadWrongly(),
  'log opened anew': ({ log }) => log.rotate(),
  'worker killed': ({ front, tally, random, workers }) => {
    if (workers > 1) {
      tally.frontHit();
      process.kill(random.pick(processTree(front.pid).slice(1)), 'SIGKILL');
    }
    return Promise.resolve();
  },
};

/** Injects faults until `over`; ends when the last of them is over. */
export async function injectFaults(scene: Scene, over: AbortSignal): Promise<void> {
  const { random, tally, workers } = scene;
  const kinds = Object.keys(FAULTS).filter((kind) => workers > 1 || kind !== 'worker killed');
  const running = new Set<Promise<void>>();
  let deck: string[] = [];
  while (!over.aborted) {
    if (deck.length === 0) deck = [...kinds].map((kind) => ({ kind, at: random.next() })).sort((a, b) => a.at - b.at).map(({ kind }) => kind);
    const kind = deck.pop()!;
    tally.fault(kind);
    const one = FAULTS[kind]!(scene).catch((error: unknown) => { tally.fail({ kind: `could not do: ${kind}`, n: 0, detail: String(error) }); }).finally(() => running.delete(one));
    running.add(one);
    await sleep(scene.every * (500 + random.int(1000)));
  }
  await Promise.all(running);
}
