// A Fastify app.
import { createHash } from 'node:crypto';
import fastify from 'fastify';
import { announce, where } from './settings.mjs';

const app = fastify({ trustProxy: 'loopback' });

if (process.env.REDIRECT === '1') {
  app.addHook('onRequest', async (request, reply) => {
    if (request.protocol !== 'https') return reply.redirect(`https://${request.host}${request.originalUrl}`, 301);
  });
}

// What the app believes about the request it got.
app.get('/truth', (request) => ({
  secure: request.protocol === 'https', protocol: request.protocol, host: request.host, hostname: request.hostname, ip: request.ip, ips: request.ips,
}));
app.get('/away', (request, reply) => reply.redirect(`${request.protocol}://${request.host}/truth`));
app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request, body) => body);
app.post('/upload', { bodyLimit: 64 * 1024 * 1024 }, (request) => ({ sha256: createHash('sha256').update(request.body).digest('hex') }));

await app.listen(where);
announce(app.server);
