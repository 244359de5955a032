import { get } from 'node:http';

/** What a door answered to a plain HTTP request. */
export interface Knock {
  /** The URL. */
  readonly asked: string;
  readonly status: number;
  readonly location: string | undefined;
}

const TIMEOUT = 5000;

/** Asks one of the front's doors over plain HTTP, as a client that knows no better. A page on https may not do that itself. */
export function knock(url: string): Promise<Knock> {
  return new Promise((resolve, reject) => {
    const request = get(url, { timeout: TIMEOUT, agent: false }, (answer) => {
      answer.resume();
      resolve({ asked: url, status: answer.statusCode ?? 0, location: answer.headers.location });
    });
    request.on('timeout', () => { request.destroy(new Error(`no answer within ${TIMEOUT} ms`)); });
    request.on('error', reject);
  });
}
