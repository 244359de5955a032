import { suite, test } from 'node:test';
import assert from 'node:assert/strict';
import { Fault } from '../../src/core/errors.ts';
import { readRequestHead } from '../../src/core/http1/request-head.ts';
import { classify, everyWay } from './three-ways.ts';
import { REQUESTS } from './requests.ts';

suite('request heads, each whole, byte by byte and with trailing bytes', () => {
  for (const [what, text, expected] of REQUESTS) {
    test(what.length > 100 ? `${what.slice(0, 100)}…` : what, () => {
      const verdict = everyWay(text, (bytes, start, end) => readRequestHead(bytes, start, end, classify));
      if (typeof expected === 'string') {
        const seen = verdict === undefined ? 'more' : verdict instanceof Fault ? verdict.code : 'accepted';
        assert.equal(seen, expected, verdict instanceof Fault ? verdict.detail : undefined);
        if (verdict instanceof Fault) assert.match(verdict.detail, /^[\x20-\x7e§…]{1,200}$/, 'the detail is safe for a log line');
        return;
      }
      assert.ok(verdict !== undefined && !(verdict instanceof Fault), verdict instanceof Fault ? `${verdict.code}: ${verdict.detail}` : 'not complete');
      const { pairs, ...values } = expected;
      if (pairs !== undefined) assert.deepEqual(verdict.fields.pairs(), pairs);
      for (const [key, value] of Object.entries(values)) assert.deepEqual(verdict[key as keyof typeof values], value, key);
      if (values.size === undefined) assert.equal(verdict.size, text.length, 'the whole text is the head');
      const { fields } = verdict;
      const lines = Array.from({ length: fields.count }, (_, i) => fields.line(i)).join('');
      assert.equal(lines, text.slice(text.indexOf('\r\n', 2) + 2, verdict.size - 2), 'the lines are the text, byte for byte');
    });
  }
});

test('the corpus of requests is large enough', () => assert.ok(REQUESTS.length >= 150, `${REQUESTS.length} requests`));
