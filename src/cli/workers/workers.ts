import type { Log } from '../../front/log/index.ts';
import { RunError } from '../terminal.ts';
import type { ToWorker } from './channel.ts';
import { ADMIN, startChild, type Child, type WorkerExit } from './child.ts';
import type { Configured, ParentAsks, ParentSays, Start, Trouble } from './messages.ts';
import { Pause } from './pause.ts';
import { WholeLog } from './whole-log.ts';

export interface WorkersOptions {
  readonly count: number;
  readonly log: Log;
  /** Milliseconds that a worker may take for its end. */
  readonly patience: number;
  /** Descriptors that a worker gets. */
  readonly fds: (worker: number) => readonly number[];
  /** What it is told at its start. */
  readonly share: (worker: number) => Omit<Start, 'number' | 'count' | 'quiet' | 'checks'>;
  /** Hears of each new line, to answer what is asked on it. */
  readonly greet: (line: ToWorker) => void;
}

/** Milliseconds that a worker may take to make a configuration ready. */
const READY_WITHIN = 60_000;

interface Worker {
  readonly child: Child;
  /** Why it never came to serve; undefined once it serves. Settles with the process's end at the latest. */
  readonly trouble: Promise<Trouble | undefined>;
  /** `performance.now()` when it began to serve. */
  upAt: number | undefined;
}

const atDoors = (worker: number): boolean => worker !== ADMIN;

