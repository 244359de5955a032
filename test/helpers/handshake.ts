/** A client's TLS connection that keeps its tickets, and may send its first bytes in pieces. */
import { connect as tcpConnect } from 'node:net';
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { eventually, sleep, within } from './scope.ts';
import type { Scope } from './scope.ts';

export class Handshake {
  readonly socket: TLSSocket;
  private readonly tickets: Buffer[] = [];
  private text = '';
  private ended = false;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on('session', (ticket: Buffer) => this.tickets.push(ticket));
    socket.on('data', (piece: Buffer) => { this.text += piece.toString('latin1'); });
    socket.on('error', () => { this.ended = true; });
    socket.on('close', () => { this.ended = true; });
  }

  /** Rejects with the client's error. `pieces`: the first bytes go out so many at a time. */
  static async make(scope: Scope, port: number, options: ConnectionOptions, pieces?: number): Promise<Handshake> {
    const raw = tcpConnect({ host: '127.0.0.1', port, noDelay: true });
    const socket = connect({ ...(pieces === undefined ? { host: '127.0.0.1', port } : { socket: inPieces(raw, pieces) }), rejectUnauthorized: false, ALPNProtocols: ['http/1.1'], ...options });
    if (pieces === undefined) raw.destroy();
    scope.after(() => { socket.destroy(); raw.destroy(); });
    const made = new Handshake(socket);
    await within(10_000, 'a handshake', new Promise((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    }));
    return made;
  }

  /** Sends a request and gives its whole answer, which has a Content-Length. */
  async ask(request: string): Promise<string> {
    this.text = '';
    this.socket.write(request, 'latin1');
    return await eventually(`an answer to ${request.slice(0, 60)}`, () => {
      const end = this.text.indexOf('\r\n\r\n');
      const length = /^content-length: (\d+)/mi.exec(this.text.slice(0, Math.max(end, 0)))?.[1];
      if (end >= 0 && length !== undefined && this.text.length >= end + 4 + Number(length)) return this.text;
      if (this.ended) throw new Error(`the connection ended; it had told ${JSON.stringify(this.text)}`);
      return undefined;
    }, 10_000);
  }

  /** What another connection can resume this one with. */
  session(): Promise<Buffer> {
    return eventually('a session', () => this.tickets.at(-1) ?? (this.socket.getProtocol() === 'TLSv1.2' ? this.socket.getSession() : undefined));
  }
}

/** A stream over a socket whose first write is cut. */
function inPieces(raw: Duplex, size: number): Duplex {
  let first = true;
  const stream = new Duplex({
    read() { raw.resume(); },
    write(chunk: Buffer, _encoding, done) {
      if (!first) { raw.write(chunk, () => done()); return; }
      first = false;
      void (async () => {
        for (let at = 0; at < chunk.length; at += at < 60 ? size : 100) { // the record and message heads in small pieces
          raw.write(chunk.subarray(at, at + (at < 60 ? size : 100)));
          await sleep(1);
        }
        done();
      })();
    },
    final(done) { raw.end(done); },
  });
  raw.on('data', (piece) => { if (!stream.push(piece)) raw.pause(); });
  raw.on('end', () => stream.push(null));
  return stream;
}
