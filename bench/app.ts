/** The app behind the fronts where a body or a WebSocket counts: it takes uploads whole, and echoes messages. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';

let uploads = 0;

const server = createServer((request, answer) => {
  let bytes = 0;
  request.on('data', (piece: Buffer) => { bytes += piece.length; });
  request.on('end', () => {
    uploads += request.method === 'POST' ? 1 : 0;
    const text = request.url === '/count' ? String(uploads) : String(bytes);
    answer.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': text.length }).end(text);
  });
});
server.keepAliveTimeout = 3_600_000;
server.on('upgrade', (request, socket: Duplex) => {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64'); // RFC 6455 §4.2.2
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  socket.on('error', () => { socket.destroy(); });
  socket.on('data', (bytes: Buffer) => { socket.write(echoed(bytes)); });
});

/** Short whole frames, unmasked and sent back (RFC 6455 §5.2); the load sends no other, and waits for each. */
function echoed(frame: Buffer): Buffer {
  const length = frame[1]! & 127;
  const answer = Buffer.allocUnsafe(2 + length);
  answer[0] = frame[0]!;
  answer[1] = length;
  for (let i = 0; i < length; i++) answer[2 + i] = frame[6 + i]! ^ frame[2 + (i & 3)]!;
  return answer;
}

server.listen(Number(process.argv[2]), '127.0.0.1');
