// Invariant: what a client is sent, read by another strict parser, is for each of its requests exactly the answer that a reader of the bare grammar finds in its app's bytes, or visibly a failure: never another's, never more, and never an answer ended as whole that was cut.
import assert from 'node:assert/strict';
import { upstream } from '../../helpers/memory-front.ts';
import type { MemoryWire } from '../../helpers/memory-transport.ts';
import type { Random } from '../../helpers/random.ts';
import { FASTCGI, HTTP, UWSGI, type AppKind, type AppReader } from './app-kinds.ts';
import { Llhttp, type Read } from './llhttp.ts';
import type { Asked } from './make-answers.ts';
import type { AnswerRead, Not } from './reference.ts';
import { Stage, fresh, type AppWire } from './stage.ts';
import type { Outcome } from './towards-app.ts';
import { survives, values } from './what-passes.ts';

/** What an app said to one request, as far as it came, and whether its connection ended in order behind it. */
interface Said { readonly id: string; text: string; fin: boolean }

export class TowardsClient {
  readonly #stages: readonly (readonly [Stage, AppKind])[];

  /** `root`: a folder with an `index.php`. */
  constructor(root: string) {
    this.#stages = [
      [new Stage({}), HTTP], [new Stage({ route: { streamBodies: true } }), HTTP], [new Stage({ route: { app: upstream({ protocol: 'uwsgi' }) } }), UWSGI],
      [new Stage({ route: { app: upstream({ protocol: 'fastcgi' }), root } }), FASTCGI],
    ];
  }

  /** One input; throws at a breach. */
  run(random: Random): Outcome {
    const which = random.pick([0, 0, 0, 1, 1, 2, 2, 3]);
    const [stage, kind] = this.#stages[which]!;
    const streams = which === 1;
    stage.begin();
    const old = random.chance(0.1);
    const asked = random.many(1, 2, () => 0).map((_, n): Asked => ({ method: random.pick(['GET', 'GET', 'GET', 'HEAD', 'POST', 'DELETE']), path: kind === FASTCGI ? `/index.php/r${n}` : `/r${n}` }));
    const texts = asked.map(({ method, path }) => `${method} ${path} HTTP/1.${old ? 0 : 1}\r\nHost: shop.test\r\n${old && random.chance(0.5) ? 'Connection: keep-alive\r\n' : ''}${method === 'POST' ? 'Content-Length: 2\r\n\r\nhi' : '\r\n'}`);
    const said = new Map<string, Said>();
    const client = stage.client();
    const apps = new Map<AppWire, AppReader>();
    const pipelined = random.chance(0.4);
    const unfinished = streams && !old && random.chance(0.15);
    try {
      if (pipelined) client.say(texts.join(''));
      else if (unfinished) { // its last byte is still under way when the answer comes
        const last = texts.length - 1;
        texts[last] = `POST /r${last} HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 600\r\n\r\nhalf`;
        asked[last] = { method: 'POST', path: `/r${last}` };
      }
      for (const text of pipelined ? [''] : texts) {
        if (client.gone === undefined && text !== '') client.say(text);
        speak(random, { stage, apps, said, asked, kind });
      }
      if (unfinished && !pipelined) client.say('GET /smuggled HTTP/1.1\r\nHost: shop.test\r\n\r\n'.repeat(2));
      speak(random, { stage, apps, said, asked, kind });
      return check({ kind, stage, client, asked, said, old });
    } catch (error) {
      const seen = { asked, said: [...said], client: client.text, gone: client.gone, ended: client.ended };
      throw new Error(`${(error as Error).message}\n${JSON.stringify(seen, undefined, 1)}`, { cause: error });
    } finally {
      for (const reader of apps.values()) reader.done();
      stage.end(client);
    }
  }
}

interface Playing { readonly kind: AppKind; readonly stage: Stage; readonly apps: Map<AppWire, AppReader>; readonly said: Map<string, Said>; readonly asked: readonly Asked[] }

