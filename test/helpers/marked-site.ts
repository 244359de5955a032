/** A front whose configuration is exchanged while it runs, each with a mark in two places: what the app was told, and what stands on its answer. */
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { connect as connectTcp } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { startFront } from './front.ts';
import type { Front } from './front.ts';
import { tempDir } from './scope.ts';
import type { Scope } from './scope.ts';

/** An app that answers with the mark that it was told. `/slow`: once it is let go. It takes every WebSocket and gives back what it hears. */
export const startMarkedApp = async (t: Scope): Promise<{ port: number; held: ServerResponse[] }> => {
  const held: ServerResponse[] = [];
  const server = createServer((asked, answer) => {
    asked.resume();
    answer.setHeader('X-Told', String(asked.headers['x-mark']));
    if (asked.url === '/slow') held.push(answer);
    else answer.end(`told ${asked.headers['x-mark']}`);
  });
  const tunnels = new Set<Socket>();
  server.on('upgrade', (_asked, socket: Socket) => {
    tunnels.add(socket.on('error', () => {}));
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const tunnel of tunnels) tunnel.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, held };
};

export interface MarkedFront {
  readonly front: Front;
  /** Writes the configuration of this mark, whole at once. */
  write(mark: number, more?: object): void;
  /** Writes whatever text. */
  writeText(text: string): void;
  /** Waits until this many reloads were told in the log. */
  reloaded(count: number): Promise<void>;
  readonly file: string;
}

export const startMarkedFront = async (t: Scope, port: number, { args = [], first = {}, program, env }: { readonly args?: readonly string[]; readonly first?: object; readonly program?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {}): Promise<MarkedFront> => {
  const dir = tempDir(t);
  const file = join(dir, 'sallyport.config.json');
  const writeText = (text: string): void => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  const write = (mark: number, more: object = {}): void => {
    writeText(JSON.stringify({
      https: '127.0.0.1:0', http: '127.0.0.1:0', log: 'json', logFile: join(dir, 'access.log'), app: port, scheme: { '/': 'either' },
      requestHeaders: { set: { 'X-Mark': String(mark) } }, answerHeaders: { set: { 'X-Mark': String(mark) } },
      routes: { '/own/': { answer: { body: `told ${mark}` } } },
      ...first, ...more,
    }));
  };
  write(0);
  const front = await startFront(t, ['--config', file, ...args], { ...(program && { program }), ...(env && { env }) });
  const told = (): number => front.events().filter(({ event }) => event === 'reloaded').length;
  return {
    front, file, write, writeText,
    reloaded: async (count) => { await front.event(`${count} reloads`, () => told() >= count, 30_000); },
  };
};

/** The two marks of an answer: its header's and its content's. */
export interface Marks { readonly status: number; readonly header: string; readonly told: string }

/** A client that asks one request after the other over a connection that is kept. Rejects where that ends. */
export class KeptClient {
  readonly #socket: Socket;
  #text = '';
  #wake: (() => void) | undefined;
  #ended: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (piece: string) => { this.#text += piece; this.#wake?.(); });
    socket.on('error', () => {}).on('close', () => { this.#ended = new Error(`the connection ended after ${JSON.stringify(this.#text)}`); this.#wake?.(); });
  }

  static async open(port: number, tls: boolean): Promise<KeptClient> {
    const socket = tls ? connectTls({ host: '127.0.0.1', port, servername: 'localhost', rejectUnauthorized: false }) : connectTcp({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, tls ? 'secureConnect' : 'connect');
    return new KeptClient(socket);
  }

  async ask(path: string, last = false): Promise<Marks> {
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${last ? 'Connection: close\r\n' : ''}\r\n`);
    for (;;) {
      const marks = this.#take();
      if (marks !== undefined) return marks;
      if (this.#ended !== undefined) throw this.#ended;
      await new Promise<void>((resolve) => { this.#wake = resolve; });
    }
  }

  #take(): Marks | undefined {
    const end = this.#text.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const head = this.#text.slice(0, end);
    const whole = end + 4 + Number(/\r\nContent-Length: (\d+)/i.exec(head)?.[1] ?? NaN);
    if (Number.isNaN(whole)) throw new Error(`no length in ${head}`);
    if (this.#text.length < whole) return undefined;
    const body = this.#text.slice(end + 4, whole);
    this.#text = this.#text.slice(whole);
    return { status: Number(head.slice(9, 12)), header: /\r\nX-Mark: (\d+)/.exec(head)?.[1] ?? 'none', told: /^told (\d+)$/.exec(body)?.[1] ?? body };
  }

  drop(): void { this.#socket.destroy(); }
}
