/**
 * An app of the soak: over HTTP/1.1 or uwsgi, on a port or a unix socket. It checks what it gets, answers what the target
 * asks for, breaks off where the target says so, and writes down what must not happen twice before it does anything else.
 */
import { openSync, writeSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createNet, type Server, type Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { decodeUwsgi } from '../helpers/cgi-decode.ts';
import { Content } from './content.ts';
import { readTarget, type Order } from './order.ts';

export interface AppPlan {
  readonly name: string;
  readonly protocol: 'http' | 'uwsgi';
  readonly listen: { readonly port: number; readonly host: string } | { readonly path: string };
  readonly seed: number;
  /** A file that lines are appended to: `b N` a POST has come, `x N …` a body that is not what was sent. */
  readonly ledger: string;
}

const plan = JSON.parse(process.argv[2]!) as AppPlan;
const content = new Content(plan.seed);
const ledger = openSync(plan.ledger, 'a');
/** In one write of the system's, so that it is there when this process is killed the moment after. */
const note = (line: string): void => { writeSync(ledger, `${line}\n`); };

type Asked = ReturnType<typeof readTarget>;

/** Compares a body with what was sent, piece by piece. */
class BodyCheck {
  #at = 0;
  #wrong = -1;
  readonly #asked: Asked;
  constructor(asked: Asked) { this.#asked = asked; }

  piece(bytes: Buffer): void {
    const expected = content.of('request', this.#asked.n, this.#asked.sends).subarray(this.#at, this.#at + bytes.length);
    if (this.#wrong < 0 && !expected.equals(bytes)) this.#wrong = this.#at;
    this.#at += bytes.length;
  }

  /** The sender says that this was all of it. */
  end(): 'right' | 'wrong' {
    if (this.#wrong < 0 && this.#at === this.#asked.sends) return 'right';
    note(`x ${this.#asked.n} ${this.#at} of ${this.#asked.sends} bytes, wrong at ${this.#wrong}`);
    return 'wrong';
  }
}

const headLines = (asked: Asked, body: string, told: string): string[] => ['X-N', String(asked.n), 'X-Body', body, 'X-Told', told, 'X-App', plan.name];
const asText = (lines: readonly string[]): string => lines.map((word, i) => (i % 2 === 0 ? `${word}: ` : `${word}\r\n`)).join('');

/** Breaks off, by FIN or by RST. */
function breakOff(socket: Socket, asked: Asked, lines: readonly string[]): void {
  const begun = `HTTP/1.1 200 OK\r\n${asText(lines)}`;
  const end = (): void => { if (asked.n % 2 === 0 || 'path' in plan.listen) socket.end(); else socket.resetAndDestroy(); }; // a unix socket has no RST
  const half = content.of('answer', asked.n, asked.gets >> 1);
  switch (asked.cut as Exclude<Order['cut'], 'no'>) {
    case 'silent': end(); break;
    case 'head': socket.write(`${begun}Content-Le`, end); break;
    case 'body': socket.write(`${begun}Content-Length: ${asked.gets}\r\n\r\n`); socket.write(half, end); break;
    case 'chunk':
      socket.write(`${begun}Transfer-Encoding: chunked\r\n\r\n${asked.gets.toString(16)}\r\n`);
      socket.write(half, end);
  }
}

function serveHttp(request: IncomingMessage, response: ServerResponse): void {
  const asked = readTarget(request.url!);
  if (request.method === 'POST') note(`b ${asked.n}`);
  const check = new BodyCheck(asked);
  request.on('data', (bytes: Buffer) => { check.piece(bytes); });
  request.on('error', () => undefined); // its client has gone
  request.on('end', () => {
    const lines = headLines(asked, check.end(), String(request.headers['x-forwarded-proto']));
    if (asked.cut !== 'no') { breakOff(request.socket, asked, lines); return; }
    const body = content.of('answer', asked.n, asked.gets);
    if (asked.shape === 'length') response.writeHead(200, [...lines, 'Content-Length', String(asked.gets)]).end(body);
    else if (request.method === 'HEAD') response.writeHead(200, lines).end();
    else {
      for (let i = 0; i < lines.length; i += 2) response.setHeader(lines[i]!, lines[i + 1]!);
      if (asked.shape === 'close') response.setHeader('Connection', 'close').removeHeader('Transfer-Encoding');
      const third = Math.ceil(body.length / 3);
      response.write(body.subarray(0, third));
      setImmediate(() => { response.write(body.subarray(third, 2 * third)); response.end(body.subarray(2 * third)); });
    }
  });
}

function serveUwsgi(socket: Socket): void {
  let held = Buffer.alloc(0);
  let asked: Asked | undefined;
  let check: BodyCheck | undefined;
  let variables = new Map<string, string>();
  let left = 0;
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => {
    if (check === undefined) {
      held = Buffer.concat([held, bytes]);
      const end = held.length < 4 ? Infinity : 4 + held.readUInt16LE(1);
      if (held.length < end) return;
      variables = new Map(decodeUwsgi(held.subarray(0, end)));
      asked = readTarget(variables.get('REQUEST_URI')!);
      if (variables.get('REQUEST_METHOD') === 'POST') note(`b ${asked.n}`);
      left = Number(variables.get('CONTENT_LENGTH') ?? 0);
      check = new BodyCheck(asked);
      bytes = held.subarray(end);
    }
    if (bytes.length > 0) check.piece(bytes);
    left -= bytes.length;
    if (left > 0) return;
    const lines = headLines(asked!, check.end(), variables.get('wsgi.url_scheme') ?? (variables.get('HTTPS') === 'on' ? 'https' : 'http'));
    if (asked!.cut !== 'no') { breakOff(socket, asked!, lines); return; }
    const length = asked!.shape === 'close' ? '' : `Content-Length: ${asked!.gets}\r\n`;
    socket.write(`HTTP/1.1 200 OK\r\n${asText(lines)}${length}\r\n`);
    socket.end(variables.get('REQUEST_METHOD') === 'HEAD' ? '' : content.of('answer', asked!.n, asked!.gets));
  });
}

function echo(): Server {
  const http = createHttp({ keepAliveTimeout: 60_000 }, serveHttp);
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  http.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => undefined);
      client.on('message', (data, binary) => { client.send(data, { binary }); });
    });
  });
  return http;
}

const server = plan.protocol === 'http' ? echo() : createNet(serveUwsgi);
server.listen(plan.listen, () => { console.log('ready'); });
// As a server that is deployed anew: what runs is ended, within a moment.
process.on('SIGTERM', () => {
  server.close(() => { process.exit(0); });
  if ('closeIdleConnections' in server) (server.closeIdleConnections as () => void)();
  setTimeout(() => { process.exit(0); }, 1500);
});
// Nobody is left to answer to.
process.on('disconnect', () => { process.exit(0); });
