import { fold } from '../contract/family.ts';
import { ID_HEADER } from '../contract/request-id.ts';
import type { Scheme } from '../contract/truth.ts';
import type { Fields } from '../http1/fields.ts';
import type { AnswerHead } from '../http1/heads.ts';
import { Name } from '../http1/names.ts';
import { hasSecure } from './cookies.ts';
import { forgetsHsts, isValidHsts } from './hsts.ts';
import type { Asked, LocationOptions, Reached } from './location.ts';
import { createOwnUrl, createUrlRepair, parseRefresh, repeatsMethod } from './location.ts';
import { isFollowed, isSelfRedirect } from './loops.ts';
import { createMount } from './mount.ts';
import type { HttpUrl } from './urls.ts';

export interface RepairOptions extends LocationOptions {
  /**
   * What becomes of `Strict-Transport-Security` on https: `app` lets the app's first valid line pass, `strip` only one that
   * tells browsers to forget (two years of HSTS on `localhost` would hurt every other project there, and a site's paths over
   * http could not be reached), `line` sends this one instead of the app's ({@link hstsLine}). On http it is always taken
   * off (RFC 6797 §7.2).
   */
  readonly hsts: 'app' | 'strip' | { readonly line: string };
  /** Give `Secure` to cookies that are set on https without it. Right where every path is `https`. */
  readonly secureCookies: boolean;
  /** The prefix that was stripped from what the app is asked, as it is written in the configuration. */
  readonly prefix?: string | undefined;
}

/** A redirect that leads nowhere and wants to be explained. */
export interface DeadEnd {
  /** `loop`: https to the very same URL. `contradiction`: the app sends to the other scheme, from where the front sends back. */
  readonly kind: 'loop' | 'contradiction';
  /** As the app wrote it. */
  readonly location: string;
  /** The scheme the app wants the URL to have. */
  readonly wants: Scheme;
}

/** A redirect that would have led past the front. */
export interface RepairedRedirect {
  readonly kind: 'repaired';
  /** As the app wrote it, and as the client got it. */
  readonly location: string;
  readonly became: string;
  readonly wrong: Wrong;
}

/**
 * What was wrong with a redirect: it named a port on which only the front reaches the app (`own-port`), or http where the
 * request was secure (`scheme`), or another port of the site than the one the world sees (`port`).
 */
export type Wrong = 'own-port' | 'scheme' | 'port';

export type Finding = DeadEnd | RepairedRedirect;

export interface RepairedFields {
  /** The field lines for the client, each with its CRLF, without the empty line; framing and connection management are the writer's own. */
  readonly lines: string;
  readonly finding: Finding | undefined;
  /** The field by which the app hands its answer over to a file (`X-Accel-Redirect` before `X-Sendfile`), or -1. It is not among the lines. */
  readonly handOver: number;
}

export type RepairFields = (head: AnswerHead, asked: Asked, reached: Reached) => RepairedFields;

const KEEP = 0, DROP = 1, LOOK = 2;
/** By name code: most lines pass unread, some belong to this hop alone (RFC 9110 §7.6.1), few are looked at. */
const ACTION = new Uint8Array(1 + Math.max(...Object.values(Name)));
for (const code of [Name.CONNECTION, Name.HOP_BY_HOP, Name.CONTENT_LENGTH, Name.TRANSFER_ENCODING, Name.UPGRADE, Name.X_ACCEL, Name.X_ACCEL_BUFFERING]) ACTION[code] = DROP;
for (const code of [Name.X_ACCEL_REDIRECT, Name.X_SENDFILE, Name.LOCATION, Name.CONTENT_LOCATION, Name.REFRESH, Name.SET_COOKIE, Name.STRICT_TRANSPORT_SECURITY, Name.FAMILY]) ACTION[code] = LOOK;

