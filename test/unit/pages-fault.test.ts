import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault, FAULTS, type FaultCode } from '../../src/core/errors.ts';
import type { Explanation } from '../../src/core/policy/explain.ts';
import { faultPage } from '../../src/front/pages/index.ts';

const ADDRESS = '10.1.2.3:8000';
const fault = new Fault('app-refused', `connect ECONNREFUSED ${ADDRESS}`);
const HTML = 'text/html';
const FORMS = [HTML, 'application/json', '*/*'] as const;
const codes = Object.keys(FAULTS) as FaultCode[];

test('in production no form of any fault shows what was seen inside', () => {
  for (const code of codes) {
    for (const accept of FORMS) {
      const { body } = faultPage({ fault: new Fault(code, `SEEN ${ADDRESS}`), accept, requestId: 'r1', local: false });
      assert.doesNotMatch(body, /SEEN|10\.1\.2\.3|Sallyport|node_modules/, code);
      assert.match(body, /r1/, code);
    }
  }
});

test('what is not the client\'s doing is not described in production', () => {
  for (const code of codes.filter((code) => FAULTS[code].blame !== 'client' && FAULTS[code].status !== 0)) {
    const { body } = faultPage({ fault: new Fault(code), accept: '*/*', requestId: 'r1', local: false });
    assert.ok(!body.includes(FAULTS[code].summary), code);
  }
});

test('a developer is told what was seen of the request, and what to do about an app, but no inner address', () => {
  const misdirected = faultPage({ fault: new Fault('misdirected', 'Host: other.test'), accept: '*/*', requestId: 'r1', local: true });
  assert.match(misdirected.body, /Host: other\.test/);
  for (const accept of FORMS) {
    const { body } = faultPage({ fault, accept, requestId: 'r1', local: true });
    assert.match(body, /The app refused the connection/);
    assert.doesNotMatch(body, /10\.1\.2\.3|8000/);
    assert.match(body, /Start the app/);
  }
});

test('json has code, status, message and request id', () => {
  const { contentType, body } = faultPage({ fault, accept: 'application/json', requestId: 'r1', local: false });
  assert.equal(contentType, 'application/json');
  const { error } = JSON.parse(body) as { error: Record<string, unknown> };
  assert.deepEqual(Object.keys(error), ['code', 'status', 'message', 'requestId']);
  assert.deepEqual([error['code'], error['status'], error['requestId']], ['app-refused', 502, 'r1']);
});

test('html needs nothing from anywhere else and is not indexed', () => {
  const { contentType, body } = faultPage({ fault, accept: HTML, requestId: 'r1', local: true });
  assert.equal(contentType, 'text/html; charset=utf-8');
  assert.match(body, /^<!doctype html>/);
  assert.match(body, /<meta name="robots" content="noindex">/);
  assert.match(body, /default-src 'none'/);
  assert.doesNotMatch(body, /<script|<img|<iframe|https?:\/\/|@import|url\(|<link rel="stylesheet"/);
});

const hostile = '<script>alert(1)</script>"\'&\u202e\x1b[31m\0';

test('nothing that a client or an app sends becomes markup, moves text about or reaches a terminal', () => {
  const explanation: Explanation = { title: hostile, seen: hostile, why: hostile, change: [{ where: hostile, lines: [hostile], note: hostile }, { where: hostile, lines: [] }] };
  for (const more of [{}, { explanation }]) {
    const page = faultPage({ fault: new Fault('misdirected', hostile), accept: HTML, requestId: hostile, local: true, ...more });
    assert.doesNotMatch(page.body, /<script|[\u202e\x1b\0]/);
    assert.match(page.body, /&lt;script&gt;alert\(1\)&lt;\/script&gt;&quot;&#39;&amp;&lt;U\+202E&gt;/);
    const text = faultPage({ fault: new Fault('misdirected', hostile), accept: '*/*', requestId: 'r1', local: true, ...more });
    assert.equal(text.contentType, 'text/plain; charset=utf-8');
    assert.doesNotMatch(text.body, /[\x1b\0]/);
    const json = faultPage({ fault: new Fault('misdirected', hostile), accept: 'application/json', requestId: 'r1', local: true, ...more });
    assert.equal((JSON.parse(json.body) as { error: { detail: string } }).error.detail, hostile);
  }
});

test('an explanation shows what was seen, why, and the very lines to change, in one block each', () => {
  const explanation: Explanation = {
    title: 'The app does not know', seen: 'GET / came back', why: 'It reads no header',
    change: [
      { where: 'settings.py', lines: ['A = ("B", "c")', '    indented = 1'], note: 'Mind the name.' },
      { where: 'the front', lines: ['--speaks legacy'] },
    ],
  };
  const { body } = faultPage({ fault: new Fault('redirect-loop'), accept: HTML, requestId: 'r1', local: true, explanation });
  for (const text of ['The app does not know', 'GET / came back', 'It reads no header', 'In settings.py', 'Mind the name.', 'begin with this', 'or this', 'r1']) assert.ok(body.includes(text), text);
  assert.ok(body.includes('<pre><code>A = (&quot;B&quot;, &quot;c&quot;)\n    indented = 1</code></pre>'));
  const text = faultPage({ fault: new Fault('redirect-loop'), accept: undefined, requestId: 'r1', local: true, explanation }).body;
  assert.ok(text.includes('Change in settings.py:\n    A = ("B", "c")\n        indented = 1\n  Mind the name.'));
});
