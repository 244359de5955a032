import type { AnswerHead } from '../../core/http1/heads.ts';
import { Name } from '../../core/http1/names.ts';
import { dateLine } from '../date.ts';
import type { AnswerStart } from '../downstream/downstream.ts';

/** An app's answer as it goes on to the client; `lines` are what is left of its field lines. */
export function answerStart(head: AnswerHead, method: string, lines: string): AnswerStart {
  if (head.fields.find(Name.DATE) < 0) lines += dateLine(); // RFC 9110 §6.6.1
  // What a GET would have carried may be said without it, but not in a 204 (RFC 9110 §8.6).
  const announces = head.framing === 'none' && head.length >= 0 && (head.status === 304 || (method === 'HEAD' && head.status !== 204));
  const announced = announces ? 'Content-Length: ' + head.length + '\r\n' : '';
  return { status: head.status, reason: head.reason, lines: lines + announced, body: head, last: false };
}

/** An answer that somebody waits for piece by piece: an event stream, or what the app wants passed on at once. */
export function isLive({ fields }: AnswerHead): boolean {
  const type = fields.find(Name.CONTENT_TYPE);
  if (type >= 0 && fields.value(type).toLowerCase().startsWith('text/event-stream')) return true;
  const accel = fields.find(Name.X_ACCEL_BUFFERING);
  return accel >= 0 && fields.value(accel).toLowerCase() === 'no';
}
