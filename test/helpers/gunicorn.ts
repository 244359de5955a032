/** The Django site of test/e2e/django behind Debian's Gunicorn, with Debian's own Python. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './front.ts';
import { startProgram, runProgram } from './program.ts';
import type { Program } from './program.ts';
import { program } from './real.ts';
import { tempDir } from './scope.ts';
import type { Scope } from './scope.ts';

const SITE = join(ROOT, 'test/e2e/django');
export const ADMIN = { name: 'admin', password: 'a long password for tests' } as const;

// Nothing is inherited: another Python may stand before Debian's on this machine's PATH.
const environment = (data: string, settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: data, LC_ALL: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1',
  PYTHONPATH: SITE, DJANGO_SETTINGS_MODULE: 'settings', SITE_DATA: data, ...settings,
});

/** Migrated once per test process; each site starts from a copy. */
let migrated: Promise<string> | undefined;
const database = (): Promise<string> => {
  migrated ??= (async () => {
    const data = mkdtempSync(join(tmpdir(), 'sallyport-django-'));
    process.on('exit', () => rmSync(data, { recursive: true, force: true }));
    const script = 'import django; django.setup()\n'
      + 'from django.core.management import call_command; call_command("migrate", verbosity=0)\n'
      + `from django.contrib.auth.models import User; User.objects.create_superuser("${ADMIN.name}", "a@example.com", "${ADMIN.password}")\n`;
    const { exit, stderr } = await runProgram([program('python3'), '-c', script], { env: environment(data, {}), ms: 60_000 });
    if (exit.code !== 0) throw new Error(`the test site's database could not be made:\n${stderr}`);
    return join(data, 'site.sqlite3');
  })();
  return migrated;
};

export interface GunicornOptions {
  /** `SITE_…` variables that test/e2e/django/settings.py reads. */
  readonly site?: Readonly<Record<string, string>>;
  readonly workers?: number;
  /** Listen on this unix socket instead of a free port. */
  readonly unix?: string;
  /** Listen on this port instead of a free one. */
  readonly port?: number;
  /** More of Gunicorn's own arguments. */
  readonly args?: readonly string[];
}

export interface Gunicorn extends Program {
  /** As the front's command line takes it. */
  readonly address: string;
  readonly port: number;
}

/** A site of one's own: its database in a folder that goes with the scope, and the environment that names it. */
export const siteEnvironment = async (scope: Scope, site: Readonly<Record<string, string>> = {}): Promise<NodeJS.ProcessEnv> => {
  const data = tempDir(scope);
  copyFileSync(await database(), join(data, 'site.sqlite3'));
  return environment(data, site);
};

/** The words of a command line that serves the site, without an address to bind; and the environment it needs. */
export const gunicornCommand = async (scope: Scope, options: GunicornOptions = {}): Promise<{ command: string[]; env: NodeJS.ProcessEnv }> => {
  return {
    command: [program('gunicorn'), '--workers', String(options.workers ?? 2), '--worker-class', 'sync', '--graceful-timeout', '2', ...options.args ?? [], 'wsgi:application'],
    env: await siteEnvironment(scope, options.site),
  };
};

export const startDjango = async (scope: Scope, options: GunicornOptions = {}): Promise<Gunicorn> => {
  const { command, env } = await gunicornCommand(scope, options);
  const bind = options.unix === undefined ? `127.0.0.1:${options.port ?? 0}` : `unix:${options.unix}`;
  const running = startProgram(scope, [...command.slice(0, -1), '--bind', bind, command.at(-1) ?? ''], { cwd: SITE, env });
  const [, listening = ''] = await running.prints(/Listening at: (\S+)/);
  await running.prints(new RegExp(`(Booting worker[^]*){${options.workers ?? 2}}`));
  const port = options.unix === undefined ? Number(new URL(listening).port) : -1;
  return { ...running, port, address: options.unix === undefined ? `127.0.0.1:${port}` : `unix:${options.unix}` };
};

export { SITE };
