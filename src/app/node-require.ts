import type { Scheme } from '../core/contract/truth.ts';
import { judgedOf } from './kept.ts';
import { sendOwn, type NodeResponse } from './node-answer.ts';
import type { NodeRequest } from './node-request.ts';

const require = (scheme: Scheme) => (request: NodeRequest, response: NodeResponse): boolean => {
  const answer = judgedOf(request, 'sallyport(options)(handler)').require(scheme);
  if (answer !== undefined) sendOwn(response, answer, request.method ?? 'GET');
  return answer === undefined;
};

/** Whether a request came over https; where it did not, the redirect (or refusal) is sent: `if (!requireHttps(request, response)) return;`. */
export const requireHttps = require('https');
/** The same for http. */
export const requireHttp = require('http');
