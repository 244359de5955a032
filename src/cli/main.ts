import { endWithLauncher } from './launched.ts';
import { main } from './program.ts';
import { outliveReaders, processTerminal } from './terminal.ts';

outliveReaders(process.stdout, process.stderr);
endWithLauncher();
// What is still open at the end (a connection that a client keeps) must not keep the process.
process.exit(await main(process.argv.slice(2), processTerminal()));
