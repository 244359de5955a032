// sallyport run --scheme /=either -- node examples/node/app.js
import { createServer } from 'node:http';
import { requireHttps, sallyport } from 'sallyport/node';

const truth = sallyport({ https: { '/account/': 'https' } });

const server = createServer(truth((request, response) => {
  const { host } = request.sallyport;
  switch (request.url) {
    case '/account/':
      response.setHeader('Set-Cookie', 'seen=yes; HttpOnly; SameSite=Lax'); // gets Secure by itself
      response.end('Your account, over https alone.\n');
      return;
    case '/pay':
      if (!requireHttps(request, response)) return; // for one route: redirected already
      response.end('Paid.\n');
      return;
    default:
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ secure: request.secure, url: `${request.protocol}://${host}${request.url}`, client: request.ip }));
  }
}));
server.on('upgrade', truth.upgrade((request, socket) => {
  socket.end('HTTP/1.1 426 Upgrade Required\r\nConnection: close\r\n\r\n'); // where a library for WebSockets takes over
}));
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
