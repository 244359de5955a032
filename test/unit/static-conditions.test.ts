import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, readConditions, type Conditions, type Verdict } from '../../src/front/static/conditions.ts';
import { factsOf } from '../../src/front/static/facts.ts';
import { fieldsOf } from '../helpers/fields.ts';

const MODIFIED = Date.UTC(2024, 4, 5, 6, 7, 8) + 250;
const file = factsOf('a.txt', { size: 1000, mtimeMs: MODIFIED }, { extra: '' }, MODIFIED + 3_600_000);
const young = factsOf('a.txt', { size: 1000, mtimeMs: MODIFIED }, { extra: '' }, MODIFIED + 500);
const timeless = factsOf('a.txt', { size: 1000, mtimeMs: 1000 }, { extra: '' });
const empty = factsOf('a.txt', { size: 0, mtimeMs: MODIFIED }, { extra: '' }, MODIFIED + 3_600_000);
const TAG = file.etag!;
const AT = 'Sun, 05 May 2024 06:07:08 GMT';
const BEFORE = 'Sun, 05 May 2024 06:07:07 GMT';
const AFTER = 'Sun, 05 May 2024 06:07:09 GMT';

const table = (rows: readonly (readonly [Conditions, Verdict])[], method = 'GET', of = file): void => {
  for (const [conditions, expected] of rows) assert.deepEqual(judge(conditions, of, method), expected, JSON.stringify(conditions));
};

test('the tag is strong once the file has settled, weak before, and absent where times say nothing', () => {
  assert.match(TAG, /^"[0-9a-f]+-3e8"$/);
  assert.equal(young.etag, `W/${TAG}`);
  assert.equal(file.lastModified, AT);
  assert.equal(timeless.etag, undefined);
  assert.doesNotMatch(timeless.lines, /ETag|Last-Modified/);
});

test('a time in the future is told as now', () => {
  const facts = factsOf('a.txt', { size: 1, mtimeMs: MODIFIED + 86_400_000 }, { extra: '' }, MODIFIED);
  assert.equal(facts.lastModified, AT);
});

test('If-None-Match and If-Modified-Since', () => {
  table([
    [{ 'if-none-match': TAG }, 'not-modified'],
    [{ 'if-none-match': `W/${TAG}` }, 'not-modified'],
    [{ 'if-none-match': `"x", ${TAG}` }, 'not-modified'],
    [{ 'if-none-match': '*' }, 'not-modified'],
    [{ 'if-none-match': '"x"' }, 'whole'],
    [{ 'if-none-match': '"x"', 'if-modified-since': AFTER }, 'whole'], // the date does not count beside a tag
    [{ 'if-none-match': TAG, 'if-modified-since': BEFORE }, 'not-modified'],
    [{ 'if-modified-since': AT }, 'not-modified'],
    [{ 'if-modified-since': AFTER }, 'not-modified'],
    [{ 'if-modified-since': 'Sun May  5 06:07:08 2024' }, 'not-modified'],
    [{ 'if-modified-since': 'Sunday, 05-May-24 06:07:08 GMT' }, 'not-modified'],
    [{ 'if-modified-since': BEFORE }, 'whole'],
    [{ 'if-modified-since': '2030' }, 'whole'], // no HTTP-date
    [{ 'if-none-match': TAG, 'cache-control': 'no-cache' }, 'whole'], // a forced reload
    [{}, 'whole'],
  ]);
  table([[{ 'if-none-match': TAG }, 'not-modified'], [{ 'if-none-match': `W/${TAG}` }, 'not-modified']], 'GET', young);
  table([[{ 'if-none-match': '""' }, 'whole'], [{ 'if-modified-since': AFTER }, 'whole']], 'GET', timeless);
});

