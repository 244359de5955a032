// Each request of the corpus against the whole front, its body collected and as it comes, whole and byte by byte: what the app gets, what is refused with which code, and that nothing is read behind a refusal.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FAULTS, Fault, type FaultCode } from '../../../src/core/errors.ts';
import { Stage, fresh } from '../../fuzz/differential/stage.ts';
import { Llhttp, readable } from '../../fuzz/differential/llhttp.ts';
import { REQUESTS } from '../requests.ts';
import { CHUNKS } from './chunks.ts';
import { CODINGS } from './codings.ts';
import { CONNECTIONS } from './connections.ts';
import { LENGTHS } from './lengths.ts';
import { LINES } from './lines.ts';
import { TARGETS } from './targets.ts';
import type { Case, Given } from './words.ts';

const ALL: readonly (readonly [string, readonly Case[]])[] = [['Content-Length', LENGTHS], ['Transfer-Encoding', CODINGS], ['chunks', CHUNKS], ['lines, names and values', LINES], ['request line, target and Host', TARGETS], ['connections', CONNECTIONS]];

const TRUTH = /^(?:X-Forwarded-(?:For|Proto|Host|Port)|X-Request-Id): [^\r\n]*\r\n/gm;

interface Seen { readonly app: string[]; readonly statuses: number[]; readonly code: string | undefined; readonly over: boolean }

/** Plays it; the app answers each whole request, and declines every upgrade. */
function play(stage: Stage, bytes: string, step: number): Seen {
  stage.begin();
  const client = stage.client();
  const parsers: Llhttp[] = [];
  const texts: string[] = [];
  const app: string[] = [];
  for (let at = 0; at < bytes.length; at += step) {
    client.say(bytes.slice(at, at + step));
    for (let moved = true; moved;) {
      moved = stage.settle();
      for (const [i, made] of stage.apps.entries()) {
        const piece = fresh(made);
        const parser = parsers[i] ??= new Llhttp('requests');
        if (piece.length === 0) continue;
        moved = true;
        texts[i] = (texts[i] ?? '') + piece.toString('latin1');
        parser.read(parser.atStart ? readable(piece).bytes : piece);
        assert.equal(parser.error, undefined, `another parser refuses ${JSON.stringify(texts[i])}`);
        const request = parser.seen.at(-1)!;
        if (!request.whole) continue;
        app.push(texts[i].replace(TRUTH, ''));
        texts[i] = '';
        if (request.upgrade) parser.goOn();
        made.wire.say(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${request.method === 'HEAD' ? '' : 'ok'}`);
      }
    }
  }
  const statuses = [...client.text.matchAll(/HTTP\/1\.1 ([2-5]\d\d) /g)].map(([, status]) => Number(status));
  const seen = { app, statuses, code: /\nCode: ([a-z0-9-]+)/.exec(client.text)?.[1], over: client.ended || client.gone !== undefined };
  assert.deepEqual(stage.defects, []);
  for (const parser of parsers) parser.done();
  stage.end(client);
  return seen;
}

/** `METHOD` and `NAME` in what the app gets stand for those of the request. */
function filled(given: Given, bytes: string): readonly string[] {
  return given.app.map((text) => text.replace(/^METHOD /, () => `${/^\S+/.exec(bytes)![0]} `).replace(/^NAME:/m, () => `${/\r\n([^:\r\n]+):[^\r\n]*\r\n\r\n/.exec(bytes)?.[1] ?? ''}:`));
}

const collects = new Stage({});
const streams = new Stage({ route: { streamBodies: true } });

for (const [part, cases] of ALL) {
  suite(`what a request gives: ${part}`, () => {
    for (const [what, because, bytes, gives] of cases) {
      test(what.length > 110 ? `${what.slice(0, 110)}…` : what, () => {
        const given: Given = typeof gives === 'string' ? { app: [], refused: gives } : gives;
        const steps = bytes.length > 2000 ? [bytes.length, 499] : [bytes.length, 1];
        for (const step of steps) {
          for (const stage of [collects, streams]) {
            const seen = play(stage, bytes, step);
            const about = `${because}, ${stage === streams ? 'streamed' : 'collected'}, ${step} bytes at a time`;
            if (stage === collects) assert.deepEqual(seen.app, filled(given, bytes), about);
            else assert.equal(seen.app.length, given.app.length, about);
            const statuses = given.app.map(() => 200);
            if (given.refused !== undefined) statuses.push(Number(given.refused.slice(0, 3)));
            assert.deepEqual(seen.statuses, statuses, about);
            if (given.refused !== undefined) assert.ok(bytes.startsWith('HEAD') || seen.code === given.refused.slice(4), `${about}: ${seen.code}`);
            assert.equal(seen.over, given.refused !== undefined || given.closed === true, `${about}: open or closed`);
          }
        }
      });
    }
  });
}

test('every head of the tables beside is refused by the whole front as it is by its reader', () => {
  for (const [what, bytes, expected] of REQUESTS) {
    if (typeof expected !== 'string' || expected === 'more') continue;
    const seen = play(collects, bytes, bytes.length);
    assert.deepEqual([seen.app, seen.statuses, seen.code], [[], [new Fault(expected).status], expected], what);
  }
});

const cases = ALL.flatMap(([, some]) => some);

test(`the corpus has ${cases.length} requests (at least 300), each with its reason and a code that is there`, () => {
  assert.ok(cases.length >= 300);
  for (const [what, because, , gives] of cases) {
    assert.notEqual(because, '', what);
    const refused = typeof gives === 'string' ? gives : gives.refused;
    if (refused !== undefined) assert.equal(FAULTS[refused.slice(4) as FaultCode]?.status, Number(refused.slice(0, 3)), `${what}: ${refused}`);
  }
  const refusals = cases.filter(([, , , gives]) => typeof gives === 'string' || gives.refused !== undefined).length;
  assert.ok(refusals >= 300, `${refusals} of them are refused`);
  assert.ok(new Set(cases.map(([, , bytes]) => bytes)).size > cases.length - 12, 'they differ');
});
