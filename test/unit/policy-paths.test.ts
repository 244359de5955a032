import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comparedPath, isPlainPath, rawPath, readings } from '../../src/core/policy/paths.ts';
import { asBytes, compilePrefixes, findPrefix, judged, match, prefixProblem, stricterRoute } from '../../src/core/policy/prefixes.ts';
import { stricterScheme, type SchemePolicy } from '../../src/core/policy/scheme.ts';

describe('the path that rules compare', () => {
  const table: [target: string, compared: string][] = [
    ['/', '/'],
    ['/a/b', '/a/b'],
    ['/a/b?c=/../d', '/a/b'],
    ['/a?%2e%2e', '/a'],
    ['*', '/'],
    ['', '/'],
    ['?q', '/'],
    // decoded once, byte by byte
    ['/%63heckout', '/checkout'],
    ['/%43%48', '/CH'],
    ['/h%C3%A4', '/h\xc3\xa4'],
    ['/h\xc3\xa4', '/h\xc3\xa4'],
    ['/a%2Fb', '/a/b'],
    ['/a%5Cb', '/a/b'],
    ['/a\\b', '/a/b'],
    ['/a%00b', '/a\x00b'],
    ['/a%3Fb', '/a?b'],
    ['/%252e%252e/x', '/%2e%2e/x'],
    // invalid escapes stay
    ['/a%', '/a%'],
    ['/a%2', '/a%2'],
    ['/a%zz/../b', '/b'],
    // dot segments, never above the root
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/../../b', '/b'],
    ['/a/%2e%2E/b', '/b'],
    ['/a/..%2fb', '/b'],
    ['/a/..\\b', '/b'],
    ['/a/b/..', '/a/'],
    ['/a/b/.', '/a/b/'],
    ['/..', '/'],
    ['/.', '/'],
    ['/a/.../b', '/a/.../b'],
    ['/a/..b/.c', '/a/..b/.c'],
    ['/.well-known/x', '/.well-known/x'],
    // slashes
    ['//a', '/a'],
    ['/a//b', '/a/b'],
    ['/a//', '/a/'],
    ['/a//../b', '/b'],
    ['/%2F%2Fa', '/a'],
    // a fragment ends it, parameters stay
    ['/a#b', '/a'],
    ['/a;x=1/b', '/a;x=1/b'],
    ['/a/..;/b', '/a/..;/b'],
  ];
  for (const [target, compared] of table) {
    it(`${JSON.stringify(target)} is ${JSON.stringify(compared)}`, () => assert.equal(comparedPath(target), compared));
  }

  it('is the target itself where there is nothing to do', () => {
    assert.equal(isPlainPath('/a/b.c/?d=%2e'), true);
    assert.deepEqual(readings('/a/b?c'), ['/a/b']);
    assert.equal(rawPath('/a%2F?b'), '/a%2F');
  });
});

describe('the other readings of a doubtful path', () => {
  const table: [target: string, reading: string, who: string][] = [
    ['/x/..%2fadmin', '/admin', 'decodes before it resolves'],
    ['/a%2Fb/../admin', '/admin', 'resolves before it decodes'],
    ['/admin//../x', '/admin/x', 'does not merge slashes'],
    ['/x/..;/admin', '/admin', 'takes parameters off'],
    ['/admin;v=1', '/admin', 'takes parameters off'],
    ['/admin%3Bv', '/admin', 'takes parameters off after decoding'],
    ['/admin#x', '/admin', 'cuts at a fragment'],
    ['/%61dmin', '/%61dmin', 'decodes nothing'],
  ];
  for (const [target, reading, who] of table) {
    it(`a server that ${who} reads ${target} as ${reading}`, () => assert.ok(readings(target).includes(reading), String(readings(target))));
  }
});

