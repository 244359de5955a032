import type { Fault } from '../../core/errors.ts';
import type { Fields } from '../../core/http1/fields.ts';
import type { AnswerHead } from '../../core/http1/heads.ts';

/** Who sent a request to an app and waits for its answer. */
export interface AnswerListener {
  /** The connection is up (at once for a kept one): send the request now. */
  onReady(): void;
  /** The request's body may go on after `content` said false. */
  onRoom(): void;
  /** 1xx, never the last word. */
  onInterim(head: AnswerHead): void;
  onAnswer(head: AnswerHead): void;
  /** Content, lent. */
  onContent(bytes: Uint8Array): void;
  /** What the app wrote to its standard error. Lent. */
  onComplaint(bytes: Uint8Array): void;
  onEnd(trailers: Fields | undefined): void;
  /** The app agreed to a WebSocket; `early` is what it sent right behind. */
  onSwitch(head: AnswerHead, early: Uint8Array | undefined): void;
  /** Nothing more will come. `begun`: something of an answer had come before. */
  onFault(fault: Fault, begun: boolean): void;
  /** The event is over: lent bytes end here. */
  onFlush(): void;
}
