/** PHP-FPM with a pool of its own in a temporary folder, as whoever runs the tests. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { startProgram } from './program.ts';
import type { Program } from './program.ts';
import { program } from './real.ts';
import { tempDir } from './scope.ts';
import type { Scope } from './scope.ts';

export interface PhpFpm extends Program {
  /** As the front's command line takes it. */
  readonly address: string;
}

export interface PhpFpmOptions {
  /** Listens on a unix socket instead of a TCP port. */
  readonly unix?: boolean;
  readonly processes?: number;
  /** Lines of the pool: `php_admin_value[x] = y`. */
  readonly lines?: readonly string[];
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

export const startPhpFpm = async (scope: Scope, options: PhpFpmOptions = {}): Promise<PhpFpm> => {
  const dir = tempDir(scope);
  const root = process.getuid?.() === 0;
  // The one thing that FPM cannot be asked for is a free port; whoever takes this one meanwhile makes FPM end with a message.
  const listen = options.unix === true ? join(dir, 'fpm.sock') : `127.0.0.1:${await freePort()}`;
  writeFileSync(join(dir, 'fpm.conf'), [
    '[global]', 'daemonize = no', `error_log = ${join(dir, 'fpm.log')}`, '[www]', `listen = ${listen}`, ...root ? ['user = root', 'group = root'] : [],
    'pm = static', `pm.max_children = ${options.processes ?? 3}`, ...options.lines ?? [], '',
  ].join('\n'));
  const running = startProgram(scope, [program('php-fpm'), '--nodaemonize', '--force-stderr', '--fpm-config', join(dir, 'fpm.conf'), ...root ? ['--allow-to-run-as-root'] : []]);
  await running.prints(/ready to handle connections/);
  return { ...running, address: options.unix === true ? `fastcgi+unix:${listen}` : `fastcgi://${listen}` };
};
