// sallyport run --scheme /=either -- bun examples/fetch/app.js
// sallyport run --scheme /=either -- deno run -A examples/fetch/app.js
import { heardOf, requireHttps, sallyport } from 'sallyport/fetch';

const truth = sallyport({ https: { '/account/': 'https' } });

const handler = truth((request) => {
  switch (new URL(request.url).pathname) {
    case '/account/':
      return new Response('Your account, over https alone.\n', { headers: { 'Set-Cookie': 'seen=yes; HttpOnly; SameSite=Lax' } }); // gets Secure by itself
    case '/pay': // for one route: the redirect, or undefined
      return requireHttps(request) ?? new Response('Paid.\n');
    default: {
      const { secure, client } = heardOf(request);
      return Response.json({ secure, url: request.url, client });
    }
  }
});
const at = { port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' };
if ('Deno' in globalThis) Deno.serve(at, handler);
else Bun.serve({ ...at, fetch: handler });
