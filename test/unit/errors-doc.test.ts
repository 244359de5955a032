import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FAULTS } from '../../src/core/errors.ts';

const rows = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [code = '', status, blame, what = '', todo = '', ...rest] = line.split('|').slice(1, -1).map((cell) => cell.trim());
    return { code: code.slice(1, -1), status: Number(status), blame, what, todo, rest };
  });

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
