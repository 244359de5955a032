import proxy from '@fastify/http-proxy';
import Fastify from 'fastify';
import { door, target, tls } from './arguments.mjs';

const app = Fastify({ https: tls, logger: false, bodyLimit: 100 * 2 ** 20 });
await app.register(proxy, {
  upstream: target,
  undici: { connections: 128, pipelining: 1 },
  replyOptions: {
    rewriteRequestHeaders: (request, headers) => ({ ...headers, 'host': request.headers.host, 'x-forwarded-for': request.ip, 'x-forwarded-proto': 'https', 'x-forwarded-host': request.headers.host }),
  },
});
await app.listen(door);
