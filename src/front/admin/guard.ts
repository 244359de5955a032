import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { RequestHead } from '../../core/http1/heads.ts';
import { compileHosts } from '../../core/policy/hosts.ts';
import { basicCredentials } from '../guards/basic.ts';

export interface GuardOptions {
  /** Names it may be asked for by. */
  readonly hosts: readonly string[];
  /** No name leads a browser to a unix socket. */
  readonly anyHost: boolean;
  readonly password: string | undefined;
}

/** Why a request is not answered. */
export interface Refused {
  readonly status: 401 | 403 | 405 | 421;
  /** Field lines that belong to the status. */
  readonly lines: string;
  readonly message: string;
}

/**
 * Who may read the admin address. A browser of an operator is the way in for strangers: a page whose name was made to lead
 * here (DNS rebinding) shows itself by `Host`, one that asks from elsewhere by `Origin`. What answers changes nothing, so a
 * link to it is harmless.
 */
export function createGuard({ hosts, anyHost, password }: GuardOptions): (head: RequestHead, scheme: string) => Refused | undefined {
  const named = compileHosts([...hosts, 'localhost'].map((host) => [host, true] as const));
  const proof = password === undefined ? undefined : digest(password);
  return (head, scheme) => {
    // An address cannot have been made to lead here: the browser went where it says.
    const bare = head.host.replace(/:\d*$/, '');
    if (!anyHost && isIP(bare.replace(/^\[|\]$/g, '')) === 0 && named.pick(head.host) !== true) {
      return { status: 421, lines: '', message: `This address is not asked for as ${bare}. Use localhost, an IP address or the name of a site; or let this name through with --admin-host ${bare}` };
    }
    if (head.method !== 'GET' && head.method !== 'HEAD') return { status: 405, lines: 'Allow: GET, HEAD\r\n', message: 'There is nothing to change here: GET and HEAD only.' };
    const { fields } = head;
    const origin = fields.get('origin');
    const site = fields.get('sec-fetch-site');
    const foreign = origin !== undefined ? origin.toLowerCase() !== `${scheme}://${head.host}`.toLowerCase() : (site === 'cross-site' || site === 'same-site') && fields.get('sec-fetch-mode') !== 'navigate';
    if (foreign) return { status: 403, lines: '', message: 'A page of another origin asked for this. It is for pages of its own alone.' };
    if (proof !== undefined && !knows(fields.all('authorization'), proof)) {
      return { status: 401, lines: 'WWW-Authenticate: Basic realm="Sallyport admin", charset="UTF-8"\r\n', message: 'This needs the password of --admin-password-file, with any user name.' };
    }
    return undefined;
  };
}

const digest = (text: string | Buffer): Buffer => createHash('sha256').update(typeof text === 'string' ? Buffer.from(text, 'latin1') : text).digest();

function knows(lines: readonly string[], proof: Buffer): boolean {
  const credentials = basicCredentials(lines);
  return credentials !== undefined && timingSafeEqual(digest(credentials.password), proof);
}
