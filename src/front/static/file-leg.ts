import { Fault } from '../../core/errors.ts';
import { slashed } from '../../core/policy/redirect.ts';
import { dateLine } from '../date.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { FileLead } from '../sites/targets.ts';
import { closeFile, streamFile, type FileStream } from './stream.ts';
import type { FileAnswer } from './answer.ts';
import type { StaticRequest, StaticRoot } from './root.ts';

/** Bytes of a file that are read ahead of a client. */
const AHEAD = 256 * 1024;

/** A file to answer with. */
export interface FileJob {
  readonly root: StaticRoot;
  readonly request: StaticRequest;
  /** The field lines to send with the file's answer, without Date. */
  readonly lines: (answer: FileAnswer) => string;
}

/** What a route to a folder has to answer with. */
export function fileJob({ head, site, truth }: Exchange, { target: { root, changeAnswer }, rest }: FileLead): FileJob {
  const { method, target, fields } = head;
  return {
    root,
    request: { method, rest: rest.startsWith('/') ? rest.slice(1) : rest, unslashed: rest === '', fields, dirRedirect: slashed(target) },
    lines: (answer) => {
      const lines = answer.lines + site!.ownHsts(truth.scheme);
      return changeAnswer === undefined ? lines : changeAnswer.change(lines);
    },
  };
}

/** An answer from a folder. */
export class FileLeg {
  #stream: FileStream | undefined;
  #over = false;
  readonly #exchange: Exchange;
  readonly #job: FileJob;

  constructor(exchange: Exchange, job: FileJob) {
    this.#exchange = exchange;
    this.#job = job;
  }

  /** `missing` is called where there is no such file. */
  begin(missing: () => void): void {
    const { root, request } = this.#job;
    const now = root.findNow(request);
    if (now !== undefined) { this.#send(now); return; }
    root.find(request).then(
      (answer) => {
        if (this.#over) { if (answer?.open !== undefined) closeFile(answer.open); return; }
        if (answer === undefined) { missing(); return; }
        this.#send(answer);
        this.#exchange.down.flush();
      },
      (error: Error) => { this.#exchange.requestFault(new Fault('internal', error.message)); },
    );
  }

  clientDrained(): void { this.#stream?.resume(); }

  abort(): void {
    this.#over = true;
    this.#stream?.abort();
  }

  #send(answer: FileAnswer): void {
    const exchange = this.#exchange;
    if (answer.fault !== undefined) { exchange.fail(answer.fault, answer.lines); return; }
    exchange.start({ status: answer.status, reason: answer.reason, lines: dateLine() + this.#job.lines(answer), body: answer.body, last: false });
    if (answer.content !== undefined) exchange.content(answer.content);
    if (answer.open === undefined) { exchange.finish(''); return; }
    this.#stream = streamFile(answer.open, {
      write: (bytes) => {
        exchange.content(bytes);
        exchange.flush();
        return exchange.buffered <= AHEAD;
      },
      done: (outcome, error) => {
        this.#stream = undefined;
        if (outcome === 'sent') exchange.finish('');
        else if (outcome !== 'aborted') exchange.cut(new Fault('file-trouble', error?.message ?? 'the file became shorter while it was sent'));
      },
    });
  }
}
