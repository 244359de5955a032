import type { AnswerHead } from '../../core/http1/heads.ts';
import { Name } from '../../core/http1/names.ts';

/** The field lines of an interim answer that pass (`Link` of a 103, RFC 8297). */
export function keepInterimFields(head: AnswerHead): string {
  const { fields } = head;
  let lines = '';
  for (let i = 0; i < fields.count; i++) {
    const code = fields.code[i]!;
    if ((code >= Name.CONTENT_LENGTH && code <= Name.HOP_BY_HOP) || (code >= Name.X_ACCEL_REDIRECT && code <= Name.X_ACCEL_BUFFERING)) continue;
    if (head.nominated?.includes(fields.name(i).toLowerCase())) continue;
    lines += fields.line(i);
  }
  return lines;
}
