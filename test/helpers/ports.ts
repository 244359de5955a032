/** Ports for programs that have to be told theirs before they start. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the range from which the kernel gives port 0 and outgoing connections theirs (32768 on, on Linux): a port of that
// range, free a moment ago, may be somebody's before the program is up.
const LOWEST = 15_000;
const BEYOND = 30_000;

const isFree = (port: number): Promise<boolean> => new Promise((resolve) => {
  const server = createServer();
  server.once('error', () => { resolve(false); });
  server.listen(port, '127.0.0.1', () => { server.close(() => { resolve(true); }); });
});

/** A loopback port that nobody has, and that nobody gets by chance. */
export const quietPort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(LOWEST, BEYOND);
    if (await isFree(port)) return port;
  }
};
