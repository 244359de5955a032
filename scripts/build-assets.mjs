// Runs after tsc: writes dist/schema.json from the one schema, and copies what is not TypeScript (pages, styles) from src to dist.
import { cpSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
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

const { configJsonSchema } = await import(new URL('../dist/config/schema.js', import.meta.url));
writeFileSync(join(dist, 'schema.json'), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
