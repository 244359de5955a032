/** One request of a soak: what is sent, and what has to come back. The app reads the same from its target. */
import type { Random } from '../helpers/random.ts';

export const APPS = ['tcp', 'stream', 'unix', 'pair', 'uwsgi'] as const;
export type Place = (typeof APPS)[number] | 'files';
/** How the app says where its answer ends. `close`: by closing, which a reader cannot tell from a crash. */
export type Shape = 'length' | 'chunked' | 'close';
/** Where the app breaks off: before a byte, in the head, in a body with a length, in a chunk. */
export const CUTS = ['silent', 'head', 'body', 'chunk'] as const;
export type Cut = 'no' | (typeof CUTS)[number];
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';

export interface Order {
  readonly n: number;
  readonly door: 'https' | 'http';
  readonly to: Place;
  readonly method: Method;
  /** Bytes of the request's body. */
  readonly sends: number;
  /** The request's body goes in chunks. */
  readonly chunks: boolean;
  /** Bytes of the answer's body. */
  readonly gets: number;
  readonly shape: Shape;
  readonly cut: Cut;
}

/** Sizes of the files under /files/, by number. */
export const FILES: readonly number[] = [0, 1, 1000, 20_000, 65_536, 300_000, 1_500_000];

const PLACES: readonly Place[] = ['tcp', 'tcp', 'tcp', 'unix', 'unix', 'pair', 'pair', 'pair', 'stream', 'uwsgi', 'files'];
const METHODS: readonly Method[] = ['GET', 'GET', 'GET', 'GET', 'POST', 'POST', 'PUT', 'DELETE', 'HEAD'];
const SHAPES: readonly Shape[] = ['length', 'length', 'length', 'chunked', 'chunked', 'close'];

/** Mostly small, as the web is; one in a hundred is of megabytes. */
function size(random: Random): number {
  const which = random.next();
  if (which < 0.1) return 0;
  if (which < 0.75) return random.int(4096);
  if (which < 0.95) return random.int(65_536);
  if (which < 0.99) return random.int(500_000);
  return random.int(3_000_000);
}

export function makeOrder(random: Random, n: number, asked: Partial<Order> = {}): Order {
  const to = asked.to ?? random.pick(PLACES);
  const door = random.chance(0.7) ? 'https' : 'http';
  if (to === 'files') {
    const method = random.chance(0.9) ? 'GET' : 'HEAD';
    return { n, door, to, method, sends: 0, chunks: false, gets: FILES[n % FILES.length]!, shape: 'length', cut: 'no', ...asked };
  }
  const method = asked.method ?? random.pick(METHODS);
  const sends = method === 'GET' || method === 'HEAD' ? 0 : size(random);
  return { n, door, to, method, sends, chunks: sends > 0 && random.chance(0.3), gets: size(random), shape: random.pick(SHAPES), cut: 'no', ...asked };
}

export function targetOf({ n, to, sends, gets, shape, cut }: Order): string {
  return to === 'files' ? `/files/${n % FILES.length}.bin` : `/${to}/${n}?sends=${sends}&gets=${gets}&shape=${shape}&cut=${cut}`;
}

/** What an app has to know of an order. Throws where the target is none. */
export function readTarget(target: string): Pick<Order, 'n' | 'sends' | 'gets' | 'shape' | 'cut'> {
  const { pathname, searchParams: given } = new URL(target, 'http://app');
  const n = Number(pathname.split('/')[2]);
  if (!Number.isInteger(n)) throw new Error(`not a target of the soak: ${target}`);
  return { n, sends: Number(given.get('sends')), gets: Number(given.get('gets')), shape: given.get('shape') as Shape, cut: given.get('cut') as Cut };
}
