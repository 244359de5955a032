// sallyport run --scheme /=either -- node examples/fastify/app.js
import fastify from 'fastify';
import { sallyport } from 'sallyport/fastify';

const app = fastify();
await app.register(sallyport({ https: { '/account/': 'https' } }));

app.get('/', (request) => ({ secure: request.secure, url: `${request.protocol}://${request.host}${request.originalUrl}`, client: request.ip }));
app.get('/account/', (request, reply) => {
  reply.header('Set-Cookie', 'seen=yes; HttpOnly; SameSite=Lax').send('Your account, over https alone.\n'); // gets Secure by itself
});
app.get('/pay', { config: { sallyport: 'https' } }, () => 'Paid.\n');
await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' });
