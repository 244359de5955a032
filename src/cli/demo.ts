import { parseArgs } from 'node:util';
import { CertificateError } from '../certs/events.ts';
import { resolveConfig } from '../config/resolve.ts';
import type { Settings } from '../config/settings.ts';
import { DoorError } from '../front/doors.ts';
import { startFront } from '../front/front.ts';
import type { Front } from '../front/front.ts';
import { startDemoApp } from './demo/app.ts';
import type { DemoApp } from './demo/app.ts';
import { doorTrouble } from './door-trouble.ts';
import { untilToldToStop } from './signals.ts';
import { RunError } from './terminal.ts';

const HELP = `Usage: sallyport demo [--https [addr:]port] [--http [addr:]port] [--log pretty|json|combined|off]

Starts a small app that speaks only HTTP, and the front before it: https://localhost:8443 and http://localhost:8080.
The page shows what a client sent and what the app was told, and tries to fool it. Ctrl-C ends everything.
`;

/** Seconds that running answers get at the end: somebody pressed Ctrl-C and looks on. */
const GRACE = 2;

/**
 * `sallyport demo`. Serves until a signal; 0 after a clean stop.
 * @throws RunError where it cannot run or the call is wrong, ConfigError where a flag's value is.
 */
export async function runDemo(argv: string[]): Promise<number> {
  const flags = parseFlags(argv);
  if (flags === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const app = await startDemoApp();
  try {
    const settings = resolveConfig(
      { app: `http://127.0.0.1:${app.port}`, ...flags, grace: GRACE },
      { folder: process.cwd(), defaultLog: process.stdout.isTTY ? 'pretty' : 'json', nameOf: (path) => `--${path.join('.')}` },
    );
    const front = await openFront(settings, app);
    app.doors = front.ready;
    if (settings.log === 'json') front.log.ready(front.ready);
    else process.stdout.write(readyText(front));
    return await untilToldToStop({ stop: () => front.stop(), stopNow: () => front.stopNow() });
  } finally {
    await app.close();
  }
}

/** The same ports for everybody, root too, so that what the README says is what is there. Undefined: help is wanted. */
function parseFlags(argv: string[]): { https: string; http: string; log?: string } | undefined {
  try {
    const { values: { help, ...values } } = parseArgs({
      args: argv,
      options: { https: { type: 'string' }, http: { type: 'string' }, log: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    return help === true ? undefined : { https: '8443', http: '8080', ...values };
  } catch (error) {
    throw new RunError(`${(error as Error).message}\n\n${HELP}`, 2);
  }
}

async function openFront(settings: Settings, app: DemoApp): Promise<Front> {
  try {
    return await startFront(settings, { observe: app.reports.note });
  } catch (error) {
    if (error instanceof DoorError) throw new RunError(doorTrouble(error));
    if (error instanceof CertificateError) throw new RunError(error.message, 2);
    throw error;
  }
}

function readyText({ ready }: Front): string {
  const doors = [
    [ready.https, 'open this one; a browser warns until it knows the certificate: sallyport trust'],
    [ready.http, 'the plain door, which sends you to the other'],
    [ready.app, 'the app itself, which speaks only HTTP'],
  ].flatMap(([url, what]) => (url === undefined ? [] : [`  ${url.padEnd(24)}  ${what}\n`]));
  return `\nThe Sallyport demo is ready. Ctrl-C ends everything.\n\n${doors.join('')}\n`;
}
