/** The Django site of test/e2e/django behind Debian's uWSGI, with Debian's own Python. */
import { SITE, siteEnvironment } from './gunicorn.ts';
import { startProgram } from './program.ts';
import type { Program } from './program.ts';
import { program } from './real.ts';
import type { Scope } from './scope.ts';

export interface Uwsgi extends Program {
  /** As the front's command line takes it. */
  readonly address: string;
}

export interface UwsgiOptions {
  readonly site?: Readonly<Record<string, string>>;
  readonly unix?: string;
  readonly args?: readonly string[];
}

export const startUwsgi = async (scope: Scope, options: UwsgiOptions = {}): Promise<Uwsgi> => {
  const env = await siteEnvironment(scope, options.site);
  // --die-on-term: without it SIGTERM reloads (uWSGI's own documentation, "Signals for controlling uWSGI").
  const words = [program('uwsgi'), '--plugin', 'python3', '--module', 'wsgi:application', '--pythonpath', SITE, '--need-app', '--die-on-term', '--processes', '2', '--master', '--socket', options.unix ?? '127.0.0.1:0', ...options.args ?? []];
  const running = startProgram(scope, words, { cwd: SITE, env });
  await running.prints(/spawned uWSGI worker 2/);
  if (options.unix !== undefined) return { ...running, address: `uwsgi+unix:${options.unix}` };
  const [, port = ''] = await running.prints(/bound to TCP address 127\.0\.0\.1:(\d+)/);
  return { ...running, address: `uwsgi://127.0.0.1:${port}` };
};
