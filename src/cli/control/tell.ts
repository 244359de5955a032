import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Command } from 'commander';
import { RunError, type Terminal } from '../terminal.ts';
import { controlFolder, pidsIn, socketOf } from './place.ts';
import type { Reply } from './server.ts';

export interface ControlFlags { readonly pid?: string }

export const addControlFlags = (command: Command): Command => command.option('--pid <number>', 'which front, where several of this user run');

/**
 * Tells the running front something and prints what it says. 0 when it did that.
 * @throws RunError where there is none, several and no `--pid`, or it could not do it.
 */
export async function tellFront(what: string, { pid }: ControlFlags, terminal: Terminal): Promise<number> {
  const folder = controlFolder(terminal.env);
  const fronts = await running(folder);
  const found = pid === undefined ? fronts : fronts.filter((front) => String(front.pid) === pid);
  const [front] = found;
  const list = fronts.map((each) => `\n  ${each.pid}  sallyport ${each.call}`).join('');
  if (front === undefined) {
    const where = `It looks for fronts of the same user with the same data directory, in ${folder}.`;
    throw new RunError(fronts.length > 0 ? `No front of this user has the number ${pid}. There are:${list}` : `No front is running. ${where} Next: run this as the user that runs the front, with its SALLYPORT_DATA_DIR if it has one.`);
  }
  if (found.length > 1) throw new RunError(`${found.length} fronts are running; say which one, with --pid:${list}`, 2);
  const { ok, message } = await ask(socketOf(folder, front.pid), what);
  if (!ok) throw new RunError(message);
  terminal.out(`${message}\n`);
  return 0;
}

interface Running { readonly pid: number; readonly call: string }

async function running(folder: string): Promise<Running[]> {
  const found = await Promise.all(pidsIn(folder).map(async (pid): Promise<Running[]> => {
    const path = socketOf(folder, pid);
    try {
      return [{ pid, call: (await ask(path, 'call')).message }];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') rmSync(path, { force: true }); // it was killed
      return [];
    }
  }));
  return found.flat().sort((a, b) => a.pid - b.pid);
}

/** Milliseconds: a drain takes long, and says so at its end. */
const PATIENCE = 120_000;

export function ask(path: string, what: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ path }).setEncoding('utf8').setTimeout(PATIENCE);
    socket.on('connect', () => { socket.write(`${JSON.stringify({ do: what })}\n`); });
    socket.on('data', (piece: string) => { text += piece; });
    socket.on('timeout', () => { socket.destroy(new RunError('The front does not answer on its control socket.')); });
    socket.on('error', reject);
    socket.on('end', () => {
      socket.destroy();
      try { resolve(JSON.parse(text) as Reply); } catch { reject(new RunError('The front closed its control socket before it answered: it may be stopping.')); }
    });
  });
}
