/** Configuration files: TypeScript, JavaScript and JSON, wherever they stand; and the JSON Schema for editors. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { z } from 'zod';
import { findConfig, loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problems.ts';
import { configJsonSchema, configSchema } from '../../src/config/schema/schema.ts';
import { scope, tempDir } from '../helpers/scope.ts';

const folder = tempDir(scope());
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};
const value = async (name: string): Promise<unknown> => (await loadConfig(name, folder)).value;
const refusal = (name: string): Promise<string> => loadConfig(name, folder).then(() => 'accepted', (error: unknown) => {
  assert.ok(error instanceof ConfigError, String(error));
  return error.message;
});

test('TypeScript, with types, an enum, a neighbour and sallyport itself, which is not installed there', async () => {
  write('ports.ts', 'export const port: number = 8123;');
  const name = write('a.config.ts', `
    import { defineConfig, type Config } from 'sallyport';
    import { port } from './ports.ts';
    enum Paths { Media = '/media/' }
    const config: Config = defineConfig({ app: port, static: { [Paths.Media]: './m' } } satisfies Config);
    export default config;`);
  assert.deepEqual(await value(name), { app: 8123, static: { '/media/': './m' } });
});

test('JavaScript, as a module, with a top-level await', async () => {
  write('b.config.js', "import { defineConfig } from 'sallyport'; const app = await Promise.resolve(1); export default defineConfig({ app });");
  write('b.config.mjs', 'export default { app: 2 };');
  assert.deepEqual([await value('b.config.js'), await value('b.config.mjs')], [{ app: 1 }, { app: 2 }]);
});

test('JSON', async () => {
  assert.deepEqual(await value(write('c.json', '{ "$schema": "x", "app": 8000 }')), { $schema: 'x', app: 8000 });
});

test('what runs is what is in the file now, and nothing is left beside it', async () => {
  for (const name of ['d.ts', 'd.mjs', 'd.js']) { // a runtime imports a module of JavaScript once, and gave a reload the old one
    write(name, 'export default { app: 1 };');
    await value(name);
    write(name, 'export default { app: 2 };');
    assert.deepEqual(await value(name), { app: 2 });
  }
  assert.deepEqual(readdirSync(folder).filter((name) => name.includes('cache') || name === 'node_modules'), []);
});

test('relative paths count from the file\'s own folder', async () => {
  mkdirSync(join(folder, 'deep'));
  write('deep/e.json', '{}');
  const { folder: from, file } = await loadConfig('deep/e.json', folder);
  assert.deepEqual([from, file], [join(folder, 'deep'), join(folder, 'deep/e.json')]);
});

test('a folder\'s own file is found by name', () => {
  assert.equal(findConfig(folder), undefined);
  write('sallyport.config.json', '{}');
  assert.equal(findConfig(folder), join(folder, 'sallyport.config.json'));
  write('sallyport.config.ts', 'export default {}');
  assert.equal(findConfig(folder), join(folder, 'sallyport.config.ts'));
});

test('what cannot be read is told with its reason', async () => {
  assert.match(await refusal('no.ts'), /^--config: saw "no\.ts", expected a file that is there.*no\.ts is missing/);
  assert.match(await refusal(write('x.yaml', 'app: 1')), /ends in \.ts, \.js, \.mjs or \.json/);
  assert.match(await refusal(write('x.json', '{ app: 1 }')), /expected JSON.*SyntaxError/);
  assert.match(await refusal(write('x.ts', 'export default {')), /can be run.*Error/);
  assert.match(await refusal(write('y.ts', 'throw new Error("no secrets file");')), /no secrets file/);
  assert.match(await refusal(write('z.ts', 'export const config = {};')), /a default export.*defineConfig/);
});

const SCHEMA = configJsonSchema();
const byJsonSchema = z.fromJSONSchema(SCHEMA);

const EXAMPLES: readonly unknown[] = [
  { app: 8000 },
  { $schema: './schema.json', app: 'unix:/run/app.sock', static: { '/media/': './media' }, log: 'json' },
  { https: '*:443', http: 'off', certificates: [{ cert: 'a', key: 'b' }], sites: [{ hosts: ['a.test'], app: '8000', scheme: { '/feed/': 'http' } }, { hosts: ['b.test'], routes: { '/': { static: '.', fallback: 'index.html' } } }] },
  { app: 1, timeouts: { answer: '2m', head: 5 }, trust: ['loopback'], trustHeaders: { client: 'X-Real-IP' }, hsts: '300,subdomains', health: ['/up'], tell: ['X: {on}'], secureCookies: false },
];
const WRONG: readonly unknown[] = [{ ap: 1 }, { app: true }, { app: 80000 }, { sites: [] }, { sites: [{ trust: [] }] }, { log: 'xml' }, { scheme: { '/': 'both' } }, { certificates: [{ cert: 'a' }] }, { timeouts: { x: 1 } }, 5];

test('the JSON Schema accepts and refuses what the configuration does', () => {
  for (const example of EXAMPLES) {
    assert.ok(configSchema.safeParse(example).success, JSON.stringify(example));
    assert.ok(byJsonSchema.safeParse(example).success, JSON.stringify(example));
  }
  for (const wrong of WRONG) {
    assert.ok(!configSchema.safeParse(wrong).success, JSON.stringify(wrong));
    assert.ok(!byJsonSchema.safeParse(wrong).success, JSON.stringify(wrong));
  }
});

test('every option says what it does', () => {
  const bare: string[] = [];
  const look = (schema: unknown, path: string): void => {
    const { properties, items, additionalProperties } = schema as { properties?: Record<string, { description?: string }>; items?: unknown; additionalProperties?: unknown };
    for (const [name, property] of Object.entries(properties ?? {})) {
      if (property.description === undefined) bare.push(`${path}.${name}`);
      look(property, `${path}.${name}`);
    }
    if (typeof items === 'object') look(items, `${path}[]`);
    if (typeof additionalProperties === 'object') look(additionalProperties, `${path}.*`);
  };
  look(SCHEMA, '');
  assert.deepEqual(bare, []);
});

test('the package publishes the schema and the build writes it from this one', () => {
  const root = new URL('../../', import.meta.url);
  const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { exports: Record<string, unknown> };
  assert.equal(exports['./schema.json'], './dist/schema.json');
  assert.equal(SCHEMA['$schema'], 'https://json-schema.org/draft/2020-12/schema');
  assert.doesNotThrow(() => JSON.stringify(SCHEMA));
});
