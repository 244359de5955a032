// Runs the differential fuzzer (test/fuzz/differential) by numbers. It is bundled first: read through tsx it takes twice as long.
// Usage: npm run fuzz -- --inputs N [--seed S] [--from N] [--only requests|answers|names] [--through http|unix|https|proxy-v1|proxy-v2|uwsgi|fastcgi] [--out FILE]
//        npm run fuzz -- --planted [--inputs N] [--seed S]: plants leniencies in the front, one after the other, and says which input shows each; [--like TEXT]: those alone whose description has it
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild'; // comes with tsx

const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-fuzz-'));
const bundle = join(folder, 'fuzz.mjs');

/** `change` names a file of the sources and what of it reads otherwise. */
async function make(change) {
  let changed = 0;
  const plant = {
    name: 'plant',
    setup({ onLoad }) {
      onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
        if (change === undefined || !path.endsWith(`/src/${change.file}`)) return undefined;
        const text = readFileSync(path, 'utf8');
        if (text.split(change.from).length !== 2) throw new Error(`${change.what}: src/${change.file} does not have this once: ${change.from}`);
        changed++;
        return { contents: text.replace(change.from, () => change.to), loader: 'ts' };
      });
    },
  };
  await build({ entryPoints: [join(root, 'test/fuzz/differential/main.ts')], outfile: bundle, bundle: true, platform: 'node', format: 'esm', logLevel: 'error', plugins: [plant], banner: { js: "import { createRequire as requiring } from 'node:module'; const require = requiring(import.meta.url);" } });
  if (change !== undefined && changed !== 1) throw new Error(`${change.what}: src/${change.file} is not part of the front`);
}

const run = (args, stdio) => spawnSync(process.execPath, ['--max-semi-space-size=32', bundle, ...args], { stdio, cwd: root, encoding: 'utf8' });

async function planted(args) {
  const list = join(folder, 'planted.mjs');
  await build({ entryPoints: [join(root, 'test/fuzz/differential/planted.ts')], outfile: list, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  const { PLANTED } = await import(list);
  const like = args.includes('--like') ? args.splice(args.indexOf('--like'), 2)[1] : '';
  const runs = PLANTED.filter(({ what }) => what.includes(like)).map((change) => ({ change, through: change.through ?? [undefined] }));
  const count = runs.reduce((sum, { through }) => sum + through.length, 0);
  let missed = 0;
  for (const { change, through } of runs) {
    await make(change);
    for (const carrier of through) {
      const what = carrier === undefined ? change.what : `${change.what} (${carrier})`;
      const { stdout, stderr, status } = run([...args, '--most', '1', ...(carrier === undefined ? [] : ['--through', carrier])], 'pipe');
      const by = /BREACH by input (\d+) \((\w+)\)[^\n]*\n([^\n]*)/.exec(stderr);
      if (by === null && status !== 0) throw new Error(`${what}:\n${stdout}${stderr}`);
      if (by === null) missed++;
      console.log(`${by === null ? 'MISSED ' : 'caught'} ${what}${by === null ? '' : ` (by number ${by[1]}, ${by[2]}: ${by[3].slice(0, 100)})`}`);
    }
  }
  console.log(`${count - missed} of ${count} caught`);
  return missed === 0 ? 0 : 1;
}

const args = process.argv.slice(2);
try {
  if (args.includes('--planted')) process.exitCode = await planted(args.filter((word) => word !== '--planted'));
  else {
    await make(undefined);
    process.exitCode = run(args, 'inherit').status ?? 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
