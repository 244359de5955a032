/** `sallyport reload` and SIGHUP: another configuration counts with the next request, and nobody notices but by its answer. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { BIN, ROOT, runFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { KeptClient, startMarkedApp, startMarkedFront } from '../helpers/marked-site.ts';
import type { MarkedFront } from '../helpers/marked-site.ts';
import { childrenOf } from '../helpers/processes.ts';
import { eventually, tempDir, within } from '../helpers/scope.ts';
import type { Scope } from '../helpers/scope.ts';
import type { Talk } from '../helpers/talk.ts';

const RUNTIMES = [['Node', process.execPath], ['Bun', join(ROOT, 'node_modules/.bin/bun')]] as const;
const WEBSOCKET = 'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

/** Asks all the while over kept connections and new ones, by both doors, while the configuration is exchanged again and again. */
const underLoad = async (t: Scope, { front, write, reloaded }: MarkedFront, { reloads, requests }: { readonly reloads: number; readonly requests: number }): Promise<void> => {
  const seen = new Map<string, number>();
  const wrong: string[] = [];
  let asked = 0;
  let reloading = true;
  const one = async (client: KeptClient, last = false): Promise<void> => {
    const path = ++asked % 5 === 0 ? '/own/answer' : '/of/the/app';
    const { status, header, told } = await client.ask(path, last);
    if (status !== 200 || header !== told) wrong.push(`${path}: ${status}, header ${header}, content ${told}`);
    seen.set(header, (seen.get(header) ?? 0) + 1);
  };
  const goesOn = (): boolean => (reloading || asked < requests) && wrong.length === 0;
  const come = async (tls: boolean, each: number): Promise<void> => {
    while (goesOn()) {
      const client = await KeptClient.open(tls ? front.httpsPort : front.httpPort, tls);
      t.after(() => { client.drop(); });
      for (let left = each; left > 0 && goesOn(); left--) await one(client, left === 1);
      client.drop();
    }
  };
  const clients = Promise.all([come(true, Infinity), come(true, Infinity), come(true, 40), come(false, Infinity), come(false, Infinity), come(false, 10)]);
  const changes = (async () => {
    for (let mark = 1; mark <= reloads; mark++) {
      await eventually('more answers', () => asked >= (mark * requests) / (reloads + 1) || wrong.length > 0, 60_000);
      write(mark);
      process.kill(front.pid, 'SIGHUP');
      await reloaded(mark);
    }
  })().finally(() => { reloading = false; });
  await within(120_000, 'the load', Promise.all([clients, changes]));
  assert.deepEqual(wrong, []);
  assert.ok(asked >= requests);
  assert.deepEqual([...seen.keys()].sort((a, b) => Number(a) - Number(b)), Array.from({ length: reloads + 1 }, (_, i) => String(i)), 'each of them counted for a while');
};

