// Invariant: what is forwarded, read by another strict parser, is exactly the requests that a reader of the bare grammar finds in the client's bytes: these, in this order, and nothing more; and every client gets one answer for each.
import assert from 'node:assert/strict';
import type { MemoryWire } from '../../helpers/memory-transport.ts';
import type { Random } from '../../helpers/random.ts';
import { Llhttp, readable, type Read } from './llhttp.ts';
import { requestStream } from './make-requests.ts';
import { MAX_BODY, Stage, fresh, type AppWire } from './stage.ts';
import { readRequest, type Not, type RequestRead } from './reference.ts';
import { isFamily, passes, values } from './what-passes.ts';

export interface Outcome { readonly forwarded: number; readonly refused: number }

/** One app connection: what it was asked, and what it answers. */
class App {
  readonly parser = new Llhttp('requests');
  readonly asked: { readonly method: string; readonly target: string }[] = [];
  answered = 0;
  /** The last of its requests has become a tunnel. */
  switched = false;
  readonly #app: AppWire;

  constructor(app: AppWire) { this.#app = app; }

  get wire(): MemoryWire { return this.#app.wire; }

  /** Reads on. True where there was anything. */
  read(): boolean {
    let bytes = fresh(this.#app);
    if (bytes.length === 0) return false;
    const { parser } = this;
    if (parser.atStart) {
      const line = readable(bytes);
      this.asked.push(line);
      ({ bytes } = line);
    }
    parser.read(bytes);
    return true;
  }
}

export class TowardsApp {
  readonly #stages = [new Stage({}), new Stage({ route: { streamBodies: true } })];

  /** One input; throws at a breach. */
  run(random: Random): Outcome {
    const text = requestStream(random);
    const streams = random.chance(0.4);
    const stage = this.#stages[streams ? 1 : 0]!;
    stage.begin();
    const apps: App[] = [];
    const early = random.chance(0.03);
    const client = stage.client();
    const leaves = random.chance(0.05);
    try {
      for (const piece of random.pieces(text, 200)) {
        client.say(piece);
        if (streams || random.chance(0.5)) answer(stage, apps, early);
      }
      answer(stage, apps, early);
      if (leaves) client.fin();
      return check({ text, stage, apps, client, early, streams, leaves });
    } catch (error) {
      const seen = { sent: text, forwarded: stage.apps.map(({ wire }) => wire.text), client: client.text };
      throw new Error(`${(error as Error).message}\n${JSON.stringify(seen, undefined, 1)}`, { cause: error });
    } finally {
      for (const { parser } of apps) parser.done();
      stage.end(client);
    }
  }
}

/** Plays the apps until nobody has anything to say. */
function answer(stage: Stage, apps: App[], early: boolean): void {
  for (let moved = true; moved;) {
    moved = stage.settle();
    while (apps.length < stage.apps.length) apps.push(new App(stage.apps[apps.length]!));
    for (const app of apps) {
      if (app.read()) moved = true;
      const { parser, wire } = app;
      const next = parser.seen[app.answered];
      if (next === undefined || wire.gone !== undefined || (!next.whole && !early)) continue;
      app.answered++;
      moved = true;
      const body = `for ${values(next.fields, 'x-request-id').join()}`;
      if (next.upgrade && next.fields.length % 4 === 0) {
        app.switched = true;
        wire.say('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      } else {
        if (next.upgrade) parser.goOn();
        wire.say(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${next.method === 'HEAD' ? '' : body}`);
      }
    }
  }
}

interface Played { readonly text: string; readonly stage: Stage; readonly apps: App[]; readonly client: MemoryWire; readonly early: boolean; readonly streams: boolean; readonly leaves: boolean }

function check({ text, stage, apps, client, early, streams, leaves }: Played): Outcome {
  assert.deepEqual(stage.defects, [], 'a defect of the front');
  const byId = new Map<string, { read: Read; line: App['asked'][number]; app: App }>();
  for (const app of apps) {
    assert.equal(app.parser.error, undefined, 'another parser refuses what was forwarded');
    assert.equal(app.asked.length, app.parser.seen.length, 'another parser counts other requests');
    app.parser.seen.forEach((read, i) => { byId.set(values(read.fields, 'x-request-id').join(), { read, line: app.asked[i]!, app }); });
  }
  assert.equal(byId.size, stage.judged.length, 'another number of requests was forwarded than judged');

  // What a reader of the grammar finds, one after the other.
  let from = 0;
  let tail: Not | undefined;
  let whole = 0;
  let tunnel: string | undefined;
  for (; ;) {
    const found = readRequest(text, from, MAX_BODY);
    if ('not' in found) { tail = found; break; }
    const judged = stage.judged[whole];
    if (judged === undefined) {
      if (!early) assert.fail(`a well-formed request was not forwarded: ${JSON.stringify(text.slice(from, from + 300))}`);
      break;
    }
    const seen = byId.get(judged.requestId);
    assert.ok(seen !== undefined, 'a judged request did not arrive');
    if (!seen.read.whole && early) break;
    same(seen.read, seen.line, found, streams);
    whole++;
    from = found.end;
    if (found.websocket && seen.app.switched && seen.read === seen.app.parser.seen.at(-1)) {
      tunnel = seen.app.parser.behind;
      assert.equal(tunnel, text.slice(from), 'a tunnel carries other bytes than the client sent');
      break;
    }
    if (!found.keepAlive) break;
  }
  const more = stage.judged.slice(whole);
  if (more.length > 0) {
    assert.ok(streams || early, `a request was forwarded that is none: ${more[0]!.forwarded}`);
    assert.ok(more.length === 1 && (early || tail?.head === true), 'more than the one request was forwarded whose body is arriving');
    if (!early) assert.equal(byId.get(more[0]!.requestId)!.read.whole, false, 'a request whose end never came was ended');
  }
  if (tunnel === undefined && !leaves && !early) answers(client, [...stage.judged.slice(0, whole).map(({ requestId, head }) => ({ id: requestId, method: head.method })), { id: '', method: tail?.head === true && /(?:\r\n)?HEAD /y.exec(text.slice(from, from + 10)) ? 'HEAD' : '' }]);
  return { forwarded: whole, refused: tail !== undefined && from < text.length ? 1 : 0 };
}

/** One forwarded request against what stands in the client's bytes. */
function same(read: Read, line: App['asked'][number], found: RequestRead, streams: boolean): void {
  assert.equal(read.whole, true, 'a whole request was not forwarded whole');
  assert.deepEqual([line.method, line.target, read.body], [found.method, found.target, found.body]);
  const truth: Record<string, string> = { 'host': found.host, 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https', 'x-forwarded-host': found.host, 'x-forwarded-port': '8443' };
  for (const name in truth) assert.deepEqual(values(read.fields, name), [truth[name]], name);
  let framings = 0;
  const rest: (readonly [string, string])[] = [];
  for (let i = 0; i < read.fields.length; i += 2) {
    const name = read.fields[i]!.toLowerCase();
    if (name === 'content-length' || name === 'transfer-encoding') framings++;
    else if (name === 'connection' || name === 'upgrade') assert.ok(found.websocket, 'an upgrade nobody may have');
    else if (name === 'expect') assert.ok(streams);
    else if (name !== 'x-request-id' && truth[name] === undefined) rest.push([read.fields[i]!, read.fields[i + 1]!]);
  }
  assert.ok(framings <= 1 && (framings === 1 || read.body === ''), `${framings} framings`);
  assert.deepEqual(rest, passes(found.fields), 'the fields that pass');
  assert.equal(read.upgrade, found.websocket);
  for (let i = 0; i < read.trailers.length; i += 2) {
    assert.ok(!isFamily(read.trailers[i]!) && found.trailers.some(([name, value]) => name === read.trailers[i] && value === read.trailers[i + 1]), `the trailer ${read.trailers[i]}`);
  }
  if (!streams) assert.equal(read.trailers.length, 0);
}

/** What the client got: its answers in order, then at most one refusal, and the end. The last of `asked` is the one that was not forwarded. */
function answers(client: MemoryWire, asked: readonly { readonly id: string; readonly method: string }[]): void {
  const parser = new Llhttp('answers', asked.map(({ method }) => method));
  parser.read(Buffer.from(client.text, 'latin1'));
  parser.done();
  assert.equal(parser.error, undefined, 'another parser refuses what the client got');
  const final = parser.seen.filter(({ status }) => status >= 200);
  assert.ok(final.every((read) => read.whole), 'an answer is cut');
  const whole = asked.length - 1;
  for (let i = 0; i < whole; i++) {
    const read = final[i];
    assert.ok(read !== undefined && read.status === 200, `request ${i} was not answered`);
    if (asked[i]!.method !== 'HEAD') assert.equal(read.body, `for ${asked[i]!.id}`, 'an answer to another request');
  }
  assert.ok(final.length <= whole + 1, 'more answers than requests');
  if (final.length > whole) {
    assert.ok(final[whole]!.status >= 400 && final[whole]!.status < 500, `the refusal is ${final[whole]!.status}`);
    assert.ok(client.ended || client.gone !== undefined, 'a refusal leaves the connection open');
  }
}
