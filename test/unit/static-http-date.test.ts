import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHttpDate } from '../../src/front/static/http-date.ts';

const SECONDS = Date.UTC(1994, 10, 6, 8, 49, 37) / 1000;

test('all three forms of an HTTP-date mean the same instant', () => {
  assert.equal(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT'), SECONDS);
  assert.equal(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT'), SECONDS);
  assert.equal(parseHttpDate('Sun Nov  6 08:49:37 1994'), SECONDS);
});

test('two digits of a year are never more than 50 years ahead', () => {
  const now = Date.UTC(2026, 0, 1);
  assert.equal(new Date(parseHttpDate('Sunday, 06-Nov-76 08:49:37 GMT', now)! * 1000).getUTCFullYear(), 2076);
  assert.equal(new Date(parseHttpDate('Sunday, 06-Nov-77 08:49:37 GMT', now)! * 1000).getUTCFullYear(), 1977);
});

test('anything else is no date', () => {
  for (const text of ['', '0', '2030', '1994-11-06T08:49:37Z', 'Sun, 06 Nov 1994 08:49:37 UTC', 'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT', 'Sun, 32 Nov 1994 08:49:37 GMT', ' Sun, 06 Nov 1994 08:49:37 GMT', 'Sun, 06 nov 1994 08:49:37 GMT', 'Sun, 06 Nov 1994 08:49:37 GMT, x']) {
    assert.equal(parseHttpDate(text), undefined, text);
  }
});
