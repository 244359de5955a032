/** How the apps of the differential fuzzer read requests and answer, by what they speak. */
import assert from 'node:assert/strict';
import { decodeFastCgi, decodeUwsgi } from '../../helpers/cgi-decode.ts';
import type { Random } from '../../helpers/random.ts';
import { Llhttp } from './llhttp.ts';
import { answerBytes, type Asked } from './make-answers.ts';
import { fastCgiAnswerBytes } from './make-fastcgi-answers.ts';
import { readFastCgiAnswer } from './reference-fastcgi.ts';
import { readAnswer, type AnswerRead, type Not } from './reference.ts';
import { values } from './what-passes.ts';

/** The requests that an app reads on one connection, one after the other. */
export interface AppReader { next(bytes: Buffer): { readonly path: string; readonly id: string } | undefined; done(): void }

export interface AppKind {
  reader(): AppReader;
  answer(random: Random, asked: Asked): string;
  /** What a reader of the grammar finds in it; `ended`: its connection ended in order. */
  read(text: string, method: string, ended: boolean): AnswerRead | Not;
}

/** Also by a unix socket, over TLS and behind a PROXY header: the front reads all of these by one reader. */
export const HTTP: AppKind = {
  reader() {
    const parser = new Llhttp('requests');
    return {
      next(bytes) {
        const before = parser.seen.length;
        parser.read(bytes);
        assert.equal(parser.error, undefined, 'another parser refuses what was forwarded');
        const request = parser.seen.at(-1);
        return request === undefined || parser.seen.length === before ? undefined : { path: request.url, id: values(request.fields, 'x-request-id').join() };
      },
      done: () => { parser.done(); },
    };
  },
  answer: answerBytes,
  read: readAnswer,
};

const named = (pairs: Iterable<readonly [string, string]>): { path: string; id: string } => {
  const variables = new Map(pairs);
  return { path: variables.get('REQUEST_URI')!, id: variables.get('HTTP_X_REQUEST_ID')! };
};

/** uWSGI reads one packet, answers in HTTP/1.1, and closes. */
export const UWSGI: AppKind = {
  reader: () => ({ next: (bytes) => (bytes.length === 0 ? undefined : named(decodeUwsgi(bytes.subarray(0, 4 + bytes.readUInt16LE(1))))), done() {} }),
  answer: answerBytes,
  read: readAnswer,
};

const STDIN = 5;

/** A FastCGI server, whose connections may be kept. */
export const FASTCGI: AppKind = {
  reader() {
    let bytes = Buffer.alloc(0);
    let at = 0; // where the next record begins
    return {
      next(more) {
        if (more.length === 0) return undefined;
        bytes = Buffer.concat([bytes, more]);
        while (at + 8 <= bytes.length) {
          const length = bytes.readUInt16BE(at + 4);
          const last = bytes[at + 1] === STDIN && length === 0;
          at += 8 + length + bytes[at + 6]!;
          if (!last) continue;
          const { params } = decodeFastCgi(bytes.subarray(0, at));
          assert.equal(bytes.length, at, 'bytes behind a request that is not answered yet');
          bytes = Buffer.alloc(0);
          at = 0;
          return named(params);
        }
        return undefined;
      },
      done() {},
    };
  },
  answer: fastCgiAnswerBytes,
  read: readFastCgiAnswer,
};
