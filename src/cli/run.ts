import { constants } from 'node:os';
import type { Settings } from '../config/settings/settings.ts';
import type { Flags } from './flags.ts';
import { listeningBelow } from './proc.ts';
import { freePort, waitForPort } from './run/accepts.ts';
import { exposure, notListening } from './run/advice.ts';
import { startApp, type AppExit, type AppProcess } from './run/app-process.ts';
import { appEnvironment, fillIn, type Place } from './run/command.ts';
import { operate } from './operate.ts';
import { createReload, type Origin } from './reload.ts';
import { announce, openServing, stop, type Serving } from './serve.ts';
import { readSettings, type ReadSettings, type Watched } from './settings.ts';
import { isCopy } from './launched.ts';
import { untilToldToStop } from './signals.ts';
import { RunError, type Terminal } from './terminal.ts';

/** Signals that mean something to an app and nothing to a front. */
const PASSED_ON: readonly NodeJS.Signals[] = ['SIGUSR1', 'SIGQUIT', 'SIGWINCH'];

/** Seconds an app gets to accept its first connection; large ones load for a while. */
export const START_SECONDS = 60;

const NO_UPGRADE = { upgrade: (): never => { throw new Error('This front started its app, which ends with it: sallyport run cannot be upgraded. Start the app by itself, and the front with sallyport PORT.'); } };

export interface RunOptions {
  readonly flags: Flags;
  readonly terminal: Terminal;
  readonly startSeconds?: number;
}

/**
 * `sallyport run -- COMMAND`: starts the app on a free loopback port, fronts it, and ends with it: 0 if it had served
 * and ended with 0, else 1, and the message has the app's own status. Told to stop, it first lets running answers finish,
 * then passes the signal on to the app.
 */
export async function run(command: readonly string[], options: RunOptions): Promise<number> {
  const { flags, terminal } = options;
  const place: Place = { host: '127.0.0.1', port: await freePort() };
  const { settings, watched } = await readSettings({ started: `${place.host}:${place.port}` }, flags, terminal); // wrong flags are told before anything runs
  const words = fillIn(command, place);
  if (settings.user !== undefined) throw new RunError(`--user ${settings.user.name}: sallyport run starts the app too, and that would run as the user who starts it. Next: start both as ${settings.user.name} (runuser -u ${settings.user.name} -- sallyport run …), or start the app by itself and the front with sallyport PORT --user ${settings.user.name}.`, 2);
  const app = await startApp(words, appEnvironment(terminal.env, place), terminal.cwd);
  const graceMs = settings.grace * 1000;
  let front: Serving | undefined;
  let stopping = false;

  const waiting = new AbortController();
  const ended = app.exited.then((exit) => {
    waiting.abort();
    return stopping ? 0 : tellExit(exit, words, { terminal, served: front !== undefined });
  });
  // With a log file SIGUSR2 is the front's own: to Gunicorn it would mean to start itself anew.
  const passed = [...PASSED_ON, ...(settings.logFile === undefined ? ['SIGUSR2' as const] : []), ...(terminal.interactive ? [] : ['SIGHUP' as const])];
  const release = passOn(app, passed);
  let released = (): void => undefined;
  const failed = frontFor(app, { ...options, place, words, waiting: waiting.signal, settings, watched }).then(async (opened) => {
    front = opened.front;
    released = await operate(opened.front, { reload: createReload(opened.front, opened), watched: opened.watched, signals: settings.logFile === undefined ? [] : ['SIGUSR2'], upgrade: NO_UPGRADE });
    await announce(front);
    return await (front.failed ?? new Promise<never>(() => {})); // from here on only a signal or the app's end matters
  });
  const over = untilToldToStop({
    async stop(signal) {
      stopping = true;
      waiting.abort();
      const open = front;
      front = undefined;
      if (open !== undefined) await stop(open);
      await app.end(signal === 'SIGHUP' ? 'SIGTERM' : signal, graceMs);
    },
    stopNow: () => app.kill(),
  }, ended, terminal.interactive ? ['SIGTERM', 'SIGINT', 'SIGHUP'] : ['SIGTERM', 'SIGINT']);

  try {
    return await Promise.race([failed, over]);
  } finally {
    release();
    released();
    stopping = true;
    front?.stopNow();
    await app.end('SIGTERM', Math.min(graceMs, 5000));
  }
}

interface Start extends RunOptions {
  readonly place: Place;
  readonly words: readonly string[];
  readonly settings: Settings;
  readonly watched: Watched | undefined;
  readonly waiting: AbortSignal;
}

/** Waits for the app and opens the front before it. Never resolves where waiting was given up, since an end is under way. */
async function frontFor(app: AppProcess, { place, words, settings, watched, waiting, flags, terminal, startSeconds = START_SECONDS }: Start): Promise<Origin & { readonly front: Serving }> {
  const host = await waitForPort(place.port, startSeconds * 1000, waiting);
  if (waiting.aborted) return await new Promise<never>(() => {});
  const sockets = listeningBelow(app.pid);
  if (host === undefined) throw new RunError(notListening(sockets, words, { ...place, seconds: startSeconds }));
  const warning = exposure(sockets, words, place);
  if (warning !== undefined && settings.log !== 'json') terminal.err(`sallyport: warning: ${warning}\n`);
  const read = (): Promise<ReadSettings> => readSettings({ started: host === place.host ? `${host}:${place.port}` : `[${host}]:${place.port}` }, flags, terminal);
  const there = host === place.host ? settings : (await read()).settings;
  const front = await openServing(there, there.workers === 'auto' ? 1 : there.workers); // one app, and its terminal
  if (warning !== undefined && settings.log === 'json') front.log.event({ event: 'app-exposed', level: 'warn', message: `${warning[0]!.toUpperCase()}${warning.slice(1)}` });
  return { front, settings: there, read, watched };
}

/** Says that the app ended by itself, and how; that is a failure unless it had served and ended with 0. */
function tellExit({ code, signal }: AppExit, words: readonly string[], { terminal, served }: { readonly terminal: Terminal; readonly served: boolean }): number {
  const early = served ? '' : ' before it accepted a connection';
  terminal.err(`sallyport: the app (${words[0]}) ended ${signal === null ? `with status ${code}` : `by ${signal}`}${early}.\n`);
  return served && code === 0 ? 0 : 1;
}

/** Passes signals on until released. A hang-up is the app's (reload) unless it is the terminal that is gone. */
function passOn(app: AppProcess, passed: readonly NodeJS.Signals[]): () => void {
  const signals = passed.filter((signal) => signal in constants.signals);
  const handler = (signal: NodeJS.Signals): void => { if (!isCopy(signal)) app.signal(signal); };
  for (const signal of signals) process.on(signal, handler);
  return () => { for (const signal of signals) process.off(signal, handler); };
}
