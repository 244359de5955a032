/** A real HAProxy with a configuration of the test's own, in a folder that goes with the test. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProgram } from './program.ts';
import type { Program } from './program.ts';
import { program } from './real.ts';
import { tempDir } from './scope.ts';
import type { Scope } from './scope.ts';

export interface Haproxy extends Program {
  readonly dir: string;
}

const DEFAULTS = `global
  maxconn 200
  log stdout format raw local0 notice
defaults
  log global
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout tunnel 1m
`;

/** Starts HAProxy with these `frontend`, `backend` and `listen` sections. Its sockets are open when this resolves. */
export const startHaproxy = async (scope: Scope, sections: string): Promise<Haproxy> => {
  const dir = tempDir(scope);
  const file = join(dir, 'haproxy.cfg');
  writeFileSync(file, `${DEFAULTS}${sections}\n`);
  // -W: the master says when its worker, which has bound everything, has been forked.
  const running = startProgram(scope, [program('haproxy'), '-W', '-db', '-f', file], {});
  await running.prints(/Loading success/);
  return { ...running, dir };
};
