import { resolveConfig } from '../config/resolve/resolve.ts';
import type { Front } from '../front/front.ts';
import { startDemoApp } from './demo/app.ts';
import { configFromFlags, flagOf } from './flags-to-config.ts';
import type { Flags } from './flags.ts';
import { openFront } from './open-front.ts';
import { untilToldToStop } from './signals.ts';
import { RunError, type Terminal } from './terminal.ts';

/** The same ports for everybody, root too, so that what the README says is what is there. */
const DOORS = { https: '8443', http: '8080' };

/** Seconds that running answers get at the end: somebody pressed Ctrl-C and looks on. */
const GRACE = 2;

/**
 * `sallyport demo`. Serves until a signal; 0 after a clean stop.
 * @throws RunError where it cannot run, ConfigError where a flag's value is wrong.
 */
export async function runDemo(flags: Flags, terminal: Terminal): Promise<number> {
  const { front: said, site, problems } = configFromFlags(undefined, flags, terminal.cwd);
  problems.throwIfAny();
  const ignored = [...Object.keys(site), ...Object.keys(said).filter((key) => !['https', 'http', 'log'].includes(key))];
  if (ignored.length > 0 || flags.config !== undefined) throw new RunError(`The demo takes --https, --http and --log alone; ${flags.config === undefined ? flagOf(ignored[0]!) : '--config'} is for an app of your own: sallyport --help`, 2);
  const app = await startDemoApp();
  try {
    const settings = resolveConfig(
      { app: `http://127.0.0.1:${app.port}`, ...DOORS, ...said, grace: GRACE },
      { folder: terminal.cwd, defaultLog: terminal.interactive ? 'pretty' : 'json', nameOf: ([key]) => flagOf(String(key)) },
    );
    const front = await openFront(settings, { observe: app.reports.note });
    app.doors = front.ready;
    if (settings.log === 'pretty') terminal.out(readyText(front));
    else front.log.ready(front.ready);
    return await untilToldToStop({ stop: () => front.stop(), stopNow: () => front.stopNow() });
  } finally {
    await app.close();
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
