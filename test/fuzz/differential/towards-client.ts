// Invariant: what a client is sent, read by another strict parser, is for each of its requests exactly the answer that a reader of the bare grammar finds in its app's bytes, or visibly a failure: never another's, never more, and never an answer ended as whole that was cut.
import assert from 'node:assert/strict';
import { decodeUwsgi } from '../../helpers/cgi-decode.ts';
import { upstream } from '../../helpers/memory-front.ts';
import type { MemoryWire } from '../../helpers/memory-transport.ts';
import type { Random } from '../../helpers/random.ts';
import { Llhttp, type Read } from './llhttp.ts';
import { answerBytes, type Asked } from './make-answers.ts';
import { readAnswer, type AnswerRead } from './reference.ts';
import { Stage, fresh, type AppWire } from './stage.ts';
import type { Outcome } from './towards-app.ts';
import { survives, values } from './what-passes.ts';

/** What an app said to one request, as far as it came, and whether its connection ended in order behind it. */
interface Said { readonly id: string; text: string; fin: boolean }

export class TowardsClient {
  readonly #stages = [new Stage({}), new Stage({ route: { streamBodies: true } }), new Stage({ route: { app: upstream({ protocol: 'uwsgi' }) } })];

  /** One input; throws at a breach. */
  run(random: Random): Outcome {
    const stage = random.pick(this.#stages);
    const streams = stage === this.#stages[1];
    stage.begin();
    const old = random.chance(0.1);
    const asked = random.many(1, 2, () => 0).map((_, n): Asked => ({ method: random.pick(['GET', 'GET', 'GET', 'HEAD', 'POST', 'DELETE']), path: `/r${n}` }));
    const texts = asked.map(({ method, path }) => `${method} ${path} HTTP/1.${old ? 0 : 1}\r\nHost: shop.test\r\n${old && random.chance(0.5) ? 'Connection: keep-alive\r\n' : ''}${method === 'POST' ? 'Content-Length: 2\r\n\r\nhi' : '\r\n'}`);
    const said = new Map<string, Said>();
    const client = stage.client();
    const apps = new Map<AppWire, AppReader>();
    const uwsgi = stage === this.#stages[2];
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
        speak(random, { stage, apps, said, asked, uwsgi });
      }
      if (unfinished && !pipelined) client.say('GET /smuggled HTTP/1.1\r\nHost: shop.test\r\n\r\n'.repeat(2));
      speak(random, { stage, apps, said, asked, uwsgi });
      return check({ stage, client, asked, said, old });
    } catch (error) {
      const seen = { asked, said: [...said], client: client.text, gone: client.gone, ended: client.ended };
      throw new Error(`${(error as Error).message}\n${JSON.stringify(seen, undefined, 1)}`, { cause: error });
    } finally {
      for (const reader of apps.values()) reader.done();
      stage.end(client);
    }
  }
}

/** The requests that an app reads on one connection, one after the other. */
interface AppReader { next(bytes: Buffer): { readonly path: string; readonly id: string } | undefined; done(): void }

function http(): AppReader {
  const parser = new Llhttp('requests');
  return {
    next(bytes) {
      const before = parser.seen.length;
      parser.read(bytes);
      assert.equal(parser.error, undefined, 'another parser refuses what was forwarded');
      const request = parser.seen.at(-1);
      return request === undefined || parser.seen.length === before ? undefined : { path: request.url, id: values(request.fields, 'x-request-id').join() };
    },
    done: () => { parser.done(); },
  };
}

/** uWSGI answers one packet and closes. */
function uwsgiPackets(): AppReader {
  return {
    next(bytes) {
      if (bytes.length === 0) return undefined;
      const variables = new Map(decodeUwsgi(bytes.subarray(0, 4 + bytes.readUInt16LE(1))));
      return { path: variables.get('REQUEST_URI')!, id: variables.get('HTTP_X_REQUEST_ID')! };
    },
    done() {},
  };
}

interface Playing { readonly uwsgi: boolean; readonly stage: Stage; readonly apps: Map<AppWire, AppReader>; readonly said: Map<string, Said>; readonly asked: readonly Asked[] }

/** Plays the apps until nobody waits for them. */
function speak(random: Random, { uwsgi, stage, apps, said, asked }: Playing): void {
  for (let moved = true; moved;) {
    moved = stage.settle();
    for (let n = 0; n < stage.apps.length; n++) {
      const app = stage.apps[n]!;
      let reader = apps.get(app);
      if (reader === undefined) apps.set(app, reader = uwsgi ? uwsgiPackets() : http());
      const request = reader.next(fresh(app));
      if (request === undefined || app.wire.gone !== undefined) continue;
      assert.doesNotMatch(request.path, /smuggled/);
      moved = true;
      const of: Said = { id: request.id, text: '', fin: false };
      said.set(request.path, of);
      say(random, { app, of, asked: asked.find(({ path }) => path === request.path)!, stage });
    }
  }
}

/** One answer, in pieces, as far as the front lets it come; then the end of the connection, where the answer needs one. */
function say(random: Random, { app, of, asked, stage }: { readonly app: AppWire; readonly of: Said; readonly asked: Asked; readonly stage: Stage }): void {
  const { wire } = app;
  const had = stage.judged.length;
  const writes = wire.writes.length;
  for (const piece of random.pieces(answerBytes(random, asked), 200)) {
    wire.say(piece);
    of.text += piece;
    // Whole for the front: what is left of it would be read as the next one's, by anybody, or comes to an idle connection.
    if (wire.gone !== undefined || stage.judged.length > had || wire.writes.length > writes) return;
    if (isWhole(readAnswer(of.text, asked.method, false))) return;
  }
  if (random.chance(0.6)) {
    of.fin = true;
    wire.fin();
    if (wire.gone === undefined) wire.break();
  } else wire.break();
}

const isWhole = (read: ReturnType<typeof readAnswer>): read is AnswerRead => !('not' in read) && read.state === 'whole';

interface Played { readonly stage: Stage; readonly client: MemoryWire; readonly asked: readonly Asked[]; readonly said: ReadonlyMap<string, Said>; readonly old: boolean }

function check({ stage, client, asked, said, old }: Played): Outcome {
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
    const found = readAnswer(of.text, method, of.fin);
    if (!final.whole) {
      assert.ok(!isWhole(found), 'a whole answer was cut');
      assert.ok(over && n === answers.length - 1, 'a cut answer, and the connection goes on');
      continue;
    }
    if (!isWhole(found)) {
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
