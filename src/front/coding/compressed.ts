import { Fault } from '../../core/errors.ts';
import type { BodyPlan } from '../../core/http1/write-head.ts';
import { createCompress, type Compress, type CompressRules } from '../../core/policy/compress.ts';
import { canMake, Coder, hasRoom } from './coder.ts';
import type { AnswerStart } from '../downstream/downstream.ts';
import type { ExchangeAnswer } from '../exchange/exchange-answer.ts';

/** What the carrier frames as it can. */
const UNKNOWN_LENGTH: BodyPlan = { framing: 'close', length: 0 };
/** Bytes that a coder makes ahead of a client: the wire's own mark, below which there would be no drain to wait for. */
const AHEAD = 64 * 1024;

/** Of the codings that were asked for those that this runtime can make; undefined where nothing is compressed. */
export function compileCompress(rules: CompressRules | undefined): Compress | undefined {
  const codings = rules?.codings.filter(canMake) ?? [];
  return rules === undefined || codings.length === 0 ? undefined : createCompress({ ...rules, codings });
}

/** An answer as it is to be sent, and what its content has to go through; undefined where it stays as it is. */
export function compressAnswer(exchange: ExchangeAnswer, answer: AnswerStart, compress: Compress): { readonly start: AnswerStart; readonly coder: Coder | undefined } {
  const { lines, coding } = compress(exchange.head, answer, hasRoom());
  if (coding === undefined || answer.body.framing === 'none') return { start: { ...answer, lines }, coder: undefined };
  const { down } = exchange;
  const coder = new Coder(coding, {
    coded: (bytes) => {
      exchange.bytesOut += bytes.length;
      down.content(bytes);
      down.flush();
      return down.buffered <= AHEAD;
    },
    room: () => { exchange.goOn(); },
    ended: (trailers) => { exchange.sent(trailers); },
    failed: (error) => { exchange.cut(new Fault('internal', `${coding}: ${error.message}`)); },
  }, exchange.live);
  return { start: { ...answer, lines, body: UNKNOWN_LENGTH }, coder };
}
