import { Fault } from '../../core/errors.ts';
import type { AnswerHead, RequestHead } from '../../core/http1/heads.ts';
import { handedLines } from '../../core/policy/hand-over.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { FileJob } from './file-leg.ts';
import type { AppTarget } from '../sites/targets.ts';

/** Bytes of the app's own content that are read and thrown away, so that its connection can be kept. */
const UNWANTED = 64 * 1024;

/** An app's head that names a file. */
export interface HandedHead {
  readonly head: AnswerHead;
  /** Its field lines for the client, repaired and with the route's changes. */
  readonly lines: string;
  /** The field that names the file. */
  readonly field: number;
}

/** An answer that its app has handed over to a file: the app's head, the file's content. */
export class HandedAnswer {
  readonly #jobs: readonly FileJob[];
  readonly #missing: Fault;
  #read = 0;

  private constructor(jobs: readonly FileJob[], missing: Fault) {
    this.#jobs = jobs;
    this.#missing = missing;
  }

  /** What an answer's head names; the fault where that is no file that the app may hand over. */
  static of(request: RequestHead, { handOver, changeAnswer }: AppTarget, { head, lines, field }: HandedHead): HandedAnswer | Fault {
    const name = head.fields.name(field);
    const value = head.fields.value(field);
    const handed = handOver.find(name, value);
    if (handed instanceof Fault) return handed;
    const method = request.method === 'HEAD' ? 'HEAD' : 'GET'; // a POST may be answered with a file too
    const jobs = handed.rests.map((rest): FileJob => ({
      root: handed.root,
      request: { method, rest, fields: request.fields, dirRedirect: undefined },
      lines: (answer) => handedLines(lines, { status: answer.status, lines: changeAnswer === undefined ? answer.lines : changeAnswer.drop(answer.lines) }),
    }));
    return new HandedAnswer(jobs, handOver.missing(name, value));
  }

  /** Whether the app announces more content of its own than is worth waiting for. */
  static isLong(head: AnswerHead): boolean { return head.framing === 'length' && head.length > UNWANTED; }

  /** Counts bytes of the app's own content. True: its end is too far away to wait for. */
  hasEnough(bytes: number): boolean {
    this.#read += bytes;
    return this.#read > UNWANTED;
  }

  send(exchange: Exchange): void { exchange.sendFile(this.#jobs, this.#missing); }
}
