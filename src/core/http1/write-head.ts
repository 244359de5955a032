/**
 * Heads written as bytes go out: the one place where a message is framed. Whatever framing a message came with, it
 * leaves with exactly one of Content-Length, chunked or none, and with a Connection field of our own (RFC 9112 §6, §9).
 */
import type { RequestHead } from './heads.ts';

/** The body of a message that is about to be written. `length` counts only for `length`. */
export interface BodyPlan {
  readonly framing: 'none' | 'length' | 'chunked' | 'close';
  readonly length: number;
}

export const NO_BODY: BodyPlan = { framing: 'none', length: 0 };

/** What of a request its head is written from; `target` is what the app is asked for. */
export type RequestLine = Pick<RequestHead, 'method' | 'target' | 'host' | 'websocket'>;

/**
 * A request head for an HTTP/1.1 app. `lines` are the field lines that pass, the truth among them, each ending in CRLF.
 * Host is written here, once, as the client wrote it (RFC 9112 §3.2.2: absolute-form's authority has become Host).
 */
export function requestHeadText(head: RequestLine, lines: string, plan: BodyPlan, expects: boolean): string {
  return head.method + ' ' + head.target + ' HTTP/1.1\r\nHost: ' + head.host + '\r\n' + lines + framingLine(plan)
    + (head.websocket ? 'Connection: Upgrade\r\nUpgrade: websocket\r\n' : expects ? 'Expect: 100-continue\r\n' : '') + '\r\n';
}

/** What an answer head says about its connection. */
export type ConnectionWord = '' | 'close' | 'keep-alive';

/** A final answer head for an HTTP/1 client. The version is always ours (RFC 9110 §2.5). */
export function answerHeadText(status: number, reason: string, lines: string, connection: ConnectionWord): string {
  return 'HTTP/1.1 ' + status + ' ' + reason + '\r\n' + lines + (connection === '' ? '\r\n' : 'Connection: ' + connection + '\r\n\r\n');
}

export function framingLine(plan: BodyPlan): string {
  if (plan.framing === 'length') return 'Content-Length: ' + plan.length + '\r\n';
  if (plan.framing === 'chunked') return 'Transfer-Encoding: chunked\r\n';
  return '';
}
