import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { controlFolder, makeFolder, socketOf } from './place.ts';

/** What a running front can be told, by name. Each gives the sentence that whoever asked gets to read; what it throws is told too. */
export type Commands = Readonly<Record<string, () => Promise<string> | string>>;

/** The answer to a command: one line of JSON, as the command was (`{"do":"reopen"}`). */
export interface Reply { readonly ok: boolean; readonly message: string }

export interface Control {
  readonly path: string;
  close(): void;
}

/** A command is short; whoever sends more is not ours. */
const LONGEST = 4096;
/** Milliseconds that a command may take to arrive. */
const PATIENCE = 10_000;

/**
 * Listens for commands on a unix socket that only this user and root can reach. Rejects where that cannot be, which the
 * caller tells and lives without.
 */
export async function openControl(commands: Commands, env: NodeJS.ProcessEnv = process.env): Promise<Control> {
  const folder = controlFolder(env);
  makeFolder(folder);
  const path = socketOf(folder, process.pid);
  rmSync(path, { force: true }); // of an earlier process with this number: no other has it now
  const server = createServer((socket) => { listen(socket, commands); });
  await new Promise<void>((resolve, reject) => { server.once('error', reject).listen(path, resolve); });
  server.unref();
  return {
    path,
    close() {
      server.close();
      rmSync(path, { force: true });
    },
  };
}

function listen(socket: Socket, commands: Commands): void {
  let text = '';
  socket.setEncoding('utf8').setTimeout(PATIENCE, () => { socket.destroy(); }).on('error', () => { socket.destroy(); });
  const onData = (piece: string): void => {
    text += piece;
    if (text.length > LONGEST) { socket.destroy(); return; }
    if (!text.includes('\n')) return;
    socket.off('data', onData).setTimeout(0);
    void obey(text, commands).then((reply) => { socket.end(`${JSON.stringify(reply)}\n`); });
  };
  socket.on('data', onData);
}

async function obey(line: string, commands: Commands): Promise<Reply> {
  try {
    const { do: name } = JSON.parse(line) as { readonly do?: unknown };
    const command = typeof name === 'string' && Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) return { ok: false, message: `This front knows no command ${JSON.stringify(name)}; it knows ${Object.keys(commands).join(', ')}.` };
    return { ok: true, message: await command() };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}
