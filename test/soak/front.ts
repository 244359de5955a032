/** The front of a soak: the built program on one of the runtimes, with its configuration, its log and its doors. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificate } from '../helpers/certificate.ts';
import { BIN, ROOT } from '../helpers/front.ts';
import { eventually } from '../helpers/scope.ts';
import type { Apps } from './apps.ts';
import type { Content } from './content.ts';
import { Lines } from './lines.ts';
import { FILES } from './order.ts';

export interface FrontPlan { readonly runtime: 'node' | 'bun'; readonly workers: number }

type Configuration = (mark: number) => Record<string, unknown>;

export class Front {
  readonly pid: number;
  readonly ports: { readonly https: number; readonly http: number };
  readonly ca: string;
  readonly accessLog: string;
  /** Which configuration counts: each answer says it in X-Mark. `since`: for everything that begins after it (`performance.now()`). */
  readonly marks: { readonly mark: number; since: number }[] = [{ mark: 0, since: 0 }];
  readonly #dir: string;
  readonly #child: ChildProcess;
  readonly #configuration: Configuration;
  readonly #events: Lines;
  #reloading: Promise<unknown> = Promise.resolve();

  private constructor(dir: string, child: ChildProcess, { ports, ca, configuration }: Pick<Front, 'ports' | 'ca'> & { readonly configuration: Configuration }) {
    this.#configuration = configuration;
    this.#events = new Lines(join(dir, 'events.log'));
    this.#dir = dir;
    this.#child = child;
    this.pid = child.pid!;
    this.ports = ports;
    this.ca = ca;
    this.accessLog = join(dir, 'access.log');
  }

  static async start(dir: string, { runtime, workers }: FrontPlan, { apps, content }: { readonly apps: Apps; readonly content: Content }): Promise<Front> {
    const { cert, key, pem } = makeCertificate(dir, 'front', ['localhost']);
    const files = join(dir, 'files');
    mkdirSync(files);
    FILES.forEach((size, i) => { writeFileSync(join(files, `${i}.bin`), content.of('file', i, size)); });
    const app = (to: Parameters<Apps['of']>[0]): { app: string[] } => ({ app: apps.of(to).map(({ address }) => address) });
    const configuration = (mark: number): Record<string, unknown> => ({
      https: '127.0.0.1:0', http: '127.0.0.1:0', certificates: [{ cert, key }], workers, scheme: { '/': 'either' }, log: 'json', logFile: join(dir, 'access.log'),
      answerHeaders: { set: { 'X-Mark': String(mark) } },
      routes: {
        '/tcp/': { ...app('tcp'), readAhead: mark % 2 === 0 ? '1MiB' : '200k' }, '/stream/': { ...app('stream'), streamBodies: true }, '/unix/': app('unix'),
        '/pair/': { ...app('pair'), upstream: { fails: 3 + mark % 2 } }, '/uwsgi/': app('uwsgi'), '/files/': { static: files },
      },
    });
    writeFileSync(join(dir, 'sallyport.config.json'), JSON.stringify(configuration(0)));
    const events = join(dir, 'events.log');
    const out = openSync(events, 'a');
    const program = runtime === 'bun' ? join(ROOT, 'node_modules/.bin/bun') : process.execPath;
    const child = spawn(program, [BIN, '--config', join(dir, 'sallyport.config.json')], {
      cwd: dir, stdio: ['ignore', out, out], env: { PATH: process.env['PATH'], HOME: dir, SALLYPORT_DATA_DIR: join(dir, 'data') },
    });
    const ready = await eventually('the front to be ready', () => {
      const said = readFileSync(events, 'utf8');
      if (child.exitCode !== null) throw new Error(`the front ended:\n${said}`);
      return /^\{.*"event":"ready".*$/m.exec(said)?.[0];
    }, 60_000);
    const { https, http } = JSON.parse(ready) as { https: string; http: string };
    return new Front(dir, child, { ports: { https: Number(new URL(https).port), http: Number(new URL(http).port) }, ca: pem, configuration });
  }

  /** Another configuration counts from now on. */
  reload(): Promise<void> {
    return this.#inOrder(async () => {
      const mark = this.marks.at(-1)!.mark + 1;
      const change = { mark, since: Infinity };
      this.marks.push(change);
      await this.#read(JSON.stringify(this.#configuration(mark)), 'reloaded');
      change.since = performance.now();
    });
  }

  /** A configuration that is wrong changes nothing. */
  reloadWrongly(): Promise<void> {
    return this.#inOrder(() => this.#read(JSON.stringify({ ...this.#configuration(999_999), speaks: 'nonsense' }), 'reload-refused'));
  }

  /** Whether a request that began then may have been answered by the configuration of this mark. */
  mayHave(mark: number, began: number): boolean {
    const least = this.marks.findLast(({ since }) => since < began)!;
    return mark >= least.mark && mark <= this.marks.at(-1)!.mark;
  }

  #inOrder(step: () => Promise<void>): Promise<void> {
    const next = this.#reloading.then(step);
    this.#reloading = next.catch(() => undefined);
    return next;
  }

  async #read(text: string, event: 'reloaded' | 'reload-refused'): Promise<void> {
    this.#events.read();
    writeFileSync(join(this.#dir, 'sallyport.config.json'), text);
    this.signal('SIGHUP');
    const said = await eventually(`the front to say ${event}`, () => this.#events.read().find((line) => /"event":"reload/.test(line)), 60_000);
    if (!said.includes(`"event":"${event}"`)) throw new Error(`instead of ${event}: ${said}`);
  }

  get running(): boolean { return this.#child.exitCode === null && this.#child.signalCode === null; }

  signal(signal: NodeJS.Signals): void { this.#child.kill(signal); }

  /** The last of what it said that was not an access line. */
  said(): string { return readFileSync(join(this.#dir, 'events.log'), 'utf8').slice(-4000); }

  /** Ends it in order; gives its exit status, or the signal that it took. */
  async end(): Promise<number | string> {
    if (this.running) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      const late = setTimeout(() => { this.#child.kill('SIGKILL'); }, 45_000);
      await gone;
      clearTimeout(late);
    }
    return this.#child.exitCode ?? this.#child.signalCode ?? 'unknown';
  }
}
