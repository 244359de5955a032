/** A real nginx with a configuration of the test's own, in a folder that goes with the test. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProgram } from './program.ts';
import type { Program } from './program.ts';
import { program } from './real.ts';
import { tempDir } from './scope.ts';
import type { Scope } from './scope.ts';

export interface Nginx extends Program {
  /** Its configuration and logs. */
  readonly dir: string;
}

/** Starts nginx with what stands inside `http { … }`, and waits until its workers run: its listening sockets are open by then. */
export const startNginx = async (scope: Scope, http: string): Promise<Nginx> => {
  const dir = tempDir(scope);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => {
    mkdirSync(join(dir, name));
    return `  ${name}_temp_path ${join(dir, name)};\n`;
  });
  const pid = join(dir, 'nginx.pid');
  // Started by root its workers would change to another user, who may not look into the test's folders.
  const user = process.getuid?.() === 0 ? 'user root;\n' : '';
  writeFileSync(join(dir, 'nginx.conf'), `${user}daemon off;\nworker_processes 1;\npid ${pid};\nerror_log stderr notice;\nevents { worker_connections 512; }\nhttp {\n  access_log off;\n${places.join('')}${http}\n}\n`);
  const running = startProgram(scope, [program('nginx'), '-p', dir, '-e', 'stderr', '-c', join(dir, 'nginx.conf')], {});
  await running.prints(/start worker process \d+/);
  return { ...running, dir };
};
