/** The clients of load/clients.ts, as a process beside the load. */
import { fileURLToPath } from 'node:url';
import { run } from '../program.ts';

export interface Ours {
  /** Waits for a line that ends so, and gives it. Throws where the process ends before. */
  says(text: string): Promise<string>;
  end(): Promise<void>;
}

export function ours(args: readonly string[], { cores, seconds = 120 }: { cores: string; seconds?: number }): Ours {
  const running = run([process.execPath, '--import', 'tsx', fileURLToPath(new URL('clients.ts', import.meta.url)), ...args], { cores, seconds });
  let ended: Error | undefined;
  const done = running.output.then(() => undefined, (error: unknown) => { ended = error instanceof Error ? error : new Error(String(error)); });
  return {
    says: async (text) => {
      const line = await running.line((said) => said.endsWith(text));
      if (line === undefined) throw ended ?? new Error(`the client ended before it said "${text}"`);
      return line;
    },
    end: async () => {
      running.interrupt();
      await done;
    },
  };
}
