import { createServer } from 'node:https';
import { createProxyServer } from 'httpxy';
import { agent, door, target, tls } from './arguments.mjs';

const proxy = createProxyServer({ target, agent, xfwd: true });
const server = createServer(tls, (request, answer) => {
  for (const name of ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port']) delete request.headers[name];
  proxy.web(request, answer).catch((error) => { console.error(error.message); answer.destroy(); });
});
server.listen(door);