/** A number of workers at the doors, and one at the admin address where there is one, kept up: one that ends is replaced. */
export class Workers {
  /** Rejects with a RunError when none is left at the doors and none can be started. */
  readonly failed: Promise<never>;
  readonly #options: WorkersOptions;
  readonly #whole: WholeLog;
  /** Those that have a process, by their number. */
  readonly #workers = new Map<number, Worker>();
  readonly #stopping = new AbortController();
  #fail!: (error: RunError) => void;

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.#whole = new WholeLog(options.log);
    this.failed = new Promise((_, reject) => { this.#fail = reject; });
    this.failed.catch(() => {}); // whoever waits for it hears of it
  }

  /** Resolves when all of the doors serve; rejects with a RunError where one cannot. */
  start(): Promise<void> { return this.#start(Array.from({ length: this.#options.count }, (_, i) => i + 1)); }

  /** The same for the one at the admin address. */
  startAdmin(): Promise<void> { return this.#start([ADMIN]); }

  async #start(numbers: readonly number[]): Promise<void> {
    const first = numbers.map((number) => [number, this.#launch(number, number > 1)] as const);
    for (const [, { trouble }] of first) {
      const found = await trouble;
      if (found !== undefined) throw new RunError(found.message, found.status);
    }
    for (const [number, worker] of first) void this.#keep(number, worker);
  }

  /** To those at the doors, or whom else it is meant for. */
  say<K extends keyof ParentSays>(kind: K, body: ParentSays[K], meant: (worker: number) => boolean = atDoors): void {
    for (const [number, { child }] of this.#workers) if (meant(number)) child.line.say(kind, body);
  }

  /** The answers of those that serve. */
  async ask<K extends keyof ParentAsks>(kind: K, question: ParentAsks[K][0]): Promise<ParentAsks[K][1][]> {
    const asked = [...this.#workers.values()].filter(({ upAt }) => upAt !== undefined).map(({ child }) => child.line.ask(kind, question));
    return (await Promise.allSettled(asked)).flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  }

  /**
   * Another configuration for all of them or for none: when every one that there is has made its own ready, `takeOver` is called,
   * by which those that are started later get it, and they are told that it counts. Resolves when it does.
   */
  async reload(generation: number, next: (worker: number) => Configured, takeOver: () => void): Promise<void> {
    const ready = new Set<Worker>();
    const left = (): [number, Worker][] => [...this.#workers].filter(([, worker]) => !ready.has(worker));
    if (this.#checker() === undefined) throw new RunError('No worker serves at this moment, so that none can accept it. Next: see in the log why (worker-ended), and reload again.');
    try {
      for (let others = left(); others.length > 0; others = left()) {
        const answers = await Promise.all(others.map(([number, worker]) => this.#prepare(worker, next(number))));
        const refused = answers.find((trouble) => trouble !== null);
        if (refused !== undefined) throw new RunError(refused.message, refused.status);
        for (const [, worker] of others) ready.add(worker);
      }
    } catch (error) {
      this.say('drop', generation, () => true);
      throw error;
    }
    takeOver(); // in the same turn: whoever is started from here on has it from the start
    await this.ask('commit', generation);
  }

  /** Null where it has accepted, or is gone. */
  async #prepare({ trouble, child }: Worker, next: Configured): Promise<Trouble | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Trouble>((resolve) => {
      timer = setTimeout(resolve, READY_WITHIN, { message: `Worker process ${child.pid} did not accept it within ${READY_WITHIN / 1000} seconds.`, status: 1 });
    });
    const accepted = async (): Promise<Trouble | null> => {
      if (await trouble !== undefined) await child.exited;
      return await child.line.ask('prepare', next).catch(() => null);
    };
    try {
      return await Promise.race([accepted(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Lets each finish what runs; resolves when all are gone. The one at the admin address tells of it until the end, unless
   * another process waits for the address.
   */
  async stop(handedOver = false): Promise<void> {
    this.#stopping.abort();
    const patience = setTimeout(() => { this.#killAll(); }, this.#options.patience);
    if (!handedOver) await this.#end(atDoors);
    await this.#end(() => true);
    clearTimeout(patience);
  }

  async #end(meant: (worker: number) => boolean): Promise<void> {
    await Promise.all([...this.#workers].filter(([number]) => meant(number)).map(([, { child, upAt }]) => {
      if (upAt === undefined) child.kill(); // it has nothing to finish
      else child.line.say('stop', null);
      return child.exited;
    }));
  }

  /** Ends all at once. */
  kill(): void {
    this.#stopping.abort();
    this.#killAll();
  }

  #killAll(): void { for (const { child } of this.#workers.values()) child.kill(); }

  #launch(number: number, quiet: boolean): Worker {
    const { count, fds, share, greet, log } = this.#options;
    const told = share(number);
    const child = startChild({ number, fds: fds(number), confine: told.account !== undefined, log: (lines) => { log.passOn(lines); } });
    const worker: Worker = { child, trouble: this.#begin(child, () => { worker.upAt = performance.now(); }), upAt: undefined };
    this.#workers.set(number, worker);
    child.line.hear('event', this.#whole.join());
    child.line.hear('news', (news) => {
      for (const other of this.#workers.values()) if (other !== worker) other.child.line.say('news', news);
    });
    greet(child.line);
    child.line.say('start', { ...told, number, count, quiet, checks: this.#checker() === worker });
    void child.exited.then(() => {
      if (this.#workers.get(number) === worker) this.#workers.delete(number);
      this.#checker()?.child.line.say('checks', true);
    });
    return worker;
  }

  /** The one that asks servers how they are: whoever has been here longest. */
  #checker(): Worker | undefined { return [...this.#workers].find(([number]) => atDoors(number))?.[1]; }

  #begin({ line, exited, kill }: Child, up: () => void): Promise<Trouble | undefined> {
    return new Promise((resolve) => {
      line.hear('ready', () => { up(); resolve(undefined); });
      line.hear('failed', (trouble) => { resolve(trouble); kill(); });
      void exited.then((exit) => { resolve({ message: `A worker ${ending(exit)} before it could serve.`, status: 1 }); });
    });
  }

  /** Replaces a worker, again and again, until the whole stops. */
  async #keep(number: number, first: Worker): Promise<void> {
    const pauses = new Pause();
    for (let worker = first; ; worker = this.#launch(number, true)) {
      const trouble = await worker.trouble;
      if (trouble === undefined && worker !== first) this.#tell('worker-started', 'info', number, `${who(number)} serves again (pid ${worker.child.pid}).`);
      const exit = await worker.child.exited;
      if (this.#stopping.signal.aborted) return;
      if (trouble !== undefined && atDoors(number) && ![...this.#workers].some(([other, { upAt }]) => atDoors(other) && upAt !== undefined)) {
        this.#fail(new RunError(`No worker serves any more, and a new one cannot start: ${trouble.message}`, 1));
        return;
      }
      const pause = pauses.after(worker.upAt === undefined ? 0 : performance.now() - worker.upAt);
      const what = trouble === undefined ? `${who(number)} (pid ${worker.child.pid}) ${ending(exit)}` : `${who(number)} could not start: ${trouble.message.replace(/\.$/, '')}`;
      this.#tell('worker-ended', 'error', number, `${what}. Another one starts ${pause === 0 ? 'at once' : `in ${pause / 1000} s`}.`);
      await this.#wait(pause);
      if (this.#stopping.signal.aborted) return;
    }
  }

  #tell(event: 'worker-started' | 'worker-ended', level: 'info' | 'error', worker: number, message: string): void {
    this.#options.log.event({ event, level, message, worker });
  }

  #wait(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
    });
  }
}

const who = (worker: number): string => (atDoors(worker) ? `Worker ${worker}` : 'The process of the admin address');

function ending({ status, signal }: WorkerExit): string {
  return signal === null ? `ended with status ${status}` : `was ended by ${signal}`;
}
