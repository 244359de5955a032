/** The Node apps of test/e2e/node-apps, each a process of its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './front.ts';
import { startProgram } from './program.ts';
import type { Program } from './program.ts';
import type { Scope } from './scope.ts';

const FOLDER = join(ROOT, 'test/e2e/node-apps');

export type NodeFramework = 'express' | 'fastify' | 'koa';

export interface NodeApp extends Program {
  /** As the front's command line takes it. */
  readonly address: string;
}

export interface NodeAppOptions {
  /** The line that says whom to believe, instead of the one in the file; undefined leaves that, empty takes it out. */
  readonly trust?: string;
  /** Redirects what is not https to https. */
  readonly redirect?: boolean;
  /** Listen on this unix socket instead of a free port. */
  readonly unix?: string;
}

/** What `/truth` says about the request it got. */
export interface NodeTold {
  readonly secure: boolean;
  readonly protocol: string;
  readonly host: string;
  readonly hostname: string;
  /** The client. */
  readonly ip?: string;
  readonly ips?: readonly string[];
}

/** The line of each app that says whom to believe. */
export const TRUST_LINE: Readonly<Record<NodeFramework, string>> = {
  express: 'app.set(\'trust proxy\', \'loopback\');',
  fastify: 'const app = fastify({ trustProxy: \'loopback\' });',
  koa: 'app.proxy = true;',
};

export const startNodeApp = async (scope: Scope, framework: NodeFramework, options: NodeAppOptions = {}): Promise<NodeApp> => {
  const file = join(FOLDER, `${framework}.mjs`);
  const line = TRUST_LINE[framework];
  const written = readFileSync(file, 'utf8');
  if (!written.includes(line)) throw new Error(`${file} has no line ${line}`);
  const running = startProgram(scope, [process.execPath, '--input-type=module', '--eval', options.trust === undefined ? written : written.replace(line, () => options.trust!)], {
    cwd: FOLDER, // imports are resolved from here
    env: { PATH: process.env['PATH'], PORT: options.unix ?? '0', ...options.redirect === true ? { REDIRECT: '1' } : {} },
  });
  const [, address = ''] = await running.prints(/listening on (\S+)/, 30_000);
  return { ...running, address };
};
