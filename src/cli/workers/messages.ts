/** What a parent and its workers say to each other: plain values, as JSON carries them. One line for each kind of message. */
import type { NamedPair } from '../../certs/table.ts';
import type { Settings } from '../../config/settings/settings.ts';
import type { CertificatePair } from '../../core/contract/certificate.ts';
import type { News } from '../../front/fellows.ts';
import type { Inherited } from '../../front/front.ts';
import type { Borrow, Lent } from '../../front/limiter/lend.ts';
import type { Snapshot } from '../../front/metrics/snapshot.ts';
import type { FrontEvent } from '../../front/log/index.ts';
import type { Account } from '../privilege/account.ts';
import type { HandedFiles } from './handed-files.ts';

/** What a worker serves by. */
export interface Configured {
  /** Grows with each that is tried; what belongs to one is said with it. */
  readonly generation: number;
  readonly settings: Settings;
  readonly certificates: HandedKeys;
  /** What it may not be able to read. */
  readonly files: HandedFiles;
}

/** All that a worker has to know. The first message to it. */
export interface Start extends Configured {
  /** From 1; 0: it answers the admin address and nothing else. */
  readonly number: number;
  /** How many workers there are. */
  readonly count: number;
  /** What it listens on, by its own numbers of the descriptors. */
  readonly doors: Inherited;
  /** In base64. */
  readonly ticketKey: string;
  readonly secret: string;
  /** Whom it becomes before it serves; undefined: it is that already. */
  readonly account: Account | undefined;
  /** Log lines end up at a person's terminal. */
  readonly colours: boolean;
  /** What is wrong with settings and surroundings is said by the first alone. */
  readonly quiet: boolean;
  /** It is the one that asks servers how they are. */
  readonly checks: boolean;
  /** Of the whole, where it answers the admin address and they are known already. */
  readonly figures: Snapshot | undefined;
}

/** Where a worker's certificates come from: none, these, or the parent for each name. */
export type HandedKeys =
  | { readonly kind: 'none' }
  | { readonly kind: 'given'; readonly pairs: readonly NamedPair[] }
  | { readonly kind: 'signed'; readonly names: readonly string[]; readonly authorityFiles: readonly string[] };

/** Of one configuration. */
interface Of<T> { readonly generation: number; readonly what: T }

/** Why something cannot be, for people, and the exit status that belongs to it. */
export interface Trouble { readonly message: string; readonly status: 1 | 2 }

/** What is said one way, without an answer. */
export interface ParentSays {
  readonly start: Start;
  readonly certificates: Of<readonly NamedPair[]>;
  /** From now on session tickets are sealed with this key, in base64. */
  readonly ticketKey: string;
  /** From another worker. */
  readonly news: Of<News>;
  /** Whether it is now the one that asks servers how they are. */
  readonly checks: boolean;
  /** What all have counted, for the admin address. */
  readonly figures: Snapshot;
  /** What was made ready is not to be, or is not wanted any more. */
  readonly drop: number;
  /** Take no more, finish what runs, end. */
  readonly stop: null;
}

export interface WorkerSays {
  /** It listens. */
  readonly ready: null;
  /** It cannot serve. */
  readonly failed: Trouble;
  readonly event: FrontEvent;
  /** For every other worker. */
  readonly news: Of<News>;
}

/** What is asked, and what is answered: [question, answer]. */
export interface ParentAsks {
  /** Make ready to serve by it; null where that is done. */
  readonly prepare: readonly [Configured, Trouble | null];
  /** What was made ready counts from now on. */
  readonly commit: readonly [number, null];
  /** Answered by whoever is not stuck. */
  readonly alive: readonly [null, null];
  /** Null where nothing is counted. */
  readonly snapshot: readonly [null, Snapshot | null];
}

export interface WorkerAsks {
  /** The pair for a server name; null for none. */
  readonly certificate: readonly [string | null, CertificatePair | null];
  /** Tokens for requests that are counted; the answers in the same order. */
  readonly borrow: readonly [readonly Borrow[], readonly Lent[]];
}
