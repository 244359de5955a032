/** A conversation byte by byte, over TCP or TLS, for everything that a proper client would never send. */
import { connect as tcpConnect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { eventually } from './scope.ts';

export interface TalkOptions {
  readonly tls?: boolean;
  readonly servername?: string;
  readonly address?: string;
  /** `false`: reading starts with {@link Talk.listen}. */
  readonly reading?: boolean;
}

export class Talk {
  readonly socket: Socket;
  private readonly pieces: Buffer[] = [];
  private taken = 0;
  /** How the other side ended: `fin`, `reset`, another error's code, or undefined while it is open. */
  ended: string | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('end', () => { this.ended ??= 'fin'; });
    socket.on('error', (error: NodeJS.ErrnoException) => { this.ended ??= error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'reset' : error.code ?? error.message; });
    socket.on('close', () => { this.ended ??= 'closed'; });
  }

  static async open(port: number, options: TalkOptions = {}): Promise<Talk> {
    const host = options.address ?? '127.0.0.1';
    const secure: ConnectionOptions & { allowHalfOpen: boolean } = {
      host, port, servername: options.servername ?? 'localhost', rejectUnauthorized: false, allowHalfOpen: true,
    };
    const socket = options.tls === true
      ? tlsConnect(secure)
      : tcpConnect({ host, port, allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      socket.once(options.tls === true ? 'secureConnect' : 'connect', resolve);
      socket.once('error', reject);
    });
    const talk = new Talk(socket);
    if (options.reading !== false) talk.listen();
    return talk;
  }

  listen(): void {
    this.socket.on('data', (piece: Buffer) => this.pieces.push(piece));
    this.socket.resume();
  }

  /** Everything received so far, one character per byte. */
  get text(): string { return Buffer.concat(this.pieces).toString('latin1'); }

  /** What was received since the last `until`. */
  get rest(): string { return this.text.slice(this.taken); }

  say(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Waits for the pattern in what has not been taken yet; gives and takes everything to its end. */
  async until(pattern: RegExp | string, ms = 5000): Promise<string> {
    const found = await eventually(`${String(pattern)} in ${JSON.stringify(this.rest.slice(0, 300))}`, () => {
      const { rest } = this;
      const match = typeof pattern === 'string' ? rest.indexOf(pattern) : rest.search(pattern);
      if (match >= 0) {
        const length = typeof pattern === 'string' ? pattern.length : pattern.exec(rest)?.[0].length ?? 0;
        return rest.slice(0, match + length);
      }
      if (this.ended !== undefined) throw new Error(`ended (${this.ended}) without ${String(pattern)} in ${JSON.stringify(rest)}`);
      return undefined;
    }, ms);
    this.taken += found.length;
    return found;
  }

  /** Waits until the other side has ended; gives everything not taken yet. */
  async toTheEnd(ms = 10_000): Promise<string> {
    await eventually(`the end, after ${JSON.stringify(this.rest.slice(0, 300))}`, () => this.ended !== undefined, ms);
    return this.rest;
  }

  /** Drops the connection, orderly or not. */
  drop(): void { this.socket.destroy(); }
}

/** Sends bytes and reads to the end. */
export const exchange = async (port: number, bytes: string | Buffer, options: TalkOptions & { readonly ms?: number } = {}): Promise<{ text: string; ended: string }> => {
  const talk = await Talk.open(port, options);
  try {
    talk.say(bytes);
    const text = await talk.toTheEnd(options.ms);
    return { text, ended: talk.ended ?? '' };
  } finally {
    talk.drop();
  }
};

export interface RawAnswer { readonly status: number; readonly head: string; readonly lines: string[]; readonly body: string }

/** The first answer in a text; 1xx are answers of their own. */
export const parseAnswer = (text: string): RawAnswer => {
  const end = text.indexOf('\r\n\r\n');
  const head = end < 0 ? text : text.slice(0, end);
  const [first = '', ...lines] = head.split('\r\n');
  return { status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0), head, lines, body: end < 0 ? '' : text.slice(end + 4) };
};
