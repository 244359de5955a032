import { changedLines, fieldsOf } from './changed-fields.ts';
import type { RequestHead } from './heads.ts';

/** The head without a cookie of that name, for every carrier alike; the same head where there is none. Names of cookies have case (RFC 6265 §5.4). */
export function withoutCookie(head: RequestHead, cookie: string): RequestHead {
  if (!head.fields.all('cookie').some((value) => value.includes(cookie))) return head;
  return changed(head, (name, value) => (name === 'cookie' ? withoutPair(value, cookie) : value));
}

/** The head without the lines of this name (in lower case). */
export function withoutField(head: RequestHead, field: string): RequestHead {
  return changed(head, (name, value) => (name === field ? undefined : value));
}

/** The head with other values. */
const changed = (head: RequestHead, change: Parameters<typeof changedLines>[1]): RequestHead => ({ ...head, fields: fieldsOf(changedLines(head.fields, change)) });

/** Undefined where nothing is left. What is not ours stays as it was written, however odd. */
function withoutPair(value: string, cookie: string): string | undefined {
  const pairs = value.split(';');
  const others = pairs.filter((pair) => pair.split('=', 1)[0]!.trim() !== cookie);
  if (others.length === pairs.length) return value;
  const left = others.join(';').trim();
  return left === '' ? undefined : left;
}