/** Plays the apps until nobody waits for them. */
function speak(random: Random, { kind, stage, apps, said, asked }: Playing): void {
  for (let moved = true; moved;) {
    moved = stage.settle();
    for (let n = 0; n < stage.apps.length; n++) {
      const app = stage.apps[n]!;
      let reader = apps.get(app);
      if (reader === undefined) apps.set(app, reader = kind.reader());
      const request = reader.next(fresh(app));
      if (request === undefined || app.wire.gone !== undefined) continue;
      assert.doesNotMatch(request.path, /smuggled/);
      moved = true;
      const of: Said = { id: request.id, text: '', fin: false };
      said.set(request.path, of);
      say(random, { app, of, asked: asked.find(({ path }) => path === request.path)!, stage, kind });
    }
  }
}

/** One answer, in pieces, as far as the front lets it come; then the end of the connection, where the answer needs one. */
function say(random: Random, { app, of, asked, stage, kind }: Pick<Playing, 'stage' | 'kind'> & { readonly app: AppWire; readonly of: Said; readonly asked: Asked }): void {
  const { wire } = app;
  const had = stage.judged.length;
  const writes = wire.writes.length;
  for (const piece of random.pieces(kind.answer(random, asked), 200)) {
    wire.say(piece);
    of.text += piece;
    // Whole for the front: what is left of it would be read as the next one's, by anybody, or comes to an idle connection.
    if (wire.gone !== undefined || stage.judged.length > had || wire.writes.length > writes) return;
    if (isWhole(kind.read(of.text, asked.method, false))) return;
  }
  if (random.chance(0.6)) {
    of.fin = true;
    wire.fin();
    if (wire.gone === undefined) wire.break();
  } else wire.break();
}

const isWhole = (read: AnswerRead | Not): read is AnswerRead => !('not' in read) && read.state === 'whole';

interface Played { readonly kind: AppKind; readonly stage: Stage; readonly client: MemoryWire; readonly asked: readonly Asked[]; readonly said: ReadonlyMap<string, Said>; readonly old: boolean }

function check({ kind, stage, client, asked, said, old }: Played): Outcome {
  assert.deepEqual(stage.defects, [], 'a defect of the front');
  const parser = new Llhttp('answers', asked.map(({ method }) => method));
  parser.read(Buffer.from(client.text, 'latin1'));
  assert.equal(parser.error, undefined, 'another parser refuses what the client got');
  const over = client.ended || client.gone !== undefined;
  if (over && client.gone !== 'reset') parser.end();
  parser.done();
  const answers: { final: Read; interim: number[] }[] = [];
  let interim: number[] = [];
  for (const read of parser.seen) {
    if (read.status < 200) { interim.push(read.status); continue; }
    answers.push({ final: read, interim });
    interim = [];
  }
  assert.ok(answers.length <= asked.length, 'more answers than requests');
  let whole = 0;
  for (const [n, { final, interim: told }] of answers.entries()) {
    const { method, path } = asked[n]!;
    const of = said.get(path);
    if (of === undefined) { assert.ok(final.status >= 500, 'an answer, and no app was asked'); continue; }
    const found = kind.read(of.text, method, of.fin);
    if (!final.whole) {
      assert.ok(!isWhole(found), 'a whole answer was cut');
      assert.ok(over && n === answers.length - 1, 'a cut answer, and the connection goes on');
      continue;
    }
    const loose = !('not' in found) && found.state === 'loose' && final.status === found.status && final.body === found.body;
    if (!isWhole(found) && !loose) {
      assert.ok(final.status >= 500 && (method === 'HEAD' || /\nCode: app-[a-z-]+\n/.test(final.body)), 'not visibly a failure, though the app gave no whole answer');
      continue;
    }
    whole++;
    assert.deepEqual(values(final.fields, 'x-request-id'), [of.id], 'the id of the request, once');
    assert.equal(final.status, found.status);
    assert.equal(final.body, found.body);
    assert.deepEqual(told, old ? [] : found.interim);
    assert.deepEqual(survives(pairs(final.fields), found.fields), survives(found.fields, found.fields));
    for (const [name, value] of pairs(final.trailers)) assert.ok(found.trailers.some((trailer) => trailer[0] === name && trailer[1] === value), `the trailer ${name}`);
  }
  if (answers.length < asked.length) assert.ok(over, 'somebody still waits for an answer');
  return { forwarded: whole, refused: answers.length - whole };
}

const pairs = (flat: readonly string[]): [string, string][] => Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!]);
