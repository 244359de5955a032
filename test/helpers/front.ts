/** The real program, as a person starts it: `sallyport …`, on free loopback ports, told apart by its log. */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchOnce } from './client.ts';
import type { Ask, Got } from './client.ts';
import { startProgram, runProgram } from './program.ts';
import type { Exit, Program } from './program.ts';
import { eventually } from './scope.ts';
import type { Scope } from './scope.ts';
import { exchange, Talk } from './talk.ts';
import type { TalkOptions } from './talk.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BIN = join(ROOT, 'bin/sallyport.js');

/** The program and what runs it: Node, or with SALLYPORT_TEST_RUNTIME=bun Bun. */
export const onBun = process.env['SALLYPORT_TEST_RUNTIME'] === 'bun';
export const SALLYPORT: readonly [runtime: string, bin: string] = [onBun ? join(ROOT, 'node_modules/.bin/bun') : process.execPath, BIN];

export type LogEvent = Readonly<Record<string, unknown>> & { readonly event?: string };

/** One authority per test process: fronts that start one after the other share it, as they do on a person's machine. */
let shared: string | undefined;
export const dataDir = (): string => {
  if (shared === undefined) {
    shared = mkdtempSync(join(tmpdir(), 'sallyport-data-'));
    const dir = shared;
    process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  }
  return shared;
};

/** What a front is started with: nothing of the tests' own surroundings but what a program needs. */
export const frontEnv = (extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'], HOME: dataDir(), TMPDIR: process.env['TMPDIR'], SALLYPORT_DATA_DIR: dataDir(), ...extra,
});

/** The local authority's certificate, PEM. */
export const authority = (dir = dataDir()): string => {
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(pem|crt)$/.test(name)) continue;
    const text = readFileSync(join(dir, name), 'utf8');
    if (text.includes('BEGIN CERTIFICATE') && new X509Certificate(text).ca) return text;
  }
  throw new Error(`no authority under ${dir}`);
};

export interface Front extends Program {
  /** Origins a browser would use, with `localhost` for the host; undefined where the door is off. */
  readonly https: string;
  readonly http: string;
  readonly httpsPort: number;
  readonly httpPort: number;
  readonly ready: LogEvent;
  /** Its log so far: every line of standard output that is JSON. */
  events(): LogEvent[];
  /** Waits for an event. */
  event(what: string, match: (event: LogEvent) => boolean, ms?: number): Promise<LogEvent>;
  /** A path (through the https door), or a whole URL whose port is one of the doors. Believes the local authority alone. */
  get(pathOrUrl: string, ask?: Ask): Promise<Got>;
  /** A path through the http door. */
  getHttp(path: string, ask?: Ask): Promise<Got>;
  /** As `get`, over one connection that is kept and used again. */
  getKept(path: string, ask?: Ask): Promise<Got>;
  talk(door?: 'https' | 'http', options?: TalkOptions): Promise<Talk>;
  /** Sends bytes, reads until the front closes. */
  exchange(bytes: string | Buffer, door?: 'https' | 'http', ms?: number): Promise<{ text: string; ended: string }>;
}

const portOf = (url: unknown): number => {
  if (typeof url !== 'string' || !url.startsWith('http')) return -1;
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
};

const parse = (text: string): LogEvent[] => text.split('\n').flatMap((line) => {
  if (!line.startsWith('{')) return [];
  try { return [JSON.parse(line) as LogEvent]; } catch { return []; } // the last line may still be on its way
});

const DOORS: Record<string, readonly string[]> = {
  '--https': ['--https', '127.0.0.1:0'], '--http': ['--http', '127.0.0.1:0'], '--log': ['--log', 'json'],
};

/** Adds doors on free ports and the JSON log, where the arguments do not say otherwise; before a `--`, if there is one. */
export const withDoors = (args: readonly string[]): string[] => {
  const cut = args.includes('--') ? args.indexOf('--') : args.length;
  const own = args.slice(0, cut);
  if (own.includes('--config')) return [...args]; // the file says it all
  const has = (flag: string): boolean => own.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
  const added = Object.entries(DOORS).flatMap(([flag, words]) => (has(flag) ? [] : words));
  if (has('--cert') && !has('--workers')) added.push('--workers', '1'); // a process for each core is for the tests that ask for it
  return [...own, ...added, ...args.slice(cut)];
};

export interface FrontOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** What comes before the program: `setpriv …`. */
  readonly as?: readonly string[];
  /** In the place of {@link SALLYPORT}. */
  readonly program?: readonly string[];
}

/** Starts a front and waits until it says that it is ready. */
export const startFront = async (scope: Scope, args: readonly string[], options: FrontOptions = {}): Promise<Front> => {
  const env = frontEnv(options.env);
  const program = startProgram(scope, [...options.as ?? [], ...options.program ?? SALLYPORT, ...withDoors(args)], { cwd: options.cwd ?? ROOT, env });
  const events = (): LogEvent[] => parse(program.stdout());
  const event = (what: string, match: (event: LogEvent) => boolean, ms = 5000): Promise<LogEvent> =>
    eventually(`the log to tell ${what}`, () => events().find(match), ms)
      .catch((error: unknown) => { throw new Error(`${String(error)}\nThe log:\n${program.stdout()}\n${program.stderr()}`); });
  const ready = await eventually('the front to be ready', () => {
    const found = events().find((e) => e.event === 'ready');
    if (found === undefined && program.child.exitCode !== null) throw new Error(`the front ended with ${program.child.exitCode}:\n${program.stdout()}\n${program.stderr()}`);
    return found;
  }, 20_000).catch((error: unknown) => { throw new Error(`${String(error)}\nIt printed:\n${program.stdout()}\n${program.stderr()}`); });

  const httpsPort = portOf(ready['https']);
  const httpPort = portOf(ready['http']);
  const https = `https://localhost:${httpsPort}`;
  const http = `http://localhost:${httpPort}`;
  const port = (door: 'https' | 'http'): number => door === 'https' ? httpsPort : httpPort;
  const talk = async (door: 'https' | 'http' = 'https', more: TalkOptions = {}): Promise<Talk> => {
    const opened = await Talk.open(port(door), { tls: door === 'https', ...more });
    scope.after(() => { opened.drop(); });
    return opened;
  };
  const certificates = args.includes('--cert');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  scope.after(() => { agent.destroy(); });
  return {
    ...program, https, http, httpsPort, httpPort, ready, events, event, talk,
    get: (pathOrUrl, ask = {}) => {
      const ca = certificates ? undefined : authority(String(env['SALLYPORT_DATA_DIR']));
      return fetchOnce(pathOrUrl.startsWith('/') ? https + pathOrUrl : pathOrUrl, { ca, ...ask });
    },
    getKept: (path, ask = {}) => fetchOnce(https + path, { agent, ...ask, headers: ['Connection', 'keep-alive', ...Object.entries(ask.headers ?? {}).flat()] }),
    getHttp: (path, ask = {}) => fetchOnce(http + path, ask),
    exchange: (bytes, door = 'https', ms = 10_000) => exchange(port(door), bytes, { tls: door === 'https', ms }),
  };
};

/** Runs the program to its end, for calls that should fail or only print. */
export const runFront = (args: readonly string[], options: FrontOptions = {}): Promise<{ exit: Exit; stdout: string; stderr: string }> =>
  runProgram([...options.as ?? [], ...options.program ?? SALLYPORT, ...args], { cwd: options.cwd ?? ROOT, env: frontEnv(options.env) });
