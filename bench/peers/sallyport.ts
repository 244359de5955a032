import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { saidBy } from '../machine.ts';
import type { Job, Peer } from './peer.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = `${ROOT}bin/sallyport.js`;
const BUN = `${ROOT}node_modules/bun/bin/bun.exe`; // its name on every system

let help: string | undefined;
/** Whether the built program has the flag. */
const has = (flag: string): boolean => (help ??= execFileSync(process.execPath, [PROGRAM, '--help'], { encoding: 'utf8' })).includes(`${flag} `);

/** More than any case opens: by itself a front lets 10,000 in, and the idle case holds these and some. */
const CONNECTIONS = '20000';

/** All features on, as it starts by itself; what is said here is the job, and one worker. */
function flags({ place, port, backend, workers, log }: Job): string[] {
  const logging = log === undefined ? ['--log', 'off'] : has('--log-file') ? ['--log', 'json', '--log-file', log] : ['--log', 'json'];
  return [
    String(backend), '--https', `127.0.0.1:${port}`, '--http', 'off', '--cert', place.cert, '--key', place.key,
    '--static', `/media/=${place.files}/media`, ...logging, ...has('--workers') ? ['--workers', String(workers)] : [], ...has('--max-connections') ? ['--max-connections', CONNECTIONS] : [],
  ];
}

function sallyport(runtime: 'node' | 'bun', program: string, version: () => string): Peer {
  return {
    name: `sallyport-${runtime}`,
    title: `Sallyport (${runtime === 'bun' ? 'Bun' : 'Node'})`,
    can: has('--workers') ? ['files', 'log', 'workers'] : ['files', 'log'],
    compiles: true,
    needs: { file: `${ROOT}dist/cli/main.js`, from: 'npm run build' },
    version: () => `${(JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string }).version} on ${runtime === 'bun' ? 'Bun' : 'Node'} ${version()}`,
    prepare: (job) => ({
      line: [program, PROGRAM, ...flags(job), '--runtime', runtime],
      ...job.log === undefined ? {} : { output: has('--log-file') ? `${job.log}.ready` : job.log },
    }),
  };
}

export const sallyportOnBun = (): Peer => sallyport('bun', BUN, () => saidBy(BUN, '--version'));
export const sallyportOnNode = (): Peer => sallyport('node', process.execPath, () => process.version.slice(1));
