/**
 * An app made of bytes: it answers exactly what a test says, records exactly what it received, and closes or resets
 * when it is told to.
 */
import { createServer } from 'node:net';
import type { ListenOptions, Socket } from 'node:net';
import { once } from 'node:events';
import { eventually } from './scope.ts';
import type { Scope } from './scope.ts';

export interface RawRequest {
  /** Request line and field lines as they came, without the empty line. */
  readonly head: string;
  readonly method: string;
  readonly target: string;
  /** The content, unframed; one character per byte. */
  readonly body: string;
  readonly trailers: string;
  /** Every value of a field, in order. */
  all(name: string): string[];
  get(name: string): string | undefined;
}

export class RawConnection {
  readonly socket: Socket;
  private pieces: Buffer[] = [];
  private seen = '';
  private at = 0;
  /** How the front ended it: `fin`, `reset`, or undefined. */
  ended: string | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (piece: Buffer) => this.pieces.push(piece));
    socket.on('end', () => { this.ended ??= 'fin'; });
    socket.on('error', (error: NodeJS.ErrnoException) => { this.ended ??= error.code === 'ECONNRESET' ? 'reset' : error.code ?? 'error'; });
    socket.on('close', () => { this.ended ??= 'closed'; });
  }

  /** Everything received on this connection, one character per byte. */
  get received(): string {
    if (this.pieces.length > 0) {
      this.seen += Buffer.concat(this.pieces).toString('latin1');
      this.pieces = [];
    }
    return this.seen;
  }

  write(bytes: string | Buffer): void { this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes); }
  end(bytes = ''): void { this.socket.end(Buffer.from(bytes, 'latin1')); }
  reset(): void { this.socket.resetAndDestroy(); }
  destroy(): void { this.socket.destroy(); }

  /** Waits until the front has ended this connection. */
  gone(ms = 5000): Promise<string> { return eventually('the front to end the connection to the app', () => this.ended, ms); }

  /** Only the head of the next request; undefined where the connection ended instead. The body stays in `rest`. */
  async head(): Promise<string | undefined> {
    const end = await this.find('\r\n\r\n');
    if (end < 0) return undefined;
    const head = this.received.slice(this.at, end);
    this.at = end + 4;
    return head;
  }

  /** What came after the last thing that was read. */
  get rest(): string { return this.received.slice(this.at); }

  /** The next request, whole; undefined where the connection ended first. */
  async request(): Promise<RawRequest | undefined> {
    const head = await this.head();
    if (head === undefined) return undefined;
    const lines = head.split('\r\n').slice(1).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const);
    const all = (name: string): string[] => lines.filter(([given]) => given.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
    const [method = '', target = ''] = head.split(' ');
    const content = all('transfer-encoding').length > 0 ? await this.chunked() : { body: await this.bytes(Number(all('content-length')[0] ?? 0)), trailers: '' };
    if (content.body === undefined) return undefined;
    return { head, method, target, body: content.body, trailers: content.trailers, all, get: (name) => all(name)[0] };
  }

  private async bytes(count: number): Promise<string | undefined> {
    const enough = await eventually(`${count} bytes of body`, () => this.rest.length >= count ? 'yes' : this.ended, 30_000);
    if (enough !== 'yes' && this.rest.length < count) return undefined;
    const body = this.rest.slice(0, count);
    this.at += count;
    return body;
  }

  private async chunked(): Promise<{ body: string | undefined; trailers: string }> {
    let body = '';
    for (;;) {
      const lineEnd = await this.find('\r\n');
      if (lineEnd < 0) return { body: undefined, trailers: '' };
      const size = Number.parseInt(this.received.slice(this.at, lineEnd), 16);
      this.at = lineEnd + 2;
      if (size === 0) {
        const from = this.at - 2; // an empty trailer section ends with the CRLF of the last chunk's line
        const end = await this.find('\r\n\r\n', from);
        const trailers = end < 0 ? '' : this.received.slice(this.at, Math.max(this.at, end));
        this.at = end + 4;
        return { body: end < 0 ? undefined : body, trailers };
      }
      const piece = await this.bytes(size + 2);
      if (piece === undefined) return { body: undefined, trailers: '' };
      body += piece.slice(0, -2);
    }
  }

  private async find(what: string, from = this.at): Promise<number> {
    return eventually(`${JSON.stringify(what)} from the front`, () => {
      const at = this.received.indexOf(what, from);
      if (at >= 0) return { at };
      return this.ended === undefined ? undefined : { at: -1 };
    }, 60_000).then(({ at }) => at);
  }
}

export interface RawApp {
  /** Port, or -1 on a unix socket. */
  readonly port: number;
  /** As the front's command line takes it. */
  readonly address: string;
  readonly connections: readonly RawConnection[];
  /** Everything that any connection received. */
  received(): string;
  close(): Promise<void>;
}

export type Serve = (connection: RawConnection, index: number) => void | Promise<void>;

export const startRawApp = async (scope: Scope, serve: Serve, where: ListenOptions = { host: '127.0.0.1', port: 0 }): Promise<RawApp> => {
  const connections: RawConnection[] = [];
  const failures: unknown[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const connection = new RawConnection(socket);
    connections.push(connection);
    Promise.resolve(serve(connection, connections.length - 1)).catch((error: unknown) => { failures.push(error); connection.destroy(); });
  });
  server.listen(where);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : -1;
  const close = async (): Promise<void> => {
    for (const { socket } of connections) socket.destroy();
    if (server.listening) await new Promise((resolve) => { server.close(resolve); });
  };
  scope.after(close);
  const host = typeof address === 'object' && address?.family === 'IPv6' ? `[${address.address}]` : '127.0.0.1';
  return {
    port,
    address: port < 0 ? `unix:${where.path ?? ''}` : `${host}:${port}`,
    connections,
    received: () => connections.map((c) => c.received).join(''),
    close,
  };
};

/** Answers every request of every connection with what `answer` gives, for as long as the front keeps it. */
export const answering = (answer: string | ((request: RawRequest, connection: RawConnection) => string | undefined)): Serve => async (connection) => {
  for (;;) {
    const request = await connection.request();
    if (request === undefined) { connection.end(); return; }
    const bytes = typeof answer === 'string' ? answer : answer(request, connection);
    if (bytes !== undefined) connection.write(bytes);
  }
};

/** A complete answer with a length. */
export const reply = (body: string, lines: readonly string[] = [], status = '200 OK'): string =>
  `HTTP/1.1 ${status}\r\n${lines.map((line) => `${line}\r\n`).join('')}Content-Length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`;
