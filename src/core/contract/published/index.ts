/** Proxies whose operators publish the networks they connect from, by the word that trusts them. */
import { CLOUDFLARE } from './cloudflare.ts';

export interface Published {
  /** The operator, for people. */
  readonly who: string;
  /** Where the list was read, and where a person can read it. */
  readonly source: string;
  readonly page: string;
  /** The source's own mark of this version of the list. */
  readonly version: string;
  /** The day on which the source had exactly these networks, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly networks: readonly string[];
}

/**
 * Only those are here that overwrite `X-Forwarded-Proto` and append to `X-Forwarded-For` in every configuration of
 * theirs: a list of addresses is worth nothing where a client's own header comes through under one of them.
 * Cloudflare: https://developers.cloudflare.com/fundamentals/reference/http-headers/ (both headers, as of 2026-09).
 */
export const PUBLISHED: ReadonlyMap<string, Published> = new Map<string, Published>([['cloudflare', CLOUDFLARE]]);

/** Cloudflare's list changed about every third year so far; releases come more often. A year without a look is too long. */
const OLD_DAYS = 365;
const DAY_MS = 86_400_000;

/** What to say of the lists among these trusted entries that nobody has looked at for a year. `now` is in milliseconds since 1970. */
export function oldLists(entries: readonly string[], now: number): string[] {
  return entries.flatMap((entry) => {
    const word = entry.trim().toLowerCase();
    const list = PUBLISHED.get(word);
    if (list === undefined) return [];
    const days = Math.floor((now - Date.parse(list.asOf)) / DAY_MS);
    if (days <= OLD_DAYS) return [];
    return [`The networks behind "--trust ${word}" are those of ${list.asOf}, ${days} days ago. ${list.who} may use new ones since, from which every visitor would seem to come over plain http, and may have given some up, which are still believed. Update Sallyport; until then compare with ${list.page} and add what is missing as --trust NETWORK.`];
  });
}
