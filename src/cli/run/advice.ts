import type { Listening } from '../proc.ts';
import type { Place } from './command.ts';

/** How well-known servers are told where to listen. */
const BIND: Readonly<Record<string, string>> = {
  gunicorn: '--bind {host}:{port}',
  uvicorn: '--host {host} --port {port}',
  hypercorn: '--bind {host}:{port}',
  daphne: '-b {host} -p {port}',
  waitress: '--listen={host}:{port}',
  'manage.py': 'runserver {host}:{port}',
  'http.server': '{port} --bind {host}',
  flask: 'run --host {host} --port {port}',
  puma: '-b tcp://{host}:{port}',
  rails: 'server -b {host} -p {port}',
  next: 'dev -H {host} -p {port}',
  vite: '--host {host} --port {port} --strictPort',
  php: '-S {host}:{port}',
};

const inKnownWords = (command: readonly string[]): string => {
  const known = command.flatMap((word) => Object.keys(BIND).filter((name) => word.replace(/^.*\//, '').startsWith(name)));
  return known[0] === undefined
    ? 'Let it listen on the address in HOST and PORT, or write {host} and {port} where the command takes them.'
    : `For ${known[0]}: ${BIND[known[0]]} (Sallyport fills in {host} and {port}).`;
};

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';
const text = ({ address, port }: Listening): string => `${address.includes(':') ? `[${address}]` : address}:${port}`;

/** A warning where the app's port can be reached from other machines; undefined where it cannot. */
export function exposure(sockets: readonly Listening[], command: readonly string[], { port }: Place): string | undefined {
  const open = sockets.filter((socket) => socket.port === port && !isLoopback(socket.address));
  if (open.length === 0) return undefined;
  return `the app listens on ${open.map(text).join(' and ')}, which other machines may reach: whoever comes to it past this front can forge `
    + `everything it is told (https, client address). ${inKnownWords(command)}`;
}

/** Why waiting for the app was in vain. */
export function notListening(sockets: readonly Listening[], command: readonly string[], { host, port, seconds }: Place & { readonly seconds: number }): string {
  const seen = sockets.length === 0 ? 'it does not listen on any TCP port yet' : `it listens on ${sockets.map(text).join(' and ')} instead`;
  return `The app does not accept connections on ${host}:${port} after ${seconds} seconds: ${seen}. ${inKnownWords(command)}`;
}
