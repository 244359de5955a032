/**
 * `sallyport upgrade`: the running front starts the program anew, as it is on the disk now, with the descriptors of its
 * doors. Nothing is bound twice: both processes accept from the same queues until the old one closes its side, so no client
 * is refused and none is lost. The new one says on the control socket of the old that it serves; the old one drains and ends.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Front } from '../front/front.ts';
import { ask } from './control/tell.ts';
import { controlFolder, socketOf } from './control/place.ts';
import type { Commands } from './control/server.ts';
import { SUCCEEDS } from './launched.ts';
import { selfCommand } from './self.ts';

/** Milliseconds that the new program may take until it serves, where nothing else is said. */
const PATIENCE = 60_000;

export interface Upgrade {
  readonly commands: Commands;
  /** Resolves when a new process serves. Never rejects: where none comes up, this one serves on. */
  readonly succeeded: Promise<void>;
}

export function createUpgrade(front: Pick<Front, 'sockets' | 'log'>, patience = PATIENCE): Upgrade {
  let serves: (() => void) | undefined;
  let succeed: () => void;
  const succeeded = new Promise<void>((resolve) => { succeed = resolve; });
  return {
    succeeded,
    commands: {
      async upgrade() {
        if (serves !== undefined) throw new Error('An upgrade is under way.');
        if (process.pid === 1) throw new Error('This front is process 1 of its container, which ends with it. Start a container of the new version in its place.');
        const ready = new Promise<void>((resolve) => { serves = resolve; });
        try {
          const pid = await startSuccessor(front, ready, patience);
          const message = `Process ${pid} serves now. This one (${process.pid}) ends when its running answers are through.`;
          front.log.event({ event: 'upgraded', level: 'info', message, pid });
          setImmediate(succeed); // the answer to whoever asked goes first
          return message;
        } finally {
          serves = undefined;
        }
      },
      /** Said by the new process. */
      'serves-now'() {
        if (serves === undefined) throw new Error('No upgrade is under way.');
        serves();
        return '';
      },
    },
  };
}

/** Rejects, with this process serving on, where the new one does not come to serve. */
async function startSuccessor({ sockets }: Pick<Front, 'sockets'>, ready: Promise<void>, patience: number): Promise<number> {
  const doors = sockets().map(({ name, fd }) => {
    if (fd === undefined || fd < 0) throw new Error(`The runtime does not tell the descriptor of the ${name} door.`);
    return { name, fd };
  });
  const [program, ...words] = selfCommand();
  const child = spawn(program, [...words, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', ...doors.map(({ fd }) => fd)],
    env: {
      ...process.env,
      LISTEN_PID: String(process.pid), LISTEN_FDS: String(doors.length), LISTEN_FDNAMES: doors.map(({ name }) => name).join(':'), [SUCCEEDS]: String(process.pid),
    },
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The new program did not serve within ${patience / 1000} seconds and was ended; this one serves on.`)), patience);
  });
  try {
    await Promise.race([ready, endOf(child), late]);
    child.unref();
    return child.pid!;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function endOf(child: ChildProcess): Promise<never> {
  return new Promise((_, reject) => {
    child.on('error', ({ message }) => reject(new Error(`The new program could not be started: ${message}. This one serves on.`)));
    child.on('exit', (code, signal) => reject(new Error(`The new program ended with ${code ?? signal} before it served; why is on the front's standard error. This one serves on.`)));
  });
}

/** The process whose place this one takes. */
export function predecessor(): number | undefined {
  const pid = Number(process.env[SUCCEEDS] ?? NaN);
  return Number.isNaN(pid) ? undefined : pid;
}

/** Tells it that this one serves. Where it is gone meanwhile there is nobody to tell, and this one serves all the same. */
export async function takeOver(pid: number): Promise<void> {
  Reflect.deleteProperty(process.env, SUCCEEDS);
  await ask(socketOf(controlFolder(), pid), 'serves-now').catch(() => undefined);
}
