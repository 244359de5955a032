import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepRequestFields } from '../../src/core/contract/keep.ts';
import { createClassifier } from '../../src/core/contract/classify.ts';
import { readRequestHead } from '../../src/core/http1/request-head.ts';
import type { RequestHead } from '../../src/core/http1/heads.ts';
import { withoutCookie } from '../../src/core/http1/without-cookie.ts';

const classify = createClassifier({ tellNames: [], allowHeaders: [] });

const headWith = (lines: string): RequestHead => {
  const bytes = Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\n`, 'latin1');
  return readRequestHead(bytes, 0, bytes.length, classify) as RequestHead;
};
const left = (lines: string): string => keepRequestFields(withoutCookie(headWith(lines), 'stay'));

test('a cookie is taken out wherever it stands, and nothing else', () => {
  for (const [lines, expected] of [
    ['Cookie: stay=x\r\n', ''],
    ['A: 1\r\nCookie: stay=x; a=1\r\nB: 2\r\n', 'A: 1\r\nCookie: a=1\r\nB: 2\r\n'],
    ['cookie: a=1; stay=x\r\n', 'cookie: a=1\r\n'],
    ['Cookie: a=1;stay=x; b="2; stay"\r\n', 'Cookie: a=1; b="2; stay"\r\n'], // `stay"` is another name
    ['Cookie: stay=x; stay=y\r\nCookie: stay =z; b=\xe4\r\n', 'Cookie: b=\xe4\r\n'],
    ['Cookie: stayed=1; Stay=2; xstay=3\r\n', 'Cookie: stayed=1; Stay=2; xstay=3\r\n'],
    ['Cookie:   a=1\r\nX:  y \r\n', 'Cookie:   a=1\r\nX:  y \r\n'],
    ['X-Forwarded-For: 1\r\nConnection: b\r\nB: 1\r\nCookie: a; stay=1; ;=c\r\n', 'Cookie: a; ;=c\r\n'],
  ] as const) assert.equal(left(lines), expected, JSON.stringify(lines));
});

test('a head without it is the same head', () => {
  const head = headWith('Cookie: a=1\r\n');
  assert.equal(withoutCookie(head, 'stay'), head);
});
