/** The Dockerfile, as far as it can be judged without Docker: what it copies is there, who runs it, what it says to run. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { addFlags } from '../../src/cli/flags.ts';
import { Command } from 'commander';
import { ROOT } from '../helpers/front.ts';

interface Instruction { readonly name: string; readonly text: string }

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const instructions: Instruction[] = read('Dockerfile').replace(/^#.*\n/gm, '').replace(/\\\n/g, ' ').split('\n').flatMap((line) => {
  const match = /^([A-Z]+)\s+(.*)$/.exec(line);
  return match === null ? [] : [{ name: match[1]!, text: match[2]! }];
});
const stages = instructions.reduce<Instruction[][]>((all, one) => { if (one.name === 'FROM') all.push([]); all.at(-1)!.push(one); return all; }, []);
const last = stages.at(-1)!;
const of = (name: string, stage = last): string[] => stage.filter((one) => one.name === name).map(({ text }) => text);

test('every file that is copied is in the repository, and let through by .dockerignore', () => {
  const ignore = read('.dockerignore').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  assert.equal(ignore[0], '*');
  const through = ignore.slice(1).map((line) => line.replace(/^!/, ''));
  const copied = instructions.filter(({ name, text }) => name === 'COPY' && !text.includes('--from=')).flatMap(({ text }) => text.split(' ').slice(0, -1));
  assert.ok(copied.length >= 8);
  for (const file of copied) {
    assert.ok(existsSync(join(ROOT, file)), file);
    assert.ok(through.includes(file), `${file} is kept out by .dockerignore`);
  }
  assert.deepEqual(through.filter((file) => !copied.includes(file)), [], 'let through and not copied');
});

test('what one stage takes from another was made there, by a script that the package has', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  for (const [, script] of read('Dockerfile').matchAll(/npm run (\S+)/g)) assert.ok(script! in scripts, script);
  const names = stages.map((stage) => / AS (\S+)/.exec(stage[0]!.text)?.[1]);
  for (const { text } of instructions.filter(({ text: one }) => one.includes('--from='))) assert.ok(names.includes(/--from=(\S+)/.exec(text)![1]), text);
});

test('what runs is nobody with rights, started without a shell, and nothing is installed in its stage', () => {
  assert.deepEqual(of('USER'), ['node']);
  assert.deepEqual(of('RUN'), []);
  for (const name of ['ENTRYPOINT', 'CMD']) assert.ok(Array.isArray(JSON.parse(of(name)[0]!)), name);
  assert.ok(last.findIndex(({ name }) => name === 'USER') < last.findIndex(({ name }) => name === 'ENTRYPOINT'));
  assert.deepEqual(of('EXPOSE'), ['8443 8080']);
});

test('its entry point is a call that the program takes, on the ports that are exposed', () => {
  const [program, script, ...words] = JSON.parse(of('ENTRYPOINT')[0]!) as string[];
  assert.deepEqual([program, script], ['node', '/app/bin/sallyport.js']);
  assert.ok(existsSync(join(ROOT, script!.replace(/^\/app\//, ''))));
  const flags = addFlags(new Command().exitOverride()).argument('[app]').parse([...words, '8000'], { from: 'user' }).opts<Record<string, string>>();
  assert.deepEqual(flags, { https: '0.0.0.0:8443', http: '0.0.0.0:8080', publicHttpsPort: '443', publicHttpPort: '80' });
});

test('it is healthy as long as the http door answers anything, and not when nothing does', async () => {
  const [program, ...args] = JSON.parse(/CMD (\[.*\])$/.exec(of('HEALTHCHECK')[0]!)![1]!) as string[];
  assert.equal(program, 'node');
  const check = async (port: number): Promise<number> => (await once(spawn(process.execPath, args.map((arg) => arg.replace('8080', String(port))), { stdio: 'ignore' }), 'exit'))[0] as number;
  const server = createServer((_, answer) => { answer.writeHead(421).end(); }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  assert.equal(await check(port), 0);
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
  assert.equal(await check(port), 1);
});
