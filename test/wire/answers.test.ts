import { suite, test } from 'node:test';
import assert from 'node:assert/strict';
import { Fault } from '../../src/core/errors.ts';
import { readAnswerHead } from '../../src/core/http1/answer-head.ts';
import { classify, everyWay } from './three-ways.ts';
import { ANSWERS } from './answers.ts';

suite('answer heads, each whole, byte by byte and with trailing bytes', () => {
  for (const [what, text, expected, method = 'GET'] of ANSWERS) {
    test(what, () => {
      const verdict = everyWay(text, (bytes, start, end) => readAnswerHead(bytes, start, end, { classify, method }));
      if (expected === 'more') { assert.equal(verdict, undefined); return; }
      if (expected instanceof RegExp) {
        assert.ok(verdict instanceof Fault, verdict === undefined ? 'not complete' : 'it was accepted');
        assert.equal(verdict.code, 'app-bad-answer');
        assert.match(verdict.detail, expected);
        return;
      }
      assert.ok(verdict !== undefined && !(verdict instanceof Fault), verdict instanceof Fault ? verdict.detail : 'not complete');
      const { pairs, ...values } = expected;
      if (pairs !== undefined) assert.deepEqual(verdict.fields.pairs(), pairs);
      for (const [key, value] of Object.entries(values)) assert.deepEqual(verdict[key as keyof typeof values], value, key);
      assert.equal(verdict.size, text.length, 'the whole text is the head');
    });
  }
});

test('the corpus of answers is large enough', () => assert.ok(ANSWERS.length >= 50, `${ANSWERS.length} answers`));
