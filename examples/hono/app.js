// sallyport run --scheme /=either -- node examples/hono/app.js
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { requireHttps, sallyport } from 'sallyport/hono';

const app = new Hono();
app.use(sallyport({ https: { '/account/': 'https' } }));

app.get('/', (c) => c.json({ secure: c.get('sallyport').secure, url: c.req.url, client: c.get('sallyport').client }));
app.get('/account/', (c) => {
  setCookie(c, 'seen', 'yes', { httpOnly: true, sameSite: 'Lax' }); // gets Secure by itself
  return c.text('Your account, over https alone.\n');
});
app.get('/pay', requireHttps(), (c) => c.text('Paid.\n'));
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' });
