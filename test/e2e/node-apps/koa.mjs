// A Koa app with a cookie that is for https alone.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import Koa from 'koa';
import { announce, where } from './settings.mjs';

const app = new Koa();
app.proxy = true;
app.keys = ['for tests alone'];

if (process.env.REDIRECT === '1') {
  app.use((ctx, next) => {
    if (ctx.secure) return next();
    ctx.status = 301;
    ctx.redirect(`https://${ctx.host}${ctx.originalUrl}`);
  });
}
app.use(async (ctx) => {
  switch (ctx.path) {
    case '/truth': // what the app believes about the request it got
      ctx.body = { secure: ctx.secure, protocol: ctx.protocol, host: ctx.host, hostname: ctx.hostname, ip: ctx.ip, ips: ctx.ips };
      break;
    case '/visits': {
      const visits = Number(ctx.cookies.get('visits', { signed: true }) ?? 0) + 1;
      ctx.cookies.set('visits', String(visits), { secure: true, signed: true });
      ctx.body = { visits };
      break;
    }
    case '/away':
      ctx.redirect(`${ctx.protocol}://${ctx.host}/truth`);
      break;
    case '/upload': {
      const digest = createHash('sha256');
      for await (const piece of ctx.req) digest.update(piece);
      ctx.body = { sha256: digest.digest('hex') };
    }
  }
});

announce(createServer(app.callback()).listen(where));
