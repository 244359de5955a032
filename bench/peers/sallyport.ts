import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { saidBy } from '../machine.ts';
import type { Job, Peer } from './peer.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUN = `${ROOT}node_modules/bun/bin/bun.exe`; // its name on every system

/** Whether a built program has a flag: an older checkout may not. */
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
  const [root, name, title, build] = against === undefined
    ? [ROOT, `sallyport-${runtime}`, 'Sallyport', 'npm run build']
    : [`${resolve(against)}/`, `sallyport-${runtime}-against`, 'Sallyport there', `npm run build in ${against}`];
  const [on, command] = runtime === 'bun' ? ['Bun', BUN] : ['Node', process.execPath];
  const program = `${root}bin/sallyport.js`;
  const has = flagsOf(program);
  return {
    name,
    title: `${title} (${on})`,
    can: ['files', 'log', 'workers'],
    compiles: true,
    needs: { file: `${root}dist/cli/main.js`, from: build },
    version: () => `${(JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string }).version} on ${on} ${version()}`,
    prepare: (job) => ({
      line: [command, program, ...flags(job, has), '--runtime', runtime],
      ...job.log === undefined ? {} : { output: has('--log-file') ? `${job.log}.ready` : job.log },
    }),
  };
}

export const sallyportOnBun = (against?: string): Peer => sallyport('bun', against, () => saidBy(BUN, '--version'));
export const sallyportOnNode = (against?: string): Peer => sallyport('node', against, () => process.version.slice(1));
