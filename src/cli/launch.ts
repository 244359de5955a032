import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants as modes, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { inheritedCount } from './inherited.ts';
import { LAUNCHER } from './launched.ts';
import { singleExecutable } from './own-files.ts';
import { RunError, type Terminal } from './terminal.ts';

/** What serving on Bun was built on and is tested with; earlier ones lack parts of TLS on accepted sockets. */
const OLDEST_BUN = [1, 4, 5] as const;

/** Bun would read .env and bunfig.toml of the folder it is started in, and fetch what it does not find: that folder is the app's. */
const BUN_FLAGS = ['--no-env-file', '--config=/dev/null', '--no-install'];

const PASSED_ON: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];

/**
 * Serves on another runtime where `wanted` (`--runtime`) says so: gives the status that ended with, or undefined where this
 * process is to serve itself. `args` are those of the call. Node has no exec, so it stays, and passes on what comes.
 * @throws RunError where the runtime that was asked for is not there.
 */
export async function serveElsewhere(wanted: string | undefined, args: readonly string[], terminal: Terminal): Promise<number | undefined> {
  const onBun = 'bun' in process.versions;
  if (wanted !== undefined && !['auto', 'node', 'bun'].includes(wanted)) throw new RunError(`--runtime is ${JSON.stringify(wanted)}; expected auto, node or bun`, 2);
  if (wanted === undefined || wanted === (onBun ? 'bun' : 'node') || (wanted === 'auto' && onBun)) return undefined;
  if (singleExecutable) throw new RunError('--runtime node: this executable has Bun inside and serves on it. Next: leave --runtime out, or install Sallyport for Node: npm install sallyport', 2);
  const found = wanted === 'node' ? onPath('node', terminal) : findBuns(terminal);
  const taken = wanted === 'node' ? found[0] : found.find(isNewEnough);
  if (taken === undefined) {
    if (wanted === 'auto') return undefined;
    const expected = wanted === 'node' ? 'node on the PATH' : `Bun ${OLDEST_BUN.join('.')} or later, as the package bun in node_modules or as bun on the PATH`;
    throw new RunError(`--runtime ${wanted}: ${found.length === 0 ? 'there is none' : `${found.join(', ')} is not new enough`}; expected ${expected}. Next: ${wanted === 'node' ? 'install Node' : 'npm install bun'}, or leave --runtime out.`);
  }
  return await launch([taken, ...wanted === 'node' ? [] : BUN_FLAGS, process.argv[1]!, ...args], terminal);
}

/** Runs a command as if it were this process: its streams, descriptors, signals and end are this one's. */
function launch([program, ...args]: readonly [string, ...string[]], { env }: Terminal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: descriptors(env), env: { ...env, [LAUNCHER]: String(process.pid) } });
    const handlers = PASSED_ON.map((signal) => [signal, () => { child.kill(signal); }] as const);
    for (const [signal, pass] of handlers) process.on(signal, pass);
    child.on('error', (error) => reject(new RunError(`${program} could not be started: ${error.message}`)));
    child.on('exit', (status, signal) => {
      for (const [name, pass] of handlers) process.off(name, pass);
      if (signal !== null) process.kill(process.pid, signal); // whoever waits for this one sees the same end
      resolve(status ?? 128 + constants.signals[signal!]);
    });
  });
}

/** The three streams, and the sockets that a service manager opened (sd_listen_fds(3): from 3 on, LISTEN_FDS of them). */
export const descriptors = (env: Terminal['env']): ('inherit' | number)[] =>
  ['inherit', 'inherit', 'inherit', ...Array.from({ length: inheritedCount(env) }, (_, i) => i + 3)];

/** The packages in node_modules, of this program and of the folder, before the one on the PATH: those somebody chose for here. */
function findBuns(terminal: Terminal): string[] {
  const packages = [import.meta.url, join(terminal.cwd, 'here.js')].flatMap((from) => {
    try {
      const program = join(dirname(createRequire(from).resolve('bun/package.json')), 'bin', 'bun.exe'); // its name on every system
      return existsSync(program) ? [program] : [];
    } catch {
      return []; // no such package from there
    }
  });
  return [...new Set([...packages, ...onPath('bun', terminal)])];
}

function onPath(name: string, { env }: Terminal): string[] {
  return (env['PATH'] ?? '').split(delimiter).filter((dir) => dir !== '').map((dir) => join(dir, name)).filter((file) => {
    try {
      accessSync(file, modes.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export function isNewEnough(program: string): boolean {
  const said = /^(\d+)\.(\d+)\.(\d+)/.exec(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? '');
  if (said === null) return false; // a package whose program was never put in place says something else
  const version = said.slice(1).map(Number);
  const at = OLDEST_BUN.findIndex((part, i) => part !== version[i]);
  return at === -1 || version[at]! > OLDEST_BUN[at]!;
}
