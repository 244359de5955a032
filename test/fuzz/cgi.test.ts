// Invariants. Requests: what an independent reader finds in the packet is each variable exactly once; the truth's are what they would be without the client's fields; a reader that folds names again finds no second one. Answers: any bytes, cut anywhere, give one verdict and the same content, and a clean end only after END_REQUEST with nothing missing; no head that is accepted has a line that its bytes did not have. Paths: only what was asked for and is there is run or given out.
import { suite, test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readCgiAnswerHead } from '../../src/core/cgi/answer-head.ts';
import { pathInfo } from '../../src/core/cgi/path-info.ts';
import { createVariables, type Variables } from '../../src/core/cgi/variables.ts';
import { createClassifier } from '../../src/core/contract/classify.ts';
import { PROFILES, type ProfileName } from '../../src/core/contract/profiles.ts';
import { compileTeller, type Teller } from '../../src/core/contract/tell.ts';
import type { Truth } from '../../src/core/contract/truth.ts';
import { Fault } from '../../src/core/errors.ts';
import { FastCgiAnswerReader } from '../../src/core/fastcgi/answer-reader.ts';
import { requestRecords } from '../../src/core/fastcgi/records.ts';
import { chooseScript } from '../../src/core/fastcgi/script.ts';
import type { Classify } from '../../src/core/http1/names.ts';
import type { RequestHead } from '../../src/core/http1/heads.ts';
import { readRequestHead } from '../../src/core/http1/request-head.ts';
import { comparedPath } from '../../src/core/policy/paths.ts';
import { uwsgiPacket } from '../../src/core/uwsgi/packet.ts';
import { decodeFastCgi, decodeUwsgi, ended, record, stderr, stdout } from '../helpers/cgi-decode.ts';

const interruptAfterTimeLimit = 3000; // each
const run = { interruptAfterTimeLimit, numRuns: 100_000, markInterruptAsFailure: false };

const by = { scheme: 'connection', host: 'Host', port: 'connection', client: 'connection' };
const parts = ['http', 'https', 'x', 'forwarded', 'ssl', 'proto', 'remote', 'addr', 'user', 'content', 'length', 'type', 'proxy', 'host', 'uwsgi', 'scheme', 'script', 'filename', 'request', 'uri', 'server', 'port', 'my', 'told', 'cookie', 'for'];
const joints = fc.constantFrom('-', '_', '.', '!', "'", '', '--');
const names = fc.array(fc.tuple(fc.constantFrom(...parts), joints, fc.boolean()), { minLength: 1, maxLength: 4 })
  .map((words) => words.map(([word, joint, upper], i) => (upper ? word.toUpperCase() : word) + (i === words.length - 1 ? '' : joint)).join(''));
const values = fc.oneof(fc.constantFrom('on', 'https', '127.0.0.1', '', 'a, b', 'HTTP_PROXY\x80', '99'), fc.string({ unit: fc.constantFrom('a', ' ', '\t', '\xff', ',', '='), maxLength: 300 }));
const fields = fc.array(fc.tuple(names, values), { maxLength: 12 });
const targets = fc.oneof(fc.constantFrom('/', '/a?b=c', '/%2e%2e/x', '/a%00b', '//x', '/app/%61', '*'), fc.string({ unit: fc.constantFrom('/', 'a', '%', '2', 'f', '.', '?', '\xe9'), maxLength: 20 }).map((text) => `/${text}`));
const setups = fc.record({
  carrier: fc.constantFrom('uwsgi' as const, 'fastcgi' as const), scheme: fc.constantFrom('http' as const, 'https' as const), profile: fc.constantFrom(...(Object.keys(PROFILES) as ProfileName[])),
  tell: fc.constantFrom([], [{ name: 'HTTP_X_FORWARDED_SSL', value: 'on' }], [{ name: 'My-Told', value: '{on}' }], [{ name: 'HTTP_MY_TOLD', value: 'on' }]),
});
type Setup = typeof setups extends fc.Arbitrary<infer T> ? T : never;

const MEANT_FOR_THE_TRUTH = /^HTTP_(?:HTTPS|PROXY|HOST|FORWARDED|X_FORWARDED(?:_.*)?|REMOTE_ADDR|REMOTE_USER|CONTENT_LENGTH|CONTENT_TYPE|SCRIPT_FILENAME|REQUEST_URI|REQUEST_SCHEME|SERVER_PORT|UWSGI_SCHEME|X_SCHEME)$/;

