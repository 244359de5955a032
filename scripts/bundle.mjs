// Runs last in the build: makes one file (and a few that are loaded when they are needed) of the program's modules and of
// what they take from zod. A program of some 400 small files spends half a second of its start on finding and linking
// them; zod alone brings the words of every language. Other packages stay packages, and the library is not touched.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = join(root, 'dist/cli');
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const TAKEN_IN = ['zod'];

const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  metafile: true,
  entryPoints: [join(cli, 'main.js')],
  outdir: cli, // where it was: what the program reads of its own package is named from there
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: Object.keys(dependencies).filter((name) => !TAKEN_IN.includes(name)),
  write: false, // it reads what it would write over
});
for (const input of Object.keys(metafile.inputs).map((path) => join(root, path)).filter((path) => path.startsWith(cli))) {
  for (const ending of ['.js', '.js.map', '.d.ts']) rmSync(input.replace(/\.js$/, ending), { force: true });
}
for (const { path, contents } of outputFiles) writeFileSync(path, contents);
writeFileSync(join(cli, 'LICENSES.txt'), TAKEN_IN.map((name) => `Parts of ${name} are in these files. Its licence:\n\n${readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8')}`).join('\n'));
