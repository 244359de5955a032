import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preferredKind, type PageKind } from '../../src/core/pages/accept.ts';

const rows: readonly (readonly [string | undefined, PageKind])[] = [
  [undefined, 'text'],
  ['', 'text'],
  ['*/*', 'text'], // curl, fetch, <script>
  ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', 'html'], // browsers
  ['application/xhtml+xml', 'html'],
  ['TEXT/HTML', 'html'],
  ['text/html;q=0.5, application/json', 'json'],
  ['text/html, application/json;q=0.9', 'html'],
  ['application/json, text/plain, */*', 'json'], // axios
  ['application/json, text/javascript, */*; q=0.01', 'json'], // jQuery
  ['application/vnd.api+json', 'json'],
  ['application/problem+json;q=0.3, text/html;q=0.2', 'json'],
  ['*/*, application/json', 'json'], // the exact one of two equals
  ['application/json, text/html', 'json'], // the first of two equals
  ['text/html, application/json', 'html'],
  ['application/json;q=0.5, */*', 'text'],
  ['text/html;q=0', 'text'],
  ['text/html;q=0.0, application/json;q=0.001', 'json'],
  ['text/html;q=2, application/json;q=0.9', 'html'], // no weight: not said
  ['text/html ; q=0.4 , application/json ; q=0.5', 'json'],
  ['text/html;level=1;q=0.1, text/plain;q=0.2', 'text'],
  ['application/*', 'json'],
  ['text/*', 'text'],
  ['image/png', 'text'],
  [',;=,q=1,/,text', 'text'],
];

for (const [accept, kind] of rows) {
  test(`Accept: ${accept ?? '(none)'} is answered with ${kind}`, () => {
    assert.equal(preferredKind(accept), kind);
  });
}

test('a very long Accept takes no time', () => {
  const started = performance.now();
  preferredKind('a/b;q=0.1,'.repeat(6000));
  preferredKind(`text/${'+'.repeat(60_000)}json`);
  assert.ok(performance.now() - started < 100);
});