for (const [runtime, program] of RUNTIMES) {
  /** A request that the app has and does not answer yet, over `door`, and a WebSocket that is open. */
const underWay = async (front: Front, app: { readonly held: readonly unknown[] }, door: 'https' | 'http'): Promise<{ readonly slow: Talk; readonly socket: Talk }> => {
  const slow = await front.talk(door);
  slow.say('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const socket = await front.talk('https');
  socket.say(WEBSOCKET);
  await socket.until(/^HTTP\/1\.1 101 [^]*?\r\n\r\n/);
  await eventually('the request at the app', () => app.held.length > 0);
  return { slow, socket };
};

describe(`on ${runtime}`, () => {
    test('10,000 requests during 20 reloads: none fails, none is judged by one configuration and answered by another', async (t) => {
      const app = await startMarkedApp(t);
      await underLoad(t, await startMarkedFront(t, app.port, { program: [program, BIN] }), { reloads: 20, requests: 10_000 });
    });

    test('--watch: a changed file reloads, a wrong one once; --reload-grace ends a WebSocket from before and no request', async (t) => {
      const app = await startMarkedApp(t);
      const { front, write, writeText, reloaded } = await startMarkedFront(t, app.port, { program: [program, BIN], args: ['--watch', '--reload-grace', '0'] });
      const kept = await KeptClient.open(front.httpsPort, true);
      t.after(() => { kept.drop(); });
      const { slow, socket } = await underWay(front, app, 'http');
      assert.deepEqual(await kept.ask('/'), { status: 200, header: '0', told: '0' });

      writeText('{ "app": ');
      await front.event('a refusal', ({ event }) => event === 'reload-refused', 20_000);
      assert.equal(socket.ended, undefined);
      write(1);
      await reloaded(1);
      assert.deepEqual(await kept.ask('/'), { status: 200, header: '1', told: '1' });
      await socket.toTheEnd();
      app.held[0]!.end('done');
      await slow.until('done');
      assert.equal(front.events().filter(({ event }) => event === 'reload-refused').length, 1);
    });

    test('two workers take the same one at the same time or none does, and one that is started later has it too', async (t) => {
      const app = await startMarkedApp(t);
      const marked = await startMarkedFront(t, app.port, { program: [program, BIN], first: { workers: 2 } });
      const { front, write, reloaded } = marked;
      await underLoad(t, marked, { reloads: 5, requests: 2000 });

      const bad = join(tempDir(t), 'bad.pem'); // which workers read, and their parent does not
      writeFileSync(bad, 'nothing');
      write(6, { clientCertificates: { ca: bad, optional: true } });
      process.kill(front.pid, 'SIGHUP');
      const refused = await front.event('a refusal', ({ event }) => event === 'reload-refused');
      assert.match(String(refused['message']), /bad\.pem has no certificate in it/);

      process.kill(childrenOf(front.pid)[0]!, 'SIGKILL');
      await front.event('another worker', ({ event }) => event === 'worker-started', 20_000);
      const all = async (mark: string): Promise<void> => {
        const clients = await Promise.all(Array.from({ length: 12 }, () => KeptClient.open(front.httpPort, false)));
        for (const client of clients) {
          assert.deepEqual(await client.ask('/'), { status: 200, header: mark, told: mark });
          client.drop();
        }
      };
      await all('5');
      write(7);
      process.kill(front.pid, 'SIGHUP');
      await reloaded(6);
      await all('7');
    });

    test('what runs is finished as it began, a WebSocket goes on, a wrong configuration is refused, and what takes another process is named', async (t) => {
      const app = await startMarkedApp(t);
      const env = { SALLYPORT_DATA_DIR: tempDir(t) };
      const marked = await startMarkedFront(t, app.port, { program: [program, BIN], env });
      const { front, write, writeText, file } = marked;
      const kept = await KeptClient.open(front.httpsPort, true);
      t.after(() => { kept.drop(); });
      assert.deepEqual(await kept.ask('/'), { status: 200, header: '0', told: '0' });
      const refusals = (): string[] => front.events().flatMap(({ event, level, message }) => (event === 'reload-refused' && level === 'error' ? [String(message)] : []));
      const reload = (): ReturnType<typeof runFront> => runFront(['reload', '--pid', String(front.pid)], { program: [program, BIN], env });

      const { slow, socket } = await underWay(front, app, 'https');

      write(1);
      const { exit, stdout, stderr } = await reload();
      assert.deepEqual([exit.code, stdout], [0, `${file} was read anew and counts for every new request.\n`], stderr);
      assert.deepEqual(await kept.ask('/'), { status: 200, header: '1', told: '1' });
      assert.deepEqual(await kept.ask('/own/'), { status: 200, header: '1', told: '1' });
      app.held[0]!.end('done');
      assert.match(await slow.until('done'), /\r\nX-Told: 0\r\n[^]*X-Mark: 0\r\n|\r\nX-Mark: 0\r\n[^]*X-Told: 0\r\n/i);
      socket.say('still here');
      await socket.until('still here');

      // Wrong in itself, wrong in what it names, not there: each with its reason, and nothing changes.
      for (const [change, reason] of [
        [() => { write(2, { speaks: 'nonsense' }); }, /speaks: saw "nonsense"/],
        [() => { writeText('{'); }, /saw ".*sallyport\.config\.json", expected JSON/],
        [() => { const bad = join(tempDir(t), 'bad.pem'); writeFileSync(bad, 'nothing'); write(2, { clientCertificates: { ca: bad, optional: true } }); }, /bad\.pem has no certificate in it/],
        [() => { write(2, { workers: 2, https: '127.0.0.1:1' }); }, /https \(--https\) has changed, which a reload cannot do; workers \(--workers\) has changed.* Next: stop the front and start it anew/],
        [() => { write(2, { workers: 2 }); }, /: workers \(--workers\) has changed, which a reload cannot do; Next: sallyport upgrade takes the whole/],
      ] as const) {
        change();
        const count = refusals().length + 1;
        process.kill(front.pid, 'SIGHUP');
        await eventually('a refusal in the log', () => refusals().length === count, 20_000);
        assert.match(refusals().at(-1)!, reason);
      }
      const refused = await reload();
      assert.equal(refused.exit.code, 1);
      assert.match(refused.stderr, /^sallyport: The configuration was read anew and is refused; the one from before stays in force:\n +workers \(--workers\) has changed, which a reload cannot do\.\n +Next: sallyport upgrade takes the whole/);
      assert.deepEqual(await kept.ask('/'), { status: 200, header: '1', told: '1' });
      write(1);
      assert.match((await reload()).stdout, /^Nothing has changed in .*read anew\.\n$/);
      socket.say('and still');
      await socket.until('and still');
    });
  });
}
