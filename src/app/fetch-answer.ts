import type { OwnAnswer } from './answers.ts';
import type { Judged } from './judge.ts';
import { secured } from './secured.ts';

/** An answer of our own as the Fetch API has it. */
export function responseOf({ status, headers, body }: OwnAnswer): Response {
  return new Response(body === '' ? null : body, { status, headers: headers.map(([name, value]) => [name, value]) });
}

/** The app's answer, amended; the very same where there is nothing to amend. */
export function amended<Answer extends Response | undefined | void>(response: Answer, judged: Judged): Answer | Response {
  // An upgraded connection: Bun's handlers return nothing then, and Deno knows by the object itself what it has upgraded.
  // A status below 200 (0 of Response.error(), too) cannot be given to a new one.
  if (response === undefined || response.status < 200) return response;
  const { hsts, secureCookies, cookie } = judged.amendment();
  const cookies = secureCookies ? response.headers.getSetCookie() : [];
  if (hsts === undefined && cookie === undefined && cookies.every((value) => secured(value) === value)) return response;
  const headers = new Headers(response.headers); // those of a redirect or of a fetched answer cannot be changed
  if (hsts !== undefined) headers.set('Strict-Transport-Security', hsts);
  if (cookies.length > 0) {
    headers.delete('Set-Cookie');
    for (const value of cookies) headers.append('Set-Cookie', secured(value));
  }
  if (cookie !== undefined) headers.append('Set-Cookie', cookie);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
