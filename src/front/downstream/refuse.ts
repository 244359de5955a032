import type { Fault } from '../../core/errors.ts';
import type { Peer } from '../../core/contract/trust.ts';
import type { FrontContext } from '../context.ts';
import { logRefusal } from '../log/exchange-log.ts';
import { faultAnswer, idLine } from '../own/own-answers.ts';
import type { AnswerWriter } from './answer-writer.ts';

/** Answers, for the last time, what is not a request. It never reaches an app, and no exchange will log it. */
export function refuse(context: FrontContext, fault: Fault, { peer, writer }: { readonly peer: Peer; readonly writer: AnswerWriter }): void {
  const id = context.nextId();
  logRefusal(context, fault, { peer, id });
  const answer = faultAnswer(context, fault, { id, accept: undefined, method: '' });
  writer.start(answer, answer.body, true, idLine(id));
  if (answer.bytes !== undefined) writer.content(answer.bytes);
}
