/**
 * Node's own servers (`node:http`, `node:https`, `node:http2`):
 *
 *     createServer(sallyport({ https: 'https' })((request, response) => { … request.secure … }))
 */
import type { IncomingMessage } from 'node:http';
import type { Heard } from './asked.ts';
import { define } from './define.ts';
import { createJudge, type Judged } from './judge.ts';
import { keep } from './kept.ts';
import { amendAnswer, sendOwn, type NodeResponse } from './node-answer.ts';
import { askedOfNode, type NodeRequest } from './node-request.ts';
import { refuseUpgrade, type UpgradeHandler } from './node-upgrade.ts';
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

/** Wraps the handlers of a server. */
export interface Wrap {
  <Request extends NodeRequest, Response extends NodeResponse>(handler: Handler<Request, Response>): (request: Request, response: Response) => void;
  /**
   * For `server.on('upgrade', …)`: a WebSocket's handshake comes past every middleware, with Express and Koa too. It is
   * redirected or refused as any request is.
   */
  upgrade(handler: UpgradeHandler<IncomingMessage & Told>): UpgradeHandler<IncomingMessage>;
}

/** @throws OptionError or ContractError naming the option, what was seen and what to write instead. */
export function sallyport(options: Options = {}): Wrap {
  const judge = createJudge(options);
  const hear = (request: NodeRequest): Judged => {
    const judged = judge(askedOfNode(request));
    keep(request, judged);
    return judged;
  };
  const wrap = <Request extends NodeRequest, Response extends NodeResponse>(handler: Handler<Request, Response>) => (request: Request, response: Response): void => {
    const judged = hear(request);
    if (judged.answer !== undefined) { sendOwn(response, judged.answer, request.method ?? 'GET'); return; }
    amendAnswer(response, judged);
    handler(told(request, judged), response);
  };
  const upgrade: Wrap['upgrade'] = (handler) => (request, socket, head) => {
    const judged = hear(request);
    if (judged.answer !== undefined) refuseUpgrade(socket, judged.answer);
    else handler(told(request, judged), socket, head);
  };
  return Object.assign(wrap, { upgrade });
}

function told<Request extends NodeRequest>(request: Request, { heard }: Judged): Request & Told {
  define(request, { secure: heard.secure, protocol: heard.scheme, ip: heard.client, sallyport: heard });
  return request as Request & Told;
}

export { requireHttp, requireHttps } from './node-require.ts';
export { heardOf } from './kept.ts';
export { OptionError } from './options.ts';
export type { Heard, Options };
