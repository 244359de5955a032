/**
 * Node's own servers (`node:http`, `node:https`, `node:http2`):
 *
 *     createServer(sallyport({ https: 'https' })((request, response) => { … request.secure … }))
 */
import type { Heard } from './asked.ts';
import { define } from './define.ts';
import { createJudge } from './judge.ts';
import { keep } from './kept.ts';
import { amendAnswer, sendOwn, type NodeResponse } from './node-answer.ts';
import { askedOfNode, type NodeRequest } from './node-request.ts';
import type { Options } from './options.ts';

/** What every request has behind `sallyport()`. */
export interface Told {
  /** Whether the visitor is on https, whoever says so. */
  readonly secure: boolean;
  readonly protocol: 'http' | 'https';
  /** The client's address in canonical text, or `unix`. */
  readonly ip: string;
  readonly sallyport: Heard;
}

export type Handler<Request extends NodeRequest, Response extends NodeResponse> = (request: Request & Told, response: Response) => void;

/** @throws OptionError or ContractError naming the option, what was seen and what to write instead. */
export function sallyport(options: Options = {}): <Request extends NodeRequest, Response extends NodeResponse>(handler: Handler<Request, Response>) => (request: Request, response: Response) => void {
  const judge = createJudge(options);
  return (handler) => (request, response) => {
    const judged = judge(askedOfNode(request));
    keep(request, judged);
    if (judged.answer !== undefined) { sendOwn(response, judged.answer, request.method ?? 'GET'); return; }
    const { heard } = judged;
    define(request, { secure: heard.secure, protocol: heard.scheme, ip: heard.client, sallyport: heard });
    amendAnswer(response, judged);
    handler(request as typeof request & Told, response);
  };
}

export { requireHttp, requireHttps } from './node-require.ts';
export { heardOf } from './kept.ts';
export { OptionError } from './options.ts';
export type { Heard, Options };
