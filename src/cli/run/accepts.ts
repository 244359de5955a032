import { connect, createServer } from 'node:net';

/** A loopback port that is free at this moment. Another program may take it in between; that shows as the app's own error. */
export const freePort = (): Promise<number> => new Promise((resolve, reject) => {
  const server = createServer();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
  });
});

const HOSTS = ['127.0.0.1', '::1'];

/**
 * Waits until the port takes connections on 127.0.0.1 or ::1 and gives that address; undefined after `ms` milliseconds
 * or once given up. The time is looked at here: AbortSignal.any holds a timeout's signal so weakly that it may never fire.
 */
export async function waitForPort(port: number, ms: number, givenUp: AbortSignal): Promise<string | undefined> {
  for (const until = performance.now() + ms; performance.now() < until && !givenUp.aborted;) {
    for (const host of HOSTS) if (await accepts(host, port)) return givenUp.aborted ? undefined : host;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  return undefined;
}

const accepts = (host: string, port: number): Promise<boolean> => new Promise((resolve) => {
  const socket = connect({ host, port, timeout: 1000 });
  const done = (answer: boolean) => (): void => { socket.destroy(); resolve(answer); };
  socket.once('connect', done(true)).once('error', done(false)).once('timeout', done(false));
});
