import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { OwnAnswer } from './answers.ts';

export type UpgradeHandler<Request extends IncomingMessage> = (request: Request, socket: Duplex, head: Buffer) => void;

/** An answer of our own to a request that was to be upgraded: Node hands over the bare connection then, and no response. */
export function refuseUpgrade(socket: Duplex, { status, headers, body }: OwnAnswer): void {
  socket.on('error', () => { socket.destroy(); }); // nobody listens any more, and an error that nobody hears ends the program
  const lines = [...headers, ['Content-Length', String(Buffer.byteLength(body))], ['Connection', 'close']].map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}
