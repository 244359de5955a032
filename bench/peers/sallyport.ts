import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { saidBy } from '../machine.ts';
import type { Job, Peer } from './peer.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUN = `${ROOT}node_modules/bun/bin/bun.exe`; // its name on every system

/** Whether a built program has a flag. */
function flagsOf(program: string): (flag: string) => boolean {
  let help: string | undefined;
  return (flag) => (help ??= execFileSync(process.execPath, [program, '--help'], { encoding: 'utf8' })).includes(`${flag} `);
}

/** More than any case opens: by itself a front lets 10,000 in, and the idle case holds these and some. */
const CONNECTIONS = '20000';

/** All features on, as it starts by itself; what is said here is the job, and one worker. */
function flags({ place, port, backend, workers, log }: Job, has: (flag: string) => boolean): string[] {
  const logging = log === undefined ? ['--log', 'off'] : has('--log-file') ? ['--log', 'json', '--log-file', log] : ['--log', 'json'];
  return [
    String(backend), '--https', `127.0.0.1:${port}`, '--http', 'off', '--cert', place.cert, '--key', place.key,
    '--static', `/media/=${place.files}/media`, ...logging, ...has('--workers') ? ['--workers', String(workers)] : [], ...has('--max-connections') ? ['--max-connections', CONNECTIONS] : [],
  ];
}

/** `against`: another checkout. */
function sallyport(runtime: 'node' | 'bun', against: string | undefined, version: () => string): Peer {
  const root = against === undefined ? ROOT : `${resolve(against)}/`;
  const program = `${root}bin/sallyport.js`;
  const has = flagsOf(program);
  return {
    name: `sallyport-${runtime}${against === undefined ? '' : '-against'}`,
    title: `Sallyport${against === undefined ? '' : ' there'} (${runtime === 'bun' ? 'Bun' : 'Node'})`,
    can: ['files', 'log', 'workers'],
    compiles: true,
    needs: { file: `${root}dist/cli/main.js`, from: `npm run build${against === undefined ? '' : ` in ${root}`}` },
    version: () => `${(JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string }).version} on ${runtime === 'bun' ? 'Bun' : 'Node'} ${version()}`,
    prepare: (job) => ({
      line: [runtime === 'bun' ? BUN : process.execPath, program, ...flags(job, has), '--runtime', runtime],
      ...job.log === undefined ? {} : { output: has('--log-file') ? `${job.log}.ready` : job.log },
    }),
  };
}

export const sallyportOnBun = (against?: string): Peer => sallyport('bun', against, () => saidBy(BUN, '--version'));
export const sallyportOnNode = (against?: string): Peer => sallyport('node', against, () => process.version.slice(1));
