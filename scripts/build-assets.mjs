// Runs after tsc: writes dist/schema.json from the one schema, copies what is not TypeScript (pages, styles) from src to
// dist, and takes out of dist what src no longer has, so that no package ships it.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'src');
const dist = join(root, 'dist');

const filesBelow = (dir) => readdirSync(dir).flatMap((name) => {
  const path = join(dir, name);
  return statSync(path).isDirectory() ? filesBelow(path) : [path];
});

for (const file of filesBelow(src).filter((path) => !path.endsWith('.ts'))) {
  const to = join(dist, relative(src, file));
  mkdirSync(dirname(to), { recursive: true });
  cpSync(file, to);
}

const { configJsonSchema } = await import(new URL('../dist/config/schema/schema.js', import.meta.url));
writeFileSync(join(dist, 'schema.json'), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);

const sourceOf = (path) => join(src, relative(dist, path).replace(/(\.js|\.d\.ts|\.js\.map)$/, '.ts'));
for (const file of filesBelow(dist)) {
  if (file !== join(dist, 'schema.json') && !existsSync(sourceOf(file)) && !existsSync(join(src, relative(dist, file)))) rmSync(file);
}
