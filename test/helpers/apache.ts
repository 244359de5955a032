/** A real Apache httpd with a configuration of the test's own, in a folder that goes with the test. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProgram } from './program.ts';
import type { Program } from './program.ts';
import { program } from './real.ts';
import { eventually, tempDir } from './scope.ts';
import type { Scope } from './scope.ts';

export interface Apache extends Program {
  /** Its configuration and logs; readable for its workers. */
  readonly dir: string;
  /** Its error log so far. */
  errors(): string;
}

export interface ApacheOptions {
  /** Modules beside the few that every server has, without `mod_` and `.so`: `ssl`, `proxy`, `proxy_http`. */
  readonly modules: readonly string[];
  /** The environment its workers have; nothing is inherited. */
  readonly env?: NodeJS.ProcessEnv;
}

const MODULES = '/usr/lib/apache2/modules';
const ALWAYS = ['mpm_event', 'authz_core', 'dir', 'mime'];

/** Starts Apache with this configuration (`Listen`, `<VirtualHost>` …), and waits until it serves. */
export const startApache = async (scope: Scope, configuration: string, options: ApacheOptions): Promise<Apache> => {
  const dir = tempDir(scope);
  chmodSync(dir, 0o755);
  const file = join(dir, 'apache.conf');
  const log = join(dir, 'error.log'); // not /dev/stderr: that is a socket here, which nobody can open a second time
  const errors = (): string => existsSync(log) ? readFileSync(log, 'utf8') : '';
  // Started by root its workers run as www-data; Apache refuses to serve as root.
  const user = process.getuid?.() === 0 ? 'User www-data\nGroup www-data\n' : '';
  const modules = [...new Set([...ALWAYS, ...options.modules])].map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so\n`);
  writeFileSync(file, `ServerRoot ${dir}\nServerName localhost\nPidFile ${join(dir, 'apache.pid')}\nDefaultRuntimeDir ${dir}\nErrorLog ${log}\nLogLevel notice\nTypesConfig /etc/mime.types\n${user}`
    + `StartServers 1\nMaxRequestWorkers 75\nTimeout 30\n${modules.join('')}${configuration}\n`);
  const running = startProgram(scope, [program('apache2'), '-DFOREGROUND', '-f', file], { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', ...options.env } });
  await eventually('Apache to serve', () => {
    if (running.child.exitCode !== null) throw new Error(`Apache ended with ${running.child.exitCode}:\n${running.stderr()}\n${errors()}`);
    return errors().includes('resuming normal operations');
  }, 15_000);
  return { ...running, dir, errors };
};
