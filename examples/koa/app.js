// sallyport run --scheme /=either -- node examples/koa/app.js
import Koa from 'koa';
import { requireHttps, sallyport } from 'sallyport/koa';

const app = new Koa();
app.use(sallyport({ https: { '/account/': 'https' } }));

const paid = requireHttps();
app.use(async (ctx) => {
  switch (ctx.path) {
    case '/account/':
      ctx.cookies.set('seen', 'yes', { sameSite: 'lax' }); // gets Secure by itself
      ctx.body = 'Your account, over https alone.\n';
      return;
    case '/pay': // with a router: router.get('/pay', requireHttps(), pay)
      await paid(ctx, async () => { ctx.body = 'Paid.\n'; });
      return;
    default:
      ctx.body = { secure: ctx.secure, url: ctx.href, client: ctx.ip };
  }
});
app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
