import type { Classify } from '../core/http1/names.ts';
import type { RequestHead } from '../core/http1/heads.ts';
import type { Connection, Reader } from '../core/contract/read.ts';
import type { Peer } from '../core/contract/trust.ts';
import type { Scheme } from '../core/contract/truth.ts';
import type { Settings, SiteSettings } from '../config/settings/settings.ts';
import type { Transport } from '../transport/wire.ts';
import type { ClientPolicy } from '../core/contract/certificate.ts';
import type { AuthorityDownload } from './own/authority-download.ts';
import type { createClaimLog } from './log/claim-log.ts';
import type { Clock } from '../transport/clock.ts';
import type { Fellows } from './fellows.ts';
import type { Live } from './live.ts';
import type { Log } from './log/index.ts';
import type { Counters } from './metrics/counters.ts';
import type { ReadFile } from './part.ts';
import type { Sites } from './sites/sites.ts';
import type { ClientConnection } from './downstream/http1.ts';

/**
 * What all exchanges under one configuration share. A reload makes another one: an exchange keeps the one that it began
 * with, and a connection takes the newest (`Live.context`) with each request.
 */
export interface FrontContext {
  /** What is the same under every configuration; what of it every exchange needs stands here as well. */
  readonly live: Live;
  readonly settings: Settings;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  /** Undefined where nobody looks at what it counts. */
  readonly counters: Counters | undefined;
  readonly classify: Classify;
  readonly read: Reader;
  readonly sites: Sites;
  /** Takes the sites, which need the doors to be open. */
  readonly serve: (sites: Sites) => void;
  readonly connections: Set<ClientConnection>;
  /** How clients of a site prove who they are; undefined where it does not ask. */
  readonly policyOf: (site: SiteSettings) => ClientPolicy | undefined;
  /** The port the world sees for this scheme. */
  readonly publicPort: (scheme: Scheme) => number;
  /** A local authority signs: the person at the browser is the developer, and is told more. */
  readonly local: boolean;
  /** Offers the local authority's certificate; undefined where none signs. */
  readonly authorityDownload: AuthorityDownload | undefined;
  /** Certificates were given, so browsers may remember what they are told. */
  readonly realCertificate: boolean;
  readonly nextId: () => string;
  /** The id of a request: the one that a trusted peer gave it, else the next. */
  readonly idFor: (connection: Connection, head: RequestHead) => string;
  /** Milliseconds, for the access log and the counters; always 0 where there is neither. */
  readonly stamp: () => number;
  readonly noteClaim: ReturnType<typeof createClaimLog>;
  readonly observe: ((seen: Observed) => void) | undefined;
  /** 32 bytes that nobody outside knows; the same in every process of one front. */
  readonly secret: Uint8Array;
  /** The other processes of this front; undefined where it is the only one. */
  readonly fellows: Fellows | undefined;
  /** This process's part of a limit that is meant for the whole front, 1 or more. */
  readonly part: (whole: number) => number;
  /** Whether one more client may connect; what is refused is counted and said. */
  readonly admits: (peer: Peer) => boolean;
  /** Reads a file that may be closed to this process: another one may have read it for this one. */
  readonly readFile: ReadFile;
}

/** One request as it came and as it went on to the app; for the demo and for tests. */
export interface Observed {
  readonly requestId: string;
  readonly head: RequestHead;
  /** The head's text as the app got it. */
  readonly forwarded: string;
}
