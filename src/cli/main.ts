import { endWithLauncher } from './launched.ts';
import { WORKER } from './workers/environment.ts';
import { main } from './program.ts';
import { outliveReaders, processTerminal } from './terminal.ts';

outliveReaders(process.stdout, process.stderr);
endWithLauncher();
// What is still open at the end (a connection that a client keeps) must not keep the process.
process.exit(process.env[WORKER] !== undefined ? await (await import('./workers/worker.ts')).work() : await main(process.argv.slice(2), processTerminal()));
