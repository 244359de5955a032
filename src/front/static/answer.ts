import type { FileHandle } from 'node:fs/promises';
import type { Fault } from '../../core/errors.ts';
import { NO_BODY, type BodyPlan } from '../../core/http1/write-head.ts';
import { judge, type Conditions } from './conditions.ts';
import type { FileFacts } from './facts.ts';

/** An open file and the part of it to send: bytes `[start, end)`. Whoever holds it closes it (`streamFile` or `closeFile`). */
export interface OpenFile {
  readonly handle: FileHandle;
  readonly start: number;
  readonly end: number;
}

/**
 * An answer to be written. `lines` end in CRLF each and have no framing (that is `body`), no Date and no Connection;
 * for HEAD, `body` is none and `lines` announce the length. At most one of `content` and `open` is there.
 */
export interface FileAnswer {
  readonly status: number;
  readonly reason: string;
  readonly lines: string;
  readonly body: BodyPlan;
  /** The whole body, of a small file: to be written with the head. Shared: it is never changed, and must not be. */
  readonly content: Uint8Array | undefined;
  readonly open: OpenFile | undefined;
  /** What is wrong: the caller adds the page that explains it. `body` is then empty and `lines` are those that must go with it (Allow). */
  readonly fault: Fault | undefined;
}

const EMPTY: BodyPlan = { framing: 'length', length: 0 };

/** A body-less answer. */
export const bare = (status: number, reason: string, lines: string, body: BodyPlan = EMPTY): FileAnswer =>
  ({ status, reason, lines, body, content: undefined, open: undefined, fault: undefined });

export const faulty = (fault: Fault, reason: string, lines = ''): FileAnswer =>
  ({ status: fault.status, reason, lines, body: EMPTY, content: undefined, open: undefined, fault });

/** What is asked of a file that is there. */
export interface Asked {
  readonly method: string;
  readonly conditions: Conditions | undefined;
}

/** `source` is the file's whole content or its open handle; a handle that the answer does not carry is the caller's to close. */
export function fileAnswer(asked: Asked, facts: FileFacts, source: Uint8Array | FileHandle): FileAnswer {
  const verdict = asked.conditions === undefined ? 'whole' : judge(asked.conditions, facts, asked.method);
  if (verdict === 'not-modified') return bare(304, 'Not Modified', facts.validatorLines, NO_BODY);
  if (verdict === 'failed') return bare(412, 'Precondition Failed', '');
  if (verdict === 'unsatisfiable') return bare(416, 'Range Not Satisfiable', `Content-Range: bytes */${facts.size}\r\n`);
  if (asked.method === 'HEAD') return bare(200, 'OK', `${facts.lines}Content-Length: ${facts.size}\r\n`, NO_BODY);
  if (verdict === 'whole') return withBytes(bare(200, 'OK', facts.lines), source, 0, facts.size);
  const { start, end } = verdict;
  return withBytes(bare(206, 'Partial Content', `${facts.lines}Content-Range: bytes ${start}-${end}/${facts.size}\r\n`), source, start, end + 1);
}

function withBytes(answer: FileAnswer, source: Uint8Array | FileHandle, start: number, end: number): FileAnswer {
  const body: BodyPlan = { framing: 'length', length: end - start };
  const { status, reason, lines } = answer;
  if (source instanceof Uint8Array) {
    const content = end - start === source.length ? source : source.subarray(start, end);
    return { status, reason, lines, body, content, open: undefined, fault: undefined };
  }
  return { status, reason, lines, body, content: undefined, open: { handle: source, start, end }, fault: undefined };
}
