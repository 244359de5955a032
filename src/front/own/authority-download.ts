import type { RequestHead } from '../../core/http1/heads.ts';
import { NO_BODY } from '../../core/http1/write-head.ts';
import { dateLine } from '../date.ts';
import type { OwnAnswer } from './own-answers.ts';

/** Where a local site offers its authorities: a phone has no other way to the file. Over either door, since it cannot trust the https one yet. */
export const AUTHORITY_PATH = '/.well-known/sallyport/authority';

/** The path of the n-th authority, from 0. */
export const authorityPath = (n: number): string => `${AUTHORITY_PATH}${n === 0 ? '' : `-${n + 1}`}.crt`;

/** Gives the answer for such a path, or undefined where it is none. Certificates are public; keys are never read here. */
export type AuthorityDownload = (head: RequestHead) => OwnAnswer | undefined;

export function createAuthorityDownload(certificates: readonly Uint8Array[]): AuthorityDownload {
  const byPath = new Map(certificates.map((bytes, n) => [authorityPath(n), bytes]));
  return ({ target, method }) => {
    if (!target.startsWith(AUTHORITY_PATH) || (method !== 'GET' && method !== 'HEAD')) return undefined;
    const bytes = byPath.get(target);
    if (bytes === undefined) return undefined;
    const lines = dateLine() + 'Content-Type: application/x-x509-ca-cert\r\nCache-Control: no-store\r\n'; // the type phones install by
    const answer = { status: 200, reason: 'OK', last: false };
    return method === 'HEAD'
      ? { ...answer, lines: `${lines}Content-Length: ${bytes.length}\r\n`, body: NO_BODY, bytes: undefined }
      : { ...answer, lines, body: { framing: 'length', length: bytes.length }, bytes };
  };
}
