import { createServer } from 'node:https';
import httpProxy from 'http-proxy-3';
import { agent, door, target, tls } from './arguments.mjs';

const proxy = httpProxy.createProxyServer({ target, agent, xfwd: true });
proxy.on('error', (error, request, answer) => { console.error(error.message); answer.destroy?.(); });
const server = createServer(tls, (request, answer) => {
  for (const name of ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port']) delete request.headers[name];
  proxy.web(request, answer);
});
server.on('upgrade', (request, socket, head) => { proxy.ws(request, socket, head); });
server.listen(door);
