import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FAULTS } from '../../src/core/errors.ts';
import { EVENTS } from '../../src/front/log/codes.ts';

const cells = (page: string): string[][] => readFileSync(new URL(`../../docs/${page}.md`, import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));

const rows = cells('errors').map(([code = '', status, blame, what = '', todo = '', ...rest]) => ({ code: code.slice(1, -1), status: Number(status), blame, what, todo, rest }));

test('every code is documented once, and every documented code exists', () => {
  assert.deepEqual(rows.map(({ code }) => code).sort(), Object.keys(FAULTS).sort());
});

test('status and blame are as documented', () => {
  assert.deepEqual(
    Object.fromEntries(rows.map(({ code, status, blame }) => [code, { status, blame }])),
    Object.fromEntries(Object.entries(FAULTS).map(([code, { status, blame }]) => [code, { status, blame }])),
  );
});

test('each says what it is and what to do, in whole sentences', () => {
  for (const { code, what, todo, rest } of rows) {
    assert.match(what, /^.{8,}\.$/, code);
    assert.match(todo, /^.{8,}\.$/, code);
    assert.deepEqual(rest, [], `${code} has five cells`);
  }
});

// Somebody's alerts wait for these words. The type of an event takes no other code, and this list no other than the page's.
test('every event is documented, in order, with its level and a whole sentence, and every documented event exists', () => {
  const events = cells('events').map(([code = '', level = '', what = '', ...rest]) => ({ code: code.slice(1, -1), level, what, rest }));
  assert.deepEqual(events.map(({ code }) => code).filter((code) => code !== 'ready' && code !== 'request'), [...EVENTS]);
  assert.deepEqual([...EVENTS], [...EVENTS].sort());
  for (const { code, level, what, rest } of events) {
    assert.match(level, code === 'ready' || code === 'request' ? /^$/ : /^(?:info|warn|error)$/, code);
    assert.match(what, /^.{8,}\.$/, code);
    assert.deepEqual(rest, [], `${code} has three cells`);
  }
});
