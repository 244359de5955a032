/** The apps of a soak: processes that are killed and started anew, and what is known of when each was not there. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { quietPort } from '../helpers/ports.ts';
import { sleep } from '../helpers/scope.ts';
import type { AppPlan } from './app.ts';
import type { Order } from './order.ts';

/** Milliseconds of `performance.now()`. */
interface Outage { readonly from: number; gone: number; to: number }

/** For so long (milliseconds) after one of two servers has gone, a POST may still be on a connection to it. */
const LAST_ON_IT = 2000;

export class App {
  readonly name: string;
  readonly outages: Outage[] = [];
  readonly #plan: AppPlan;
  readonly #program: string;
  #child: ChildProcess | undefined;

  constructor(program: string, plan: AppPlan) {
    this.name = plan.name;
    this.#program = program;
    this.#plan = plan;
  }

  /** As a configuration has it. */
  get address(): string {
    const { listen, protocol } = this.#plan;
    return `${protocol === 'uwsgi' ? 'uwsgi://' : ''}${'path' in listen ? `unix:${listen.path}` : `127.0.0.1:${listen.port}`}`;
  }

  get running(): boolean { return this.#child !== undefined; }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [this.#program, JSON.stringify(this.#plan)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    await Promise.race([once(child.stdout!, 'data'), once(child, 'exit').then(() => { throw new Error(`the app ${this.name} ended at its start`); })]);
    this.#child = child;
    child.once('exit', (status) => { if (this.#child === child) throw new Error(`the app ${this.name} ended by itself, with ${status}: a defect of the soak`); });
  }

  /** Ends it and starts it again, some moments later. */
  async restart(signal: 'SIGKILL' | 'SIGTERM', pause: number): Promise<void> {
    const outage: Outage = { from: performance.now(), gone: Infinity, to: Infinity };
    this.outages.push(outage);
    await this.end(signal);
    outage.gone = performance.now();
    await sleep(pause);
    await this.start();
    outage.to = performance.now();
  }

  async end(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }
}

export class Apps {
  readonly all: readonly App[];
  readonly #of: Readonly<Record<Exclude<Order['to'], 'files'>, readonly App[]>>;

  private constructor(apps: Record<'tcp' | 'unix' | 'left' | 'right' | 'uwsgi', App>) {
    const { tcp, unix, left, right, uwsgi } = apps;
    this.all = [tcp, unix, left, right, uwsgi];
    this.#of = { tcp: [tcp], stream: [tcp], unix: [unix], pair: [left, right], uwsgi: [uwsgi] };
  }

  static async start(dir: string, seed: number, ledger: string): Promise<Apps> {
    const program = join(dir, 'app.cjs'); // one file: it starts in a moment, however often it is killed
    buildSync({ entryPoints: [join(import.meta.dirname, 'app.ts')], bundle: true, platform: 'node', format: 'cjs', outfile: program, logLevel: 'error', external: ['bufferutil', 'utf-8-validate'] });
    const app = (name: string, listen: AppPlan['listen'], protocol: AppPlan['protocol'] = 'http'): App => new App(program, { name, protocol, listen, seed, ledger });
    const port = async (): Promise<{ host: string; port: number }> => ({ host: '127.0.0.1', port: await quietPort() });
    const apps = new Apps({
      tcp: app('tcp', await port()), unix: app('unix', { path: join(dir, 'app.sock') }), left: app('left', await port()), right: app('right', await port()),
      uwsgi: app('uwsgi', await port(), 'uwsgi'),
    });
    await Promise.all(apps.all.map((each) => each.start()));
    return apps;
  }

  of(to: Exclude<Order['to'], 'files'>): readonly App[] { return this.#of[to]; }

  /** An app was not there at some time while this ran, so that its answer is not owed. */
  excuse({ to, method }: Pick<Order, 'to' | 'method'>, began: number, ended: number): boolean {
    if (to === 'files') return false;
    const servers = this.#of[to];
    return servers.some(({ outages }) => outages.some(({ from, gone, to: back }) => {
      // While the other one of two is there, what comes after the first has gone is owed all the same.
      const until = servers.length === 1 ? back : gone + (method === 'POST' ? LAST_ON_IT : 0);
      return began <= until && ended >= from;
    }));
  }

  async end(): Promise<void> { await Promise.all(this.all.map((each) => each.end())); }
}
