import { Fault } from '../../core/errors.ts';
import { INCOMPLETE_CLOSE } from '../../transport/incomplete-close.ts';
import type { WireError } from '../../transport/wire.ts';
import type { AnswerSource } from './answer-reader.ts';
import type { AppPool } from './pool.ts';
import { lateRefusal } from './tls-trouble.ts';

/** What it means that an app's connection ended before the answer did. `fresh`: it has carried no exchange before. */
export function endedEarly(pool: AppPool, reader: AnswerSource, { error, fresh }: { readonly error: WireError | undefined; readonly fresh: boolean }): Fault {
  const refused = !fresh || reader.begun ? undefined : lateRefusal(error, pool);
  if (refused !== undefined) return refused;
  const how = `${pool.written}: ${error?.code ?? 'closed'}`;
  const wrong = reader.ended();
  if (wrong !== undefined) return new Fault(wrong.code, `${how}. ${wrong.detail}`);
  if (error?.code === INCOMPLETE_CLOSE) return new Fault('app-cut-answer', `${pool.written}: it announced neither Content-Length nor chunks, and TLS ended without close_notify, so that nothing says that the answer is whole (RFC 9112 §9.8). If it was, let the app announce a length, send chunks, or close TLS in order`);
  if (reader.inBody) return new Fault('app-cut-answer', `${how} in the middle of the answer`);
  return new Fault('app-closed', `${how} ${reader.begun ? 'in the middle of the answer\'s head' : 'before a byte of the answer'}`);
}

/** What it means that an app has taken the request and shows no sign of life. */
export function silent({ written, context: { settings: { timeouts } } }: AppPool, { inBody }: AnswerSource): Fault {
  return inBody ? new Fault('app-idle-timeout', `${written}: no byte of the answer for ${timeouts.answerIdle} ms`) : new Fault('app-answer-timeout', `${written}: no answer in ${timeouts.answer} ms`);
}
