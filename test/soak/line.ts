/** A client's connection to the front, over either door, that says what became of each request on it. */
import { connect as tcpConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { sleep } from '../helpers/scope.ts';
import { AnswerReader } from './answer-reader.ts';
import type { Content } from './content.ts';
import { FILES, targetOf, type Order } from './order.ts';

/**
 * `right`, `short` and `wrong` as an AnswerReader says; `refused`: a whole answer that is not 200; `cut`: visibly broken off;
 * `nothing`: not a byte of it; `left`: the client itself went away.
 */
export interface Outcome {
  readonly is: 'right' | 'short' | 'wrong' | 'refused' | 'cut' | 'nothing' | 'left';
  readonly status: number;
  readonly detail: string;
  /** Of the configuration that answered; undefined where no head came. */
  readonly mark: number | undefined;
  /** Since when the connection was open, in milliseconds of `performance.now()`; so are the others. */
  readonly born: number;
  readonly began: number;
  readonly ended: number;
  /** The connection had ended with an earlier request on it, in a way that the client could see. */
  readonly behind: boolean;
}

export interface Ground {
  readonly ports: Readonly<Record<'https' | 'http', number>>;
  readonly ca: string;
  readonly content: Content;
  /** A TLS session to go on with. */
  session: Buffer | undefined;
}

/** How a request is sent: at once, or its head and body in this many pieces with pauses (milliseconds) between. */
export interface Manner { readonly pieces?: number; readonly pause?: number; readonly last?: boolean }

/** Nothing in a soak takes as long: who hears nothing for so many milliseconds waits in vain. */
const PATIENCE = 90_000;

interface Waiting { readonly order: Order; readonly reader: AnswerReader; readonly began: number; readonly resolve: (outcome: Outcome) => void; readonly timer: NodeJS.Timeout }

export class Line {
  readonly door: Order['door'];
  /** No further request may be sent. */
  over = false;
  idleSince = performance.now();
  /** So many bytes are read in a second; 0 reads all at once. */
  reads = 0;
  readonly socket: Socket;
  /** What is below TLS; of two sockets the only one that Node can reset. */
  readonly #wire: Socket;
  readonly #ground: Ground;
  readonly #waiting: Waiting[] = [];
  #left = false;
  #behind = false;
  readonly #born = performance.now();
  #how = 'closed';

  private constructor(door: Order['door'], ground: Ground, { socket, wire }: { readonly socket: Socket; readonly wire: Socket }) {
    this.door = door;
    this.#ground = ground;
    this.socket = socket;
    this.#wire = wire;
    socket.on('data', (bytes) => { this.#data(bytes); });
    socket.on('end', () => { this.#how = 'FIN'; this.over = true; if (this.#waiting[0]?.reader.closed() === true) this.#answered(); });
    socket.on('error', (error: NodeJS.ErrnoException) => { this.#how = error.code ?? error.message; });
    socket.on('close', () => { this.#closed(); });
  }

  /** Rejects where no connection comes up: with `resume` a TLS one goes on with the session of another. */
  static async open(door: Order['door'], ground: Ground, resume = false): Promise<Line> {
    const where = { host: '127.0.0.1', port: ground.ports[door] };
    const wire = tcpConnect(where);
    const socket = door === 'http' ? wire : tlsConnect({ socket: wire, ca: ground.ca, servername: 'localhost', ...(resume && ground.session !== undefined ? { session: ground.session } : {}) });
    socket.setNoDelay(true);
    if (door === 'https') socket.on('session', (session: Buffer) => { ground.session = session; });
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => { socket.destroy(new Error('no connection within 30 seconds')); }, 30_000);
      socket.once(door === 'https' ? 'secureConnect' : 'connect', () => { clearTimeout(late); resolve(); });
      socket.once('error', (error) => { clearTimeout(late); reject(error); });
    });
    return new Line(door, ground, { socket, wire });
  }

  get busy(): number { return this.#waiting.length; }

  /** Sends a request, behind those that run. */
  ask(order: Order, manner: Manner = {}): Promise<Outcome> {
    const { content } = this.#ground;
    const body = order.to === 'files' ? content.of('file', order.n % FILES.length, order.gets) : content.of('answer', order.n, order.gets);
    const reader = new AnswerReader({ body, head: order.method === 'HEAD' });
    if (manner.last === true) this.over = true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => { this.#how = `nothing for ${PATIENCE} ms`; this.socket.destroy(); }, PATIENCE);
      this.#waiting.push({ order, reader, began: performance.now(), resolve, timer });
      void this.#send(order, manner);
    });
  }

  /** The client goes away, with whatever still runs on it. */
  reset(): void {
    this.#left = true;
    this.#wire.resetAndDestroy();
    this.socket.destroy();
  }

  end(): void {
    this.over = true;
    this.socket.end();
  }

  async #send(order: Order, { pieces = 1, pause = 0, last = false }: Manner): Promise<void> {
    const body = this.#ground.content.of('request', order.n, order.sends);
    const framing = order.chunks ? 'Transfer-Encoding: chunked\r\n' : order.sends > 0 || order.method === 'POST' ? `Content-Length: ${order.sends}\r\n` : '';
    // A scheme of the client's own making has to be without effect.
    const lines = `Host: localhost:${this.#ground.ports[this.door]}\r\nX-Forwarded-Proto: gopher\r\n${last ? 'Connection: close\r\n' : ''}${framing}`;
    const head = Buffer.from(`${order.method} ${targetOf(order)} HTTP/1.1\r\n${lines}\r\n`, 'latin1');
    this.socket.cork(); // sent with the end of this turn, or with the first pause
    await this.#inPieces(head, pieces, pause);
    const third = Math.ceil(body.length / 3);
    if (!order.chunks) await this.#inPieces(body, pieces, pause);
    else {
      for (let at = 0; at < body.length; at += third) {
        const part = body.subarray(at, at + third);
        this.socket.write(`${part.length.toString(16)}\r\n`);
        await this.#inPieces(part, Math.ceil(pieces / 3), pause);
        this.socket.write('\r\n');
      }
      this.socket.write('0\r\n\r\n');
    }
    this.socket.uncork();
  }

  async #inPieces(bytes: Buffer, pieces: number, pause: number): Promise<void> {
    const step = Math.ceil(bytes.length / pieces);
    for (let at = 0; at < bytes.length && !this.socket.destroyed; at += step) {
      this.socket.write(bytes.subarray(at, at + step));
      if (pause === 0) continue;
      this.socket.uncork();
      await sleep(pause);
      this.socket.cork();
    }
  }

  #data(bytes: Buffer): void {
    if (this.reads > 0) {
      this.socket.pause();
      setTimeout(() => { this.socket.resume(); }, bytes.length * 1000 / this.reads);
    }
    this.#waiting[0]?.timer.refresh();
    let rest = bytes;
    while (rest.length > 0) {
      const first = this.#waiting[0];
      if (first === undefined) { this.#how = `bytes that nobody asked for: ${JSON.stringify(rest.toString('latin1', 0, 80))}`; this.socket.destroy(); return; }
      rest = first.reader.take(rest);
      if (first.reader.done || first.reader.trouble !== '') this.#answered();
      if (first.reader.trouble !== '') { this.socket.destroy(); return; }
    }
  }

  /** The first answer is over, rightly or not. */
  #answered(): void {
    const { order, reader } = this.#waiting[0]!;
    const told = reader.fields.get('x-told');
    const wrong = reader.status === 200 && order.to !== 'files' && (
      reader.fields.get('x-n') !== String(order.n) ? `the answer is for ${reader.fields.get('x-n')}`
        : reader.fields.get('x-body') !== 'right' ? `the app got a body that is ${reader.fields.get('x-body')}`
          : told !== this.door ? `the app was told ${told}` : '');
    if (reader.fields.get('connection')?.toLowerCase() === 'close') { this.over = true; this.#behind = true; }
    if (typeof wrong === 'string' && wrong !== '') this.#tell('wrong', wrong);
    else if (reader.read === 'other') this.#tell('refused', reader.text);
    else this.#tell(reader.read, reader.read === 'short' ? `${reader.at} of ${order.gets} bytes` : reader.trouble);
  }

  #closed(): void {
    this.over = true;
    while (this.#waiting.length > 0) {
      const { reader, order } = this.#waiting[0]!;
      const is = this.#left ? 'left' : reader.begun ? 'cut' : 'nothing';
      this.#tell(is, `${this.#how} after ${reader.status === 0 ? 'no head' : `${reader.at} of ${order.gets} bytes`}`);
      this.#behind = true;
    }
  }

  #tell(is: Outcome['is'], detail: string): void {
    const { reader, began, resolve, timer } = this.#waiting.shift()!;
    clearTimeout(timer);
    this.idleSince = performance.now();
    resolve({ is, status: reader.status, detail, mark: reader.status === 0 ? undefined : Number(reader.fields.get('x-mark')), born: this.#born, began, ended: this.idleSince, behind: is === 'nothing' && this.#behind });
  }
}
