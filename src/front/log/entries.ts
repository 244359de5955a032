import type { EventCode } from './codes.ts';

/** One request and what came of it. Texts are as they came, one character per byte; formats escape them. */
export interface AccessEntry {
  /** When it was over, in milliseconds since 1970. */
  readonly time: number;
  readonly client: string;
  readonly method: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  /** As the client sent it, query included. */
  readonly target: string;
  /** 0: no answer was given. */
  readonly status: number;
  /** Bytes of content, either way. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly durationMs: number;
  /** What the app took of it, until its answer began. */
  readonly appMs?: number | undefined;
  readonly requestId: string;
  /** Of HTTP/1.x; without it 1. */
  readonly minor?: 0 | 1 | undefined;
  /** The code of what went wrong. */
  readonly fault?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly referer?: string | undefined;
  /** It became a tunnel. */
  readonly upgraded?: boolean | undefined;
}

/** Something people may have to know: stable code, weight, one sentence, and what else belongs to it. */
export interface FrontEvent {
  readonly event: EventCode;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly [field: string]: unknown;
}

/** The front is up. Its addresses as URLs; a door that is off is absent. */
export interface ReadyEvent {
  readonly https?: string | undefined;
  readonly http?: string | undefined;
  readonly admin?: string | undefined;
  readonly app: string;
  /** What serves: `Node 20.19.0`, `Bun 1.4.5`. */
  readonly runtime?: string;
  /** How many processes serve, where it is more than this one. */
  readonly workers?: number;
}
