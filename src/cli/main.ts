import { endWithLauncher } from './launched.ts';
import { WORKER } from './workers/environment.ts';
import { main } from './program.ts';
import { outliveReaders, processTerminal, terminalIsGone } from './terminal.ts';

outliveReaders(process.stdout, process.stderr);
endWithLauncher();
const status = process.env[WORKER] !== undefined ? await (await import('./workers/worker.ts')).work() : await main(process.argv.slice(2), processTerminal());
if (terminalIsGone()) { // Node fails in its exit where it cannot give the terminal back its modes: end as any program does that hangs up
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
// What is still open at the end (a connection that a client keeps) must not keep the process.
process.exit(status);