test('If-Match and If-Unmodified-Since come first', () => {
  table([
    [{ 'if-match': TAG }, 'whole'],
    [{ 'if-match': `"x",${TAG}` }, 'whole'],
    [{ 'if-match': '*' }, 'whole'],
    [{ 'if-match': `W/${TAG}` }, 'failed'],
    [{ 'if-match': '"x"' }, 'failed'],
    [{ 'if-match': '"x"', 'if-none-match': TAG }, 'failed'],
    [{ 'if-match': TAG, 'if-unmodified-since': BEFORE }, 'whole'],
    [{ 'if-match': TAG, 'if-none-match': TAG }, 'not-modified'],
    [{ 'if-unmodified-since': AT }, 'whole'],
    [{ 'if-unmodified-since': BEFORE }, 'failed'],
    [{ 'if-unmodified-since': 'yesterday' }, 'whole'],
  ]);
  table([[{ 'if-match': `W/${TAG}` }, 'failed'], [{ 'if-match': TAG }, 'failed']], 'GET', young);
});

test('one range of bytes', () => {
  table([
    [{ range: 'bytes=0-0' }, { start: 0, end: 0 }],
    [{ range: 'bytes=100-199' }, { start: 100, end: 199 }],
    [{ range: 'bytes=100-' }, { start: 100, end: 999 }],
    [{ range: 'bytes=990-5000' }, { start: 990, end: 999 }],
    [{ range: 'bytes=-1' }, { start: 999, end: 999 }],
    [{ range: 'bytes=-1000' }, { start: 0, end: 999 }],
    [{ range: 'bytes=-5000' }, { start: 0, end: 999 }],
    [{ range: `bytes=-${'9'.repeat(400)}` }, { start: 0, end: 999 }],
    [{ range: `bytes=0-${'9'.repeat(400)}` }, { start: 0, end: 999 }],
    [{ range: 'Bytes=1-2' }, { start: 1, end: 2 }],
    [{ range: 'bytes=1000-' }, 'unsatisfiable'],
    [{ range: 'bytes=5000-6000' }, 'unsatisfiable'],
    [{ range: 'bytes=-0' }, 'unsatisfiable'],
    [{ range: `bytes=${'9'.repeat(400)}-` }, 'unsatisfiable'],
    [{ range: 'bytes=0-1,5-6' }, 'whole'],
    [{ range: 'bytes=0-1, bytes=5-6' }, 'whole'],
    [{ range: 'bytes=a-b' }, 'whole'],
    [{ range: 'bytes=-' }, 'whole'],
    [{ range: 'bytes 0-1' }, 'whole'],
    [{ range: 'lines=0-1' }, 'whole'],
    [{ range: 'lines=5000-' }, 'whole'],
    [{ range: '' }, 'whole'],
  ]);
  table([[{ range: 'bytes=0-1' }, 'whole']], 'HEAD');
  table([[{ range: 'bytes=0-' }, 'whole'], [{ range: 'bytes=-5' }, 'whole']], 'GET', empty);
});

test('If-Range lets a range through only for the very same file', () => {
  const range = 'bytes=1-2';
  const part = { start: 1, end: 2 };
  table([
    [{ range, 'if-range': TAG }, part],
    [{ range, 'if-range': AT }, part],
    [{ range, 'if-range': `W/${TAG}` }, 'whole'],
    [{ range, 'if-range': '"x"' }, 'whole'],
    [{ range, 'if-range': BEFORE }, 'whole'],
    [{ range, 'if-range': AFTER }, 'whole'],
    [{ range, 'if-range': 'tomorrow' }, 'whole'],
    [{ range, 'if-none-match': TAG }, 'not-modified'],
  ]);
  table([[{ range, 'if-range': `W/${TAG}` }, 'whole'], [{ range, 'if-range': AT }, 'whole']], 'GET', young);
  table([[{ range, 'if-range': AT }, 'whole'], [{ range }, part]], 'GET', timeless);
});

test('conditions are read from the fields whatever their case, and repeated lines are one list', () => {
  assert.equal(readConditions(fieldsOf('Accept: text/html\r\nX-Range: 1\r\nIF-MATCX: 1\r\n')), undefined);
  assert.deepEqual(readConditions(fieldsOf('IF-none-MATCH: "a"\r\nrange: bytes=0-1\r\nIf-None-Match: "b"\r\n')),
    { 'if-none-match': '"a", "b"', 'range': 'bytes=0-1' });
});
