import type { RequestHead } from '../../core/http1/heads.ts';
import { NO_BODY } from '../../core/http1/write-head.ts';
import { rawPath } from '../../core/policy/paths.ts';
import { dateLine } from '../date.ts';
import { prometheusText, PROMETHEUS_TYPE, type Build } from '../metrics/prometheus.ts';
import type { OwnAnswer } from '../own/own-answers.ts';
import { reasonPhrase } from '../reasons.ts';
import type { createGuard } from './guard.ts';
import type { History } from './history.ts';
import { statusBody, statusPage, STATUS_POLICY } from './page.ts';

interface Content { readonly type: string; readonly text: string }

const PLAIN = 'text/plain; charset=utf-8';
const HTML = 'text/html; charset=utf-8';

/** What stands on every answer: nobody keeps it, frames it, guesses its type or reads it from elsewhere. */
const LINES = `Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\nContent-Security-Policy: ${STATUS_POLICY}\r\n`;

export interface AnswerOptions {
  readonly guard: ReturnType<typeof createGuard>;
  readonly history: History;
  readonly build: Build;
}

/** What the admin address answers. */
export function createAnswer({ guard, history, build }: AnswerOptions): (head: RequestHead, scheme: string) => OwnAnswer {
  const paths: Readonly<Record<string, () => Content>> = {
    '/': () => ({ type: HTML, text: statusPage(history.moments, history.current, build) }),
    '/live': () => ({ type: HTML, text: statusBody(history.moments, history.current, build) }),
    '/metrics': () => ({ type: PROMETHEUS_TYPE, text: prometheusText(history.current, build, Date.now()) }),
    '/status.json': () => ({ type: 'application/json', text: `${JSON.stringify({ build, ...history.current })}\n` }),
  };
  const known = Object.keys(paths).join(', ');
  return (head, scheme) => {
    const refused = guard(head, scheme);
    if (refused !== undefined) return answer(head, refused.status, { type: PLAIN, text: `${refused.message}\n` }, refused.lines);
    const path = rawPath(head.target);
    if (!Object.hasOwn(paths, path)) return answer(head, 404, { type: PLAIN, text: `There is nothing at this path. There is: ${known}\n` });
    return answer(head, 200, paths[path]!());
  };
}

function answer(head: RequestHead, status: number, { type, text }: Content, more = ''): OwnAnswer {
  const bytes = Buffer.from(text);
  const lines = `${dateLine()}Content-Type: ${type}\r\n${LINES}${more}`;
  const start = { status, reason: reasonPhrase(status), last: false };
  if (head.method === 'HEAD') return { ...start, lines: `${lines}Content-Length: ${bytes.length}\r\n`, body: NO_BODY, bytes: undefined };
  return { ...start, lines, body: { framing: 'length', length: bytes.length }, bytes };
}
