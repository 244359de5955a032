/**
 * Many TLS connections from one cheap process of ours, told what to do by its arguments and watched by its output.
 * `idle PORT COUNT`: opens so many, asks one request on each, says `COUNT open`, and holds them until it is ended.
 * `guests PORT COUNT SECONDS`: so many connections a second that come, ask once and go; says how many were answered.
 * `messages PORT COUNT SECONDS`: as many WebSockets, a message at a time on each, says how many came back.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import { TLS } from '../place.ts';

const [what, port, count, seconds] = process.argv.slice(2);
const secureContext = createSecureContext({ minVersion: TLS.version, ciphers: TLS.cipher, ecdhCurve: TLS.group });
const REQUEST = 'GET /1k HTTP/1.1\r\nHost: localhost\r\n\r\n';

function open(): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', secureContext, servername: 'localhost', rejectUnauthorized: false }, () => { resolve(socket); });
    socket.once('error', reject);
    socket.setNoDelay(true);
  });
}

/** Opens `left` connections, a few at a time, and prepares each. */
async function openAll(left: number, prepare: (socket: TLSSocket) => Promise<void>): Promise<void> {
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const socket = await open();
      socket.once('close', () => { console.error('a connection was closed'); process.exit(1); });
      await prepare(socket);
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
}

/** One request, and its answer whole: 1 KiB behind the head. */
const asked = (socket: TLSSocket): Promise<void> => new Promise((resolve) => {
  let text = '';
  const read = (bytes: Buffer): void => {
    text += bytes.toString('latin1');
    const head = text.indexOf('\r\n\r\n');
    if (head === -1 || text.length < head + 4 + 1024) return;
    socket.off('data', read);
    resolve();
  };
  socket.on('data', read);
  socket.write(REQUEST);
});

async function idle(): Promise<void> {
  for (const part of count!.split(',').map(Number)) {
    await openAll(part, asked);
    console.log(`${part} open`);
  }
}

async function guests(): Promise<void> {
  const until = Date.now() + Number(seconds) * 1000;
  let answered = 0;
  while (Date.now() < until) {
    const next = Date.now() + 1000 / Number(count);
    const socket = await open();
    await asked(socket);
    socket.destroy();
    answered += 1;
    await sleep(Math.max(0, next - Date.now()));
  }
  console.log(`${answered} answered`);
}

/** A masked frame of 64 bytes (RFC 6455 §5.2), and how long its echo is: unmasked, without the key. */
const PAYLOAD = randomBytes(64);
const FRAME = Buffer.concat([Buffer.from([0x82, 0x80 | 64]), Buffer.from([1, 2, 3, 4]), PAYLOAD.map((byte, i) => byte ^ (i % 4 + 1))]);
const ECHO = 2 + 64;

async function webSockets(): Promise<void> {
  const sockets: TLSSocket[] = [];
  await openAll(Number(count), async (socket) => {
    await upgraded(socket);
    sockets.push(socket);
  });
  console.log(`${count} open`);
  let [messages, ending] = [0, false];
  for (const socket of sockets) {
    let got = 0;
    socket.on('data', (bytes: Buffer) => {
      if (got === 0 && messages === 0 && !bytes.subarray(2).equals(PAYLOAD.subarray(0, bytes.length - 2))) throw new Error('the echo is another message');
      got += bytes.length;
      if (got < ECHO) return;
      got -= ECHO;
      messages += 1;
      if (!ending) socket.write(FRAME);
    });
    socket.write(FRAME);
  }
  setTimeout(() => {
    ending = true;
    console.log(`${messages} messages`);
    setTimeout(() => process.exit(0), 50); // what is still under way comes back
  }, Number(seconds) * 1000);
}

const upgraded = (socket: TLSSocket): Promise<void> => new Promise((resolve, reject) => {
  socket.once('data', (bytes: Buffer) => {
    if (bytes.toString('latin1').startsWith('HTTP/1.1 101 ')) resolve();
    else reject(new Error(`no WebSocket: ${bytes.toString('latin1').slice(0, 200)}`));
  });
  socket.write('GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
});

await (what === 'idle' ? idle() : what === 'guests' ? guests() : webSockets());
