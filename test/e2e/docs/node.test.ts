import assert from 'node:assert/strict';
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { freePort } from '../../../src/cli/run/accepts.ts';
import { docsPage } from '../../helpers/docs.ts';
import type { Reader } from '../../helpers/docs.ts';
import { ROOT } from '../../helpers/front.ts';
import type { Front } from '../../helpers/front.ts';
import { startProgram } from '../../helpers/program.ts';
import { fetchOnce } from '../../helpers/client.ts';
import { eventually } from '../../helpers/scope.ts';
import type { Scope } from '../../helpers/scope.ts';

interface Told { readonly secure: boolean; readonly url: string; readonly client: string; readonly visits?: number }

const page = docsPage('node');

/** A reader who has the frameworks; the port and the socket are the test's. */
const reader = async (scope: Scope): Promise<{ reader: Reader; port: number; socket: string }> => {
  const port = await freePort();
  const plain = page.follow(scope, {});
  const socket = join(plain.dir, 'app.sock');
  symlinkSync(join(ROOT, 'node_modules'), join(plain.dir, 'node_modules'));
  return { reader: page.follow(scope, { '3000': String(port), '/run/myapp/app.sock': socket }, { dir: plain.dir }), port, socket };
};

/** What the table says, and what a client claims besides. */
const seesTheTruth = async (front: Front, visits: boolean): Promise<void> => {
  const headers = { 'X-Forwarded-Proto': 'http', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-For': '203.0.113.66', 'Forwarded': 'proto=http' };
  const got = await front.get('/', { from: '127.0.0.9', headers });
  assert.equal(got.status, 200, got.text);
  const { secure, url, client, visits: first } = got.json<Told>();
  assert.deepEqual([secure, url, client, first], [true, `${front.https}/`, '127.0.0.9', visits ? 1 : undefined]);
  if (!visits) return;
  const cookies = got.headers['set-cookie'] ?? [];
  assert.match(cookies[0] ?? '', /; secure/i);
  const again = await front.get('/', { headers: { Cookie: cookies.map((cookie) => cookie.split(';')[0]).join('; ') } });
  assert.equal(again.json<Told>().visits, 2);
};

const listening = (port: number): Promise<unknown> => eventually('the app to listen', () => fetchOnce(`http://127.0.0.1:${port}/`).catch(() => undefined), 30_000);

/** The app's file with the lines that the page has for a unix socket in the place of the others; starts it. */
const startOnUnix = async (scope: Scope, { reader, socket }: { reader: Reader; socket: string }, file: string, places: readonly RegExp[]): Promise<void> => {
  let app = reader.text(`// ${file}\n`);
  const lines = reader.text(`// ${file}, on a unix socket`);
  for (const place of places) {
    const [line] = place.exec(lines) ?? assert.fail(lines);
    assert.match(app, place);
    app = app.replace(place, () => line);
  }
  writeFileSync(join(reader.dir, 'unix.mjs'), app);
  const program = startProgram(scope, [process.execPath, 'unix.mjs'], { cwd: reader.dir, env: { PATH: process.env['PATH'], SESSION_SECRET: 'for tests' } });
  await eventually('the socket', () => program.child.exitCode === null ? existsSync(socket) : assert.fail(program.stderr()), 30_000);
};

describe('docs/node.md', () => {
  for (const [name, visits] of [['express', true], ['fastify', false], ['koa', true]] as const) {
    test(`${name} on a port`, async (t) => {
      const { reader: follow, port } = await reader(t);
      follow.write(`// ${name}-app.mjs\n`);
      await follow.start(`node ${name}-app.mjs`);
      await listening(port);
      await seesTheTruth(await follow.front('sallyport 3000'), visits);
    });
  }

  test('express on a unix socket', async (t) => {
    const at = await reader(t);
    await startOnUnix(t, at, 'express-app.mjs', [/app\.set\('trust proxy'.*/, /app\.listen\(.*/]);
    await seesTheTruth(await at.reader.front('sallyport unix:'), true);
  });

  test('fastify on a unix socket', async (t) => {
    const at = await reader(t);
    await startOnUnix(t, at, 'fastify-app.mjs', [/const app = .*/, /await app\.listen\(.*/]);
    await seesTheTruth(await at.reader.front('sallyport unix:'), false);
  });
});
