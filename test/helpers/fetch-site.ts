/** The site of the behaviour suite as a plain `Request → Response` handler: in this process and as a program of Bun's. */
import * as forFetch from '../../src/app/fetch.ts';

/** Two cookies, of which the second has Secure already. */
export const COOKIES = ['a=1; Path=/; SameSite=Lax', 'b=2; Path=/; Secure; SameSite=Strict'] as const;

export const fetchSite = async (request: Request): Promise<Response> => {
  const { pathname } = new URL(request.url);
  const heard = forFetch.heardOf(request);
  const cookies = new Headers(COOKIES.map((value) => ['Set-Cookie', value]));
  switch (pathname) {
    case '/truth': return Response.json({ secure: heard?.secure, protocol: new URL(request.url).protocol.slice(0, -1), url: request.url, by: heard?.by.scheme });
    case '/shop/cookies': case '/plain/cookies': return new Response('set', { headers: cookies });
    case '/pay': return forFetch.requireHttps(request) ?? new Response('paid', { headers: cookies });
    case '/feed': return forFetch.requireHttp(request) ?? new Response('fed');
    case '/form': await request.text(); return new Response('taken');
    default: return new Response('up');
  }
};