/** Through the real parser, as a client's bytes come. */
function parsed(target: string, lines: readonly (readonly [string, string])[], classify: Classify): RequestHead | undefined {
  const text = `${target === '*' ? 'OPTIONS' : 'GET'} ${target} HTTP/1.1\r\nHost: shop.example\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const bytes = Buffer.from(text, 'latin1');
  const head = readRequestHead(bytes, 0, bytes.length, classify);
  return head === undefined || head instanceof Fault ? undefined : head;
}

function variablesOf(head: RequestHead, { carrier, scheme }: Setup, teller: Teller): Variables | Fault {
  const truth: Truth = { scheme, host: 'shop.example', port: scheme === 'https' ? 443 : 80, client: '203.0.113.7', by };
  return createVariables({ carrier, teller, software: 's/1' })({ head, truth, scriptName: '', pathInfo: pathInfo(head.target, ''), added: [['X-Request-Id', '1']] });
}

suite('requests', () => {
  test('each variable once, and the truth\'s untouched by the client', () => {
    let compared = 0;
    let runs = 0;
    fc.assert(fc.property(setups, targets, fields, (setup, target, lines) => {
      runs++;
      const teller = compileTeller(setup.profile, setup.tell);
      const classify = createClassifier({ tellNames: [...teller.names, 'X-Request-Id'] });
      const head = parsed(target, lines, classify);
      const bare = parsed(target, [], classify);
      if (head === undefined || bare === undefined) return;
      const made = variablesOf(head, setup, teller);
      const without = variablesOf(bare, setup, teller);
      if (made instanceof Fault || without instanceof Fault) { assert.deepEqual(made, without); return; }
      const bytes = setup.carrier === 'uwsgi' ? uwsgiPacket(made) : requestRecords(made, true);
      assert.ok(!(bytes instanceof Fault));
      const pairs = setup.carrier === 'uwsgi' ? decodeUwsgi(bytes) : decodeFastCgi(bytes).params;
      assert.deepEqual(pairs, [...made]);
      const folded = pairs.map(([name]) => name.toUpperCase().replace(/[^A-Z0-9]/g, '_'));
      assert.equal(new Set(folded).size, pairs.length);
      const found = new Map(pairs);
      for (const [name, value] of without) assert.equal(found.get(name), value, name);
      for (const [name, value] of pairs) {
        assert.ok(!value.includes('\0'));
        if (without.has(name)) continue;
        // The rest is the client's: HTTP_ and a name that it sent, and none that could be meant for the truth.
        assert.match(name, /^(?:HTTP_[A-Z0-9_]+|CONTENT_TYPE)$/);
        assert.doesNotMatch(name, MEANT_FOR_THE_TRUTH);
        if (teller.names.some((told) => /my.told$/i.test(told))) assert.notEqual(name, 'HTTP_MY_TOLD');
      }
      compared++;
    }), { ...run, examples: [[{ carrier: 'uwsgi', scheme: 'http', profile: 'none', tell: [{ name: 'HTTP_MY_TOLD', value: 'on' }] }, '/', [['My-Told', 'on']]]] });
    assert.ok(compared > runs / 20, `${compared} of ${runs}`);
  });

  test('of any size are carried as they are or refused', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 5 }), (sizes) => {
      const made = new Map(sizes.map((size, i) => [`HTTP_X${i}`, 'x'.repeat(size)]));
      const packet = uwsgiPacket(made);
      const records = requestRecords(made, false);
      const content = sizes.reduce((sum, size) => sum + size, 0);
      if (packet instanceof Fault) assert.ok(content > 65_535 - 5 * 11); else assert.deepEqual(decodeUwsgi(packet), [...made]);
      if (records instanceof Fault) assert.ok(content > 65_528 - 5 * 15); else assert.deepEqual(decodeFastCgi(records).params, [...made]);
    }), { ...run, numRuns: 2000 });
  });
});

// Answers that are nearly right.
const headLines = fc.array(fc.tuple(
  fc.constantFrom('Status: 200 OK', 'Status: 404', 'status: 302 x', 'Location: /x', 'Content-Length: 5', 'Content-Length: 0', 'Content-Type: a', 'X-A: b', 'Set-Cookie: a=1', 'Transfer-Encoding: chunked', 'X : 1', ' fold', 'Connection: close', 'X: \0', 'X: a\rb'),
  fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r'),
), { maxLength: 4 });
const lineEnds = fc.constantFrom('\r\n', '\n');
const answerTexts = fc.oneof(
  fc.tuple(headLines, lineEnds).map(([lines, end]) => lines.map(([line, odd]) => line + (odd === '\r' ? '\r' : end)).join('') + end),
  headLines.map((lines) => lines.map(([line, end]) => line + end).join('') + '\r\n'),
);
const answers = fc.tuple(answerTexts, fc.constantFrom('', 'hello', 'hello!', 'x'), fc.array(fc.nat(40), { maxLength: 4 }), fc.constantFrom('end', 'end', 'end', 'none', 'refused', 'foreign', 'type'), fc.boolean())
  .map(([head, body, cuts, last, complains]) => {
    const text = head + body;
    const at = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
    const records = at.slice(1).map((end, i) => (text.slice(at[i], end) === '' ? Buffer.alloc(0) : stdout(text.slice(at[i], end), (end * 7) % 9)));
    if (complains) records.splice(1, 0, stderr('oops'));
    const ends = { end: ended(), none: Buffer.alloc(0), refused: ended(2), foreign: record(6, 'x', { id: 7 }), type: record(9) };
    return { text, last, bytes: Buffer.concat([...records, ends[last]]) };
  });
const classify = createClassifier();

interface Verdict { readonly code: string | undefined; readonly head: string; readonly content: string; readonly done: boolean; readonly announced: number }

function readAnswer(bytes: Buffer, sizes: readonly number[], method: string): Verdict {
  const seen = { head: '', content: '', announced: -1 };
  const reader = new FastCgiAnswerReader({ classify, method }, {
    head: (head) => { seen.head += `${head.status} ${head.reason} ${head.framing}\n${head.fields.text}`; if (head.framing === 'length') seen.announced = head.length; },
    content: (piece) => { seen.content += Buffer.from(piece).toString('latin1'); },
    stderr: () => undefined,
  });
  for (let at = 0, i = 0; at < bytes.length && !reader.done && reader.fault === undefined; i++) {
    const end = Math.min(bytes.length, at + (sizes[i % sizes.length] ?? bytes.length));
    const next = reader.read(bytes, at, end);
    assert.ok(next > at && next <= end);
    at = next;
  }
  const fault = reader.end();
  return { ...seen, code: fault?.code, done: reader.done };
}

suite('answers', () => {
  test('one verdict however they are cut, and a clean end only where nothing is missing', () => {
    let clean = 0;
    let runs = 0;
    fc.assert(fc.property(answers, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }), fc.constantFrom('GET', 'HEAD'), ({ bytes, last }, sizes, method) => {
      runs++;
      const whole = readAnswer(bytes, [bytes.length], method);
      assert.deepEqual(readAnswer(bytes, sizes, method), whole);
      assert.deepEqual(readAnswer(bytes, [1], method), whole);
      assert.equal(whole.done, whole.code === undefined);
      if (whole.done) {
        assert.equal(last, 'end');
        assert.ok(whole.head !== '');
        if (whole.announced >= 0) assert.equal(whole.content.length, whole.announced);
        clean++;
      }
    }), run);
    assert.ok(clean > runs / 20, `${clean} of ${runs}`);
  });

  test('of any bytes end in a verdict', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => { readAnswer(Buffer.from(bytes), [7], 'GET'); }), { ...run, numRuns: 20_000 });
  });

  test('an accepted head has the lines of its text and no other, and no byte that could make another line', () => {
    fc.assert(fc.property(answerTexts, (text) => {
      const bytes = Buffer.from(text, 'latin1');
      const head = readCgiAnswerHead(bytes, 0, bytes.length, { classify, method: 'GET' });
      if (head === undefined || head instanceof Fault) return;
      const lines = text.slice(0, head.size).split(/\r?\n/).filter((line) => line !== '' && !/^status:/i.test(line));
      assert.equal(head.fields.text, lines.map((line) => `${line}\r\n`).join('') + '\r\n');
      assert.equal(head.fields.count, lines.length);
      assert.doesNotMatch(head.fields.text.replaceAll('\r\n', ''), /[\r\n\0]/);
      assert.doesNotMatch(head.reason, /[\r\n\0]/);
    }), run);
  });
});

test('paths: what is run or given out is there under that very name, and is no source unless it is run', () => {
  const segments = fc.constantFrom('a', 'index.php', 'x.php', 'X.PHP', 'x.php.', 'x.inc', 'p.jpg', '.git', '..', '.', '', '%2e%2e', '..%2f', '%5c', 'x.php%00', '%0a', 'x.php.jpg', '.well-known');
  const paths = fc.array(segments, { minLength: 1, maxLength: 6 }).map((list) => `/${list.join('/')}`);
  const kinds = new Set<string>();
  fc.assert(fc.property(paths, fc.array(paths.map(comparedPath), { maxLength: 4 }), (target, files) => {
    const path = comparedPath(target);
    const there = new Set([...files, ...(files.length % 2 === 0 ? ['/index.php'] : [])]);
    const choice = chooseScript(path, (asked) => {
      assert.match(asked, /^(?:\/[^/\\\x00-\x1f\x7f]+)+$/);
      assert.ok(!asked.split('/').some((segment, i) => segment.startsWith('.') && !(i === 1 && segment === '.well-known')), asked);
      return there.has(asked);
    });
    kinds.add(choice.kind);
    if (choice.kind === 'script') {
      assert.ok(there.has(choice.script) && choice.script.endsWith('.php'));
      assert.ok(path === choice.script + choice.pathInfo || path + 'index.php' === choice.script);
      assert.ok(choice.pathInfo === '' || choice.pathInfo.startsWith('/'));
    } else if (choice.kind === 'static') {
      assert.ok(there.has(choice.path));
      assert.doesNotMatch(choice.path, /\.(?:php|inc)(?![a-z0-9])[^/]*$/i);
    } else if (choice.kind === 'front-controller') assert.ok(there.has('/index.php'));
  }), run);
  assert.deepEqual([...kinds].sort(), ['front-controller', 'not-found', 'redirect', 'script', 'static']);
});
