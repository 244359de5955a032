import { chunkHead, CHUNK_END, lastChunk } from '../../core/http1/body-writer.ts';
import { answerHeadText, framingLine, type BodyPlan } from '../../core/http1/write-head.ts';
import type { Output } from '../output.ts';
import type { AnswerStart } from './downstream.ts';

/** Writes answers for one HTTP/1 client: the head, then the content in the framing that this client can read. */
export class AnswerWriter {
  #minor: 0 | 1 = 1;
  #framing: BodyPlan['framing'] = 'none';
  readonly #out: Output;

  constructor(out: Output) {
    this.#out = out;
  }

  /** The next answer goes to a request of this version. */
  begin(minor: 0 | 1): void {
    this.#minor = minor;
    this.#framing = 'none';
  }

  /** Whether only the end of the connection tells this client that the answer is whole (RFC 9112 §6.3, rule 8). */
  get endsWithConnection(): boolean { return this.#framing === 'close'; }

  /** HTTP/1.0 clients do not know interim answers (RFC 9110 §15.2). */
  interim(status: number, reason: string, lines: string): void {
    if (this.#minor === 1) this.#out.text(answerHeadText(status, reason, lines, ''));
  }

  /** 101: what follows is not HTTP. */
  switchToWebSocket(lines: string): void {
    this.#out.text(answerHeadText(101, 'Switching Protocols', lines + 'Connection: Upgrade\r\nUpgrade: websocket\r\n', ''));
  }

  /** The framing that an answer will have for this client. */
  framingFor(body: BodyPlan): BodyPlan {
    if (body.framing === 'none' || body.framing === 'length') return body;
    return { framing: this.#minor === 1 ? 'chunked' : 'close', length: 0 };
  }

  start(answer: AnswerStart, plan: BodyPlan, last: boolean, told: string): void {
    this.#framing = plan.framing;
    const connection = last ? 'close' : this.#minor === 0 ? 'keep-alive' : '';
    this.#out.text(answerHeadText(answer.status, answer.reason, answer.lines + told + framingLine(plan), connection));
  }

  /** Lent. */
  content(bytes: Uint8Array): void {
    if (bytes.length === 0) return; // an empty chunk would end the body (RFC 9112 §7.1)
    if (this.#framing === 'chunked') this.#out.text(chunkHead(bytes.length));
    this.#out.bytes(bytes);
    if (this.#framing === 'chunked') this.#out.text(CHUNK_END);
  }

  end(trailers: string): void {
    if (this.#framing === 'chunked') this.#out.text(lastChunk(trailers));
  }
}
