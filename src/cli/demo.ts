import { parseArgs } from 'node:util';
import { resolveConfig } from '../config/resolve.ts';
import { ConfigError } from '../config/problems.ts';
import type { LogFormat } from '../config/settings.ts';
import { DoorError } from '../front/doors.ts';
import { startFront } from '../front/front.ts';
import type { Front } from '../front/front.ts';
import { startDemoApp } from './demo/app.ts';
import type { DemoApp } from './demo/app.ts';

const HELP = `Usage: sallyport demo [--https [addr:]port] [--http [addr:]port] [--log pretty|json|combined|off]

Starts a small app that speaks only HTTP, and the front before it: https://localhost:8443 and http://localhost:8080.
The page shows what a client sent and what the app was told, and tries to fool it. Ctrl-C ends everything.
`;

interface DemoFlags {
  readonly https: string;
  readonly http: string;
  readonly log: LogFormat;
}

/** `sallyport demo`. Gives the exit status: 0 after a clean stop, 1 where running failed, 2 where the call is wrong. */
export async function runDemo(argv: string[]): Promise<number> {
  let flags: DemoFlags | 'help';
  try {
    flags = parseFlags(argv);
  } catch (error) {
    process.stderr.write(`sallyport demo: ${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (flags === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const stopped = untilSignal(); // before anything is started: a Ctrl-C in between counts too
  const app = await startDemoApp();
  try {
    const front = await openFront(app, flags);
    app.doors = front.ready;
    sayReady(front, flags.log);
    await stopped.first;
    const atOnce = stopped.second.then(() => front.stopNow());
    await Promise.race([front.stop(), atOnce]);
    return 0;
  } catch (error) {
    process.stderr.write(`sallyport demo: ${explain(error)}\n`);
    return error instanceof ConfigError ? 2 : 1;
  } finally {
    stopped.forget();
    await app.close();
  }
}

function parseFlags(argv: string[]): DemoFlags | 'help' {
  const { values } = parseArgs({
    args: argv,
    options: { https: { type: 'string' }, http: { type: 'string' }, log: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) return 'help';
  // The same ports for everybody, root too, so that what the README says is what is there.
  const { https = '8443', http = '8080', log = process.stdout.isTTY ? 'pretty' : 'json' } = values;
  return { https, http, log: log as LogFormat }; // resolveConfig refuses what is none
}

function openFront(app: DemoApp, flags: DemoFlags): Promise<Front> {
  const config = { app: `http://127.0.0.1:${app.port}`, https: flags.https, http: flags.http, log: flags.log, grace: 2 };
  const settings = resolveConfig(config, { folder: process.cwd(), defaultLog: 'json' });
  return startFront(settings, { observe: app.reports.note });
}

function sayReady({ ready, authorityFiles }: Front, log: LogFormat): void {
  if (log === 'json') {
    process.stdout.write(`${JSON.stringify({ event: 'ready', ...ready })}\n`);
    return;
  }
  const doors = [
    ready.https && `  ${ready.https}   open this one`,
    ready.http && `  ${ready.http}    the plain door: it sends you to the other`,
    `  ${ready.app}   the app, which speaks only HTTP`,
  ].filter(Boolean).join('\n');
  const trust = authorityFiles.length === 0 ? '' : '\nThe browser will warn until it knows the local authority that signed the certificate: sallyport trust\n';
  process.stdout.write(`\nThe Sallyport demo is ready. Ctrl-C ends everything.\n\n${doors}\n${trust}\n`);
}

function explain(error: unknown): string {
  if (error instanceof DoorError && error.code === 'EADDRINUSE') return `${error.message}. Something else listens there: stop it, or take other ports with --https and --http.`;
  return error instanceof Error ? error.message : String(error);
}

/** The first SIGINT or SIGTERM asks for a clean stop, the second for an end at once. */
function untilSignal(): { readonly first: Promise<void>; readonly second: Promise<void>; forget(): void } {
  let heard = 0;
  let tellFirst = (): void => {};
  let tellSecond = (): void => {};
  const first = new Promise<void>((resolve) => { tellFirst = resolve; });
  const second = new Promise<void>((resolve) => { tellSecond = resolve; });
  const onSignal = (): void => (++heard === 1 ? tellFirst() : tellSecond());
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return { first, second, forget() { for (const signal of signals) process.removeListener(signal, onSignal); } };
}
