// What every one of these programs is started with: PORT BACKEND CERT KEY.
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';

const [port, backend, cert, key] = process.argv.slice(2);

export const door = { port: Number(port), host: '127.0.0.1', backlog: 4096 };
export const target = `http://127.0.0.1:${backend}`;
export const tls = { cert: readFileSync(cert), key: readFileSync(key), minVersion: 'TLSv1.3' };
/** Connections to the app are kept. */
export const agent = new Agent({ keepAlive: true, maxSockets: 128, maxFreeSockets: 128 });
