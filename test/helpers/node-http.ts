/** Node's own strict HTTP parser, as a server and as a client, on streams without sockets: the second opinion of the fuzzers. */
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';

export const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

/** One end of a connection; the test is the other. */
export class Line extends Duplex {
  written = '';
  override _read(): void { /* pushed by `say` */ }
  override _write(piece: Buffer, _encoding: string, done: () => void): void { this.written += piece.toString('latin1'); done(); }
  say(text: string): void { if (!this.destroyed) this.push(Buffer.from(text, 'latin1')); }
  fin(): void { if (!this.destroyed) this.push(null); }
  /** What was written since the last call. */
  drain(): string {
    const { written } = this;
    this.written = '';
    return written;
  }
}

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  /** Name, value, name, value, as they came. */
  readonly fields: readonly string[];
  trailers: readonly string[];
  body: string;
  whole: boolean;
}

/** Everything that a strict server makes of the bytes of its connections. */
export class StrictServer {
  readonly seen: SeenRequest[] = [];
  /** The parser's codes for what it refused. */
  readonly refused: string[] = [];
  readonly #server: Server;

  /** `answer` is called when a request is whole. */
  constructor(answer: (request: SeenRequest, response: ServerResponse) => void) {
    const take = (message: IncomingMessage, response: ServerResponse): void => {
      const seen: SeenRequest = { method: message.method!, url: message.url!, fields: message.rawHeaders, trailers: [], body: '', whole: false };
      this.seen.push(seen);
      message.setEncoding('latin1');
      message.on('data', (piece: string) => { seen.body += piece; });
      message.on('error', () => { /* cut: it stays not whole */ });
      message.on('end', () => {
        seen.whole = message.complete;
        seen.trailers = message.rawTrailers;
        if (seen.whole) answer(seen, response);
      });
    };
    this.#server = createServer({ insecureHTTPParser: false, maxHeaderSize: 131_072, requireHostHeader: false }, take);
    this.#server.on('checkContinue', (message, response: ServerResponse) => { response.writeContinue(); take(message, response); });
    this.#server.on('clientError', (error: NodeJS.ErrnoException) => { this.refused.push(error.code ?? error.message); });
    this.#server.maxRequestsPerSocket = 0;
    this.#server.keepAliveTimeout = 0;
    this.#server.headersTimeout = this.#server.requestTimeout = 0;
  }

  connect(): Line {
    const line = new Line();
    line.on('error', () => { /* the test ended it */ });
    this.#server.emit('connection', line);
    return line;
  }
}

export interface SeenAnswer {
  readonly status: number;
  readonly fields: readonly string[];
  readonly body: string;
  readonly interim: readonly number[];
  /** The parser is sure that nothing is missing. */
  readonly whole: boolean;
  readonly switched: boolean;
  /** The parser's code for what it refused, if it refused anything. */
  readonly error: string | undefined;
}

/** What a strict client makes of the bytes that answer its request; a text says why it makes nothing of them. */
export async function strictClient(method: string, bytes: string, end: 'fin' | 'reset' | 'open'): Promise<SeenAnswer | string> {
  const line = new Line();
  const interim: number[] = [];
  let answer: IncomingMessage | undefined;
  let body = '';
  let over = false;
  let switched = false;
  let error: string | undefined;
  const request = httpRequest({ createConnection: () => line, method, path: '/', host: 'x', insecureHTTPParser: false, maxHeaderSize: 131_072 });
  request.on('information', ({ statusCode }: { statusCode: number }) => interim.push(statusCode));
  request.on('error', (failure: NodeJS.ErrnoException) => { error ??= failure.code ?? failure.message; });
  request.on('upgrade', (message: IncomingMessage) => { answer = message; switched = true; });
  request.on('response', (message: IncomingMessage) => {
    answer = message;
    message.setEncoding('latin1');
    message.on('data', (piece: string) => { body += piece; });
    message.on('error', () => { /* `complete` says it */ });
    message.on('end', () => { over = true; });
  });
  request.end();
  await turn();
  line.say(bytes);
  for (let i = 0; i < 3; i++) await turn();
  if (end === 'fin') line.fin();
  else if (end === 'reset') line.destroy(new Error('reset'));
  for (let i = 0; i < 3 && !over; i++) await turn();
  request.destroy();
  line.destroy();
  if (answer === undefined) return error ?? 'no answer';
  const { statusCode, rawHeaders, complete } = answer;
  return { status: statusCode!, fields: rawHeaders, body, interim, switched, error, whole: over && complete && error === undefined };
}
