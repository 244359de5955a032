// sallyport run --scheme /=either -- bun examples/fetch/app.js
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
Bun.serve({ port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1', fetch: handler });
