import { fieldsOf, type FieldLine } from './changed-fields.ts';
import type { RequestHead } from './heads.ts';

/** The head without a cookie of that name, for every carrier alike; the same head where there is none. Names of cookies have case (RFC 6265 §5.4). */
export function withoutCookie(head: RequestHead, cookie: string): RequestHead {
  const { fields } = head;
  if (!fields.all('cookie').some((value) => value.includes(cookie))) return head;
  const kept: FieldLine[] = [];
  for (let i = 0; i < fields.count; i++) {
    const name = fields.name(i);
    const value = name.toLowerCase() === 'cookie' ? withoutPair(fields.value(i), cookie) : fields.value(i);
    if (value !== undefined) kept.push([fields.code[i]!, name, value]);
  }
  return { ...head, fields: fieldsOf(kept) };
}

/** Undefined where nothing is left. What is not ours stays as it was written, however odd. */
function withoutPair(value: string, cookie: string): string | undefined {
  const pairs = value.split(';');
  const others = pairs.filter((pair) => pair.split('=', 1)[0]!.trim() !== cookie);
  if (others.length === pairs.length) return value;
  const left = others.join(';').trim();
  return left === '' ? undefined : left;
}
