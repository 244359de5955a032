import type { Command } from '../program.ts';
import type { Place } from '../place.ts';

/** What every peer is told to do: TLS 1.3 on this port, kept connections to the backend, the truth in X-Forwarded-*. */
export interface Job {
  readonly place: Place;
  /** A folder of the peer's own. */
  readonly dir: string;
  readonly port: number;
  readonly backend: number;
  readonly workers: number;
  /** A file for one line of JSON per request, or no access log. */
  readonly log?: string;
}

export interface Peer {
  readonly name: string;
  readonly title: string;
  /** What it is not, where it does less than the job: shown with the table. */
  readonly remark?: string;
  /** `files`: serves /media/ itself; `log`: can write an access log as JSON; `workers`: can use several cores. */
  readonly can: readonly ('files' | 'log' | 'workers')[];
  /** The file without which there is no such peer, and what brings it. */
  readonly needs: { readonly file: string; readonly from: string };
  /** Its code is compiled while it runs, the more the longer it runs. */
  readonly compiles?: true;
  version(): string;
  /** Writes its configuration into `dir` and says how it starts. */
  prepare(job: Job): Command;
}