describe('prefixes', () => {
  const table = compilePrefixes([['/checkout/', 'c'], ['/checkout/fast', 'f'], ['/', 'r'], ['/häuser/', 'h'], ['/a b', 's']]);
  const find = (target: string): string | undefined => findPrefix(table, comparedPath(target))?.value;

  it('match whole segments, the longest first', () => {
    assert.equal(find('/checkout'), 'c');
    assert.equal(find('/checkout/'), 'c');
    assert.equal(find('/checkout/x'), 'c');
    assert.equal(find('/checkout?x'), 'c');
    assert.equal(find('/checkoutx'), 'r');
    assert.equal(find('/checkout/fast'), 'f');
    assert.equal(find('/checkout/fast/x'), 'f');
    assert.equal(find('/checkout/faster'), 'c');
    assert.equal(find('/x/checkout'), 'r');
    assert.equal(find('*'), 'r');
  });

  it('mean the same with and without the slash at the end', () => {
    const bare = compilePrefixes([['/checkout', 1]]);
    const slashed = compilePrefixes([['/checkout/', 1]]);
    for (const path of ['/checkout', '/checkout/', '/checkout/x', '/checkoutx', '/', '/check']) {
      assert.equal(findPrefix(bare, path)?.value, findPrefix(slashed, path)?.value, path);
    }
  });

  it('are text, while paths are bytes', () => {
    assert.equal(find('/h%C3%A4user/1'), 'h');
    assert.equal(find('/a%20b/'), 's');
    assert.equal(asBytes('/ä%20'), '/%C3%A4%20');
  });

  it('that are malformed are refused with what to write', () => {
    assert.match(prefixProblem('media/')!, /Write "\/media\/"/);
    assert.match(prefixProblem('/a?b')!, /no query/);
    assert.match(prefixProblem('/a;b')!, /parameters/);
    assert.equal(prefixProblem('/a/'), undefined);
    assert.throws(() => compilePrefixes([['media', 1]]), /begins with "\/"/);
  });

  it('of one spelling: the later one counts', () => {
    assert.equal(findPrefix(compilePrefixes([['/a', 1], ['/a/', 2]]), '/a')?.value, 2);
  });

  it('without a match give nothing', () => {
    assert.equal(judged(compilePrefixes([['/a', 1]]), '/b', Math.max), undefined);
    assert.equal(judged(compilePrefixes<number>([]), '/b', Math.max), undefined);
    assert.equal(match(compilePrefixes([['/a', 1]]), '/b'), undefined);
  });

  it('that all say the same, `/` among them, are one value', () => {
    assert.equal(compilePrefixes([['/', 'x'], ['/a', 'x']]).everywhere, 'x');
    assert.equal(compilePrefixes([['/a', 'x']]).everywhere, undefined);
    assert.equal(compilePrefixes([['/', 'x'], ['/a', 'y']]).everywhere, undefined);
  });
});

describe('the stricter rule', () => {
  // Story: a shop's front page is served over http, its checkout over https only. Whoever can spell /checkout/ so that
  // the front takes it for another path, and the app does not, gets the checkout in clear.
  const shop = compilePrefixes<SchemePolicy>([['/', 'http'], ['/checkout/', 'https'], ['/help/', 'either']]);
  const policy = (target: string): SchemePolicy | undefined => judged(shop, target, stricterScheme);

  const spellings = [
    '/checkout/pay', '/%63heckout/pay', '/checkout%2Fpay', '/x/../checkout/pay', '/x/%2e%2e/checkout/pay', '/x/..%2fcheckout/pay',
    '/x/..%5ccheckout', '/x/..\\checkout', '//checkout/pay', '/./checkout', '/x/..;/checkout/pay', '/checkout;jsessionid=1/pay', '/checkout;x',
    '/a%2Fb/../checkout', '/checkout//../x', '/checkout#', '/checkout/../', '/help/../checkout',
  ];
  for (const target of spellings) it(`counts for ${target}`, () => assert.equal(policy(target), 'https'));

  it('is that of the path where there is no doubt', () => {
    assert.equal(policy('/'), 'http');
    assert.equal(policy('/x?next=/checkout/'), 'http');
    assert.equal(policy('/help/a'), 'either');
    assert.equal(policy('/%68elp/a'), 'either'); // http as sent, either as read
    assert.equal(policy('*'), 'http');
  });

  it('does not take the only spelling there is for a disguise', () => {
    const feed = compilePrefixes<SchemePolicy>([['/', 'https'], ['/für alle/', 'http']]);
    assert.equal(judged(feed, '/f%C3%BCr%20alle/1', stricterScheme), 'http');
    assert.equal(judged(feed, '/f%C3%BCr%20alle/../1', stricterScheme), 'https');
  });
});

describe('routes', () => {
  const files = { kind: 'static' } as const, app = { kind: 'app' } as const, api = { kind: 'app', api: true } as const;
  const table = compilePrefixes<typeof files | typeof app | typeof api>([['/', app], ['/media/', files], ['/api', api]]);

  it('give what is left of the compared path', () => {
    assert.deepEqual(match(table, '/media/a%20b.png?v=1'), { value: files, rest: '/a b.png', certain: true });
    assert.deepEqual(match(table, '/media'), { value: files, rest: '', certain: true });
    assert.deepEqual(match(table, '/x/y'), { value: app, rest: '/x/y', certain: true });
  });

  it('say where readings differ, and then the app is the stricter place', () => {
    assert.deepEqual(match(table, '/api/../media/x'), { value: files, rest: '/x', certain: false });
    assert.equal(judged(table, '/api/../media/x', stricterRoute), api);
    assert.equal(judged(table, '/media/..%2fx', stricterRoute), app);
    assert.equal(judged(table, '/media/a/../b', stricterRoute), files);
  });
});