/** Compiles what a site does to the field lines of its app's answers. */
export function createRepair(options: RepairOptions): RepairFields {
  const repairUrl = createUrlRepair(options);
  const findOwnUrl = createOwnUrl(options);
  const mount = options.prefix === undefined ? undefined : createMount(options.prefix, findOwnUrl);
  /** What the client has to read; from here on a URL is one of the site, not of the app behind its prefix. */
  const placed = (url: string, reached: Reached): string => (mount === undefined ? url : mount.url(url, reached));
  const ownHsts = typeof options.hsts === 'object' ? options.hsts.line : '';

  return function repairFields(head, asked, reached) {
    const { fields, nominated } = head;
    const { code: codes, start, text, count } = fields;
    let lines = '';
    let from = start[0] ?? 0; // where the run of untouched lines began
    let location = -1;
    let handOver = -1;

    for (let i = 0; i < count; i++) {
      const action = ACTION[codes[i]!];
      let line: string | undefined = '';
      if (nominated === undefined || !nominated.includes(fields.name(i).toLowerCase())) {
        if (action === KEEP) continue;
        if (action === LOOK) {
          if (codes[i] === Name.LOCATION) location = i;
          else if ((codes[i] === Name.X_ACCEL_REDIRECT || codes[i] === Name.X_SENDFILE) && (handOver < 0 || codes[i]! < codes[handOver]!)) handOver = i;
          line = look(head, i, asked, reached);
          if (line === undefined) continue;
        }
      }
      if (start[i]! > from) lines += text.slice(from, start[i]);
      lines += line;
      from = start[i + 1]!;
    }
    if (count > 0 && start[count]! > from) lines += text.slice(from, start[count]);
    if (ownHsts !== '' && reached.scheme === 'https' && head.status >= 200) lines += ownHsts;
    return { lines, finding: location >= 0 && isFollowed(head.status) ? find(head, fields.value(location), asked, reached) : undefined, handOver };
  };

  /** The line to send instead: empty for none, undefined for the one that is there. */
  function look(head: AnswerHead, i: number, asked: Asked, reached: Reached): string | undefined {
    const { fields } = head;
    const written = fields.value(i);
    switch (fields.code[i]!) {
      case Name.X_ACCEL_REDIRECT:
      case Name.X_SENDFILE:
        return '';
      // The front tells the client the id that it told the app. Other names of the family mean nothing in an answer.
      case Name.FAMILY: return fold(fields.name(i)) === fold(ID_HEADER) ? '' : undefined;
      case Name.SET_COOKIE: {
        const cookie = mount === undefined ? written : mount.cookie(written);
        const secure = reached.scheme === 'https' && options.secureCookies && !hasSecure(cookie) ? `${cookie}; Secure` : cookie;
        return secure === written ? undefined : withValue(fields, i, secure);
      }
      case Name.STRICT_TRANSPORT_SECURITY:
        return reached.scheme === 'https' && mayPass(written) && isFirstValidHsts(fields, i) ? undefined : '';
      case Name.REFRESH: {
        const refresh = parseRefresh(written);
        if (refresh === undefined) return undefined;
        const { value } = repairUrl(placed(refresh.url, reached), refresh.atOnce ? 'at-once' : 'later', asked, reached);
        return value === refresh.url ? undefined : withValue(fields, i, refresh.head + value + refresh.tail);
      }
      default: { // Location, Content-Location
        const repeats = fields.code[i] === Name.LOCATION && redirects(head.status, asked.method) ? 'at-once' : 'never';
        const { value } = repairUrl(placed(written, reached), repeats, asked, reached);
        return value === written ? undefined : withValue(fields, i, value);
      }
    }
  }

  function mayPass(hsts: string): boolean { return options.hsts === 'app' || (options.hsts === 'strip' && forgetsHsts(hsts)); }

  function find(head: AnswerHead, location: string, asked: Asked, reached: Reached): Finding | undefined {
    if (head.fields.find(Name.SET_COOKIE) >= 0 || (asked.method !== 'GET' && asked.method !== 'HEAD')) return undefined;
    const url = placed(location, reached);
    const { wants, value } = repairUrl(url, 'at-once', asked, reached);
    if (wants !== undefined) {
      // Only where the front would send the visitor back; on an `either` path it is the app's own policy.
      return options.policyOf(asked.target) === reached.scheme ? { kind: 'contradiction', location, wants } : undefined;
    }
    const request = { method: asked.method, scheme: reached.scheme, host: reached.host, target: asked.target, publicPort: reached.port };
    // As it would be with the public port: what an nginx makes of $host has none, and on 8443 would lead to nobody.
    const meant = repairUrl(url, 'never', asked, reached).value;
    if (isSelfRedirect(request, { status: head.status, location: meant, setsCookie: false })) return { kind: 'loop', location, wants: 'https' };
    return value === url ? undefined : { kind: 'repaired', location, became: value, wrong: wrongIn(findOwnUrl(url, reached)!, value, reached) };
  }

  function wrongIn({ scheme, port }: HttpUrl, repaired: string, reached: Reached): Wrong {
    if (![80, 443, options.httpsPort, options.httpPort, reached.port].includes(port)) return 'own-port';
    return scheme === 'http' && repaired.startsWith('https:') ? 'scheme' : 'port';
  }
}

/** Whether following this `Location` sends the same method again; in a 201 it only names what was made (RFC 9110 §10.2.2). */
function redirects(status: number, method: string): boolean {
  return status >= 300 && repeatsMethod(status, method);
}

function isFirstValidHsts(fields: Fields, i: number): boolean {
  if (!isValidHsts(fields.value(i))) return false;
  for (let j = fields.find(Name.STRICT_TRANSPORT_SECURITY); j < i; j = fields.find(Name.STRICT_TRANSPORT_SECURITY, j + 1)) {
    if (isValidHsts(fields.value(j))) return false;
  }
  return true;
}

/** The line with another value; the name stays as the app wrote it. */
function withValue(fields: Fields, i: number, value: string): string {
  return `${fields.name(i)}: ${value}\r\n`;
}
