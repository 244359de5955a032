/** The Rails app of test/e2e/rails behind Debian's Puma, on Debian's own gems. */
import { join } from 'node:path';
import { ROOT } from './front.ts';
import { startProgram } from './program.ts';
import type { Program } from './program.ts';
import { program } from './real.ts';
import { tempDir } from './scope.ts';
import type { Scope } from './scope.ts';

export interface Rails extends Program {
  /** As the front's command line takes it. */
  readonly address: string;
}

export interface RailsOptions {
  /** Lines for the app's configuration, as a page or an explanation has them. */
  readonly config?: readonly string[];
  /** Listen on this unix socket instead of a free port. */
  readonly unix?: string;
}

/** What `/truth` says about the request it got. */
export interface RailsTold {
  readonly secure: boolean;
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly base_url: string;
  readonly url: string;
  readonly original_url: string;
  /** Rails' word on the client, without the proxies it trusts. */
  readonly remote_ip: string;
  /** Rack's. */
  readonly ip: string;
  readonly scheme: string;
  readonly method: string;
  /** The variables that could carry the truth. */
  readonly told: Readonly<Record<string, string>>;
}

export const RAILS_SITE = join(ROOT, 'test/e2e/rails');

/** Nothing is inherited: another Ruby may stand before Debian's on this machine's PATH. */
export const railsEnvironment = (data: string, config: readonly string[] = []): NodeJS.ProcessEnv => ({
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: data, TMPDIR: data, LC_ALL: 'C.UTF-8', RAILS_ENV: 'production',
  SECRET_KEY_BASE: 'a key for tests alone, long enough for Rails', SITE_DATA: data, SITE_CONFIG: config.join('\n'),
});

export const startRails = async (scope: Scope, options: RailsOptions = {}): Promise<Rails> => {
  const env = railsEnvironment(tempDir(scope), options.config);
  const bind = options.unix === undefined ? 'tcp://127.0.0.1:0' : `unix://${options.unix}`;
  const running = startProgram(scope, [program('puma'), '--bind', bind, '--threads', '2:4', 'config.ru'], { cwd: RAILS_SITE, env });
  const [, listening = ''] = await running.prints(/Listening on (\S+)/, 60_000);
  return { ...running, address: options.unix === undefined ? `127.0.0.1:${new URL(listening).port}` : `unix:${options.unix}` };
};
