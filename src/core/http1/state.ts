/**
 * Who may speak next on a client's HTTP/1.1 connection: the whole of it, as a table.
 *
 * Rule 1: a connection changes state only through {@link next}. Rule 2: an event that the table does not name in a
 * state is a defect of ours, never a client's doing; it throws, and the connection is dropped.
 */

/**
 * - `head`: waiting for a request, or in the middle of its head.
 * - `body`: a request's body is arriving; its answer may already be leaving.
 * - `answer`: the request is whole, its answer is not. What arrives now waits its turn (RFC 9112 §9.3.2).
 * - `tunnel`: a WebSocket; both sides speak freely and nothing here is HTTP any more.
 * - `closing`: the last answer has been given; what still arrives is read and thrown away (RFC 9112 §9.6).
 * - `closed`.
 */
export type ConnectionState = 'head' | 'body' | 'answer' | 'tunnel' | 'closing' | 'closed';

/**
 * - `request`: a head without a body. `request-with-body`: a head with one.
 * - `body-end`: the last byte of the body.
 * - `answer-end`: the last byte of an answer after which the connection may go on.
 * - `last-answer-end`: of one after which it may not (either side said `close`, or a body was left unread).
 * - `refuse`: what arrived is not HTTP, or the other side went silent; the last answer is ours.
 * - `switch`: 101 was sent. `gone`: the connection is no more.
 */
export type ConnectionEvent =
  | 'request' | 'request-with-body' | 'body-end' | 'answer-end' | 'last-answer-end' | 'refuse' | 'switch' | 'gone';

export const TRANSITIONS: Readonly<Record<ConnectionState, Readonly<Partial<Record<ConnectionEvent, ConnectionState>>>>> = {
  head: { 'request': 'answer', 'request-with-body': 'body', 'refuse': 'closing', 'gone': 'closed' },
  // An answer that ends before its request does leaves a body that nobody reads: the connection cannot be used again.
  body: { 'body-end': 'answer', 'answer-end': 'closing', 'last-answer-end': 'closing', 'refuse': 'closing', 'gone': 'closed' },
  answer: { 'answer-end': 'head', 'last-answer-end': 'closing', 'switch': 'tunnel', 'refuse': 'closing', 'gone': 'closed' },
  tunnel: { gone: 'closed' },
  closing: { refuse: 'closing', gone: 'closed' },
  closed: { gone: 'closed' },
};

export function next(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  const to = TRANSITIONS[state][event];
  if (to === undefined) throw new Error(`HTTP/1.1 state table: "${event}" cannot happen in state "${state}"`);
  return to;
}
