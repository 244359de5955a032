import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClassifier } from '../../src/core/contract/classify.ts';
import { ContractError } from '../../src/core/contract/contract-error.ts';
import { quoteForwarded } from '../../src/core/contract/forwarded.ts';
import { PROFILES, type ProfileName, type Tell } from '../../src/core/contract/profiles.ts';
import { compileTeller, parseTell } from '../../src/core/contract/tell.ts';
import type { Truth } from '../../src/core/contract/truth.ts';
import { Name } from '../../src/core/http1/names.ts';

const by = { scheme: 'connection', host: 'Host', port: 'connection', client: 'connection' };
const HTTPS: Truth = { scheme: 'https', host: 'shop.example', port: 443, client: '203.0.113.7', by };
const HTTP: Truth = { ...HTTPS, scheme: 'http', port: 80 };
const V6: Truth = { ...HTTPS, host: '[2001:db8::1]:8443', port: 8443, client: '2001:db8::7' };
const UNIX: Truth = { ...HTTPS, client: 'unix' };

const FOR = 'X-Forwarded-For: 203.0.113.7';
const FOR6 = 'X-Forwarded-For: 2001:db8::7';

/** What each profile writes: https, http, IPv6 over https on another port. */
const WRITTEN: Readonly<Record<ProfileName, readonly [string[], string[], string[]]>> = {
  'standard': [
    [FOR, 'X-Forwarded-Proto: https', 'X-Forwarded-Host: shop.example', 'X-Forwarded-Port: 443'],
    [FOR, 'X-Forwarded-Proto: http', 'X-Forwarded-Host: shop.example', 'X-Forwarded-Port: 80'],
    [FOR6, 'X-Forwarded-Proto: https', 'X-Forwarded-Host: [2001:db8::1]:8443', 'X-Forwarded-Port: 8443'],
  ],
  'rfc7239': [
    ['Forwarded: for=203.0.113.7;host=shop.example;proto=https'],
    ['Forwarded: for=203.0.113.7;host=shop.example;proto=http'],
    ['Forwarded: for="[2001:db8::7]";host="[2001:db8::1]:8443";proto=https'],
  ],
  'legacy': [[FOR, 'X-Forwarded-Protocol: https'], [FOR], [FOR6, 'X-Forwarded-Protocol: https']],
  'ssl-flag': [[FOR, 'X-Forwarded-Ssl: on'], [FOR, 'X-Forwarded-Ssl: off'], [FOR6, 'X-Forwarded-Ssl: on']],
  'front-end-https': [[FOR, 'Front-End-Https: on'], [FOR], [FOR6, 'Front-End-Https: on']],
  'none': [[], [], []],
};

const asLines = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');

for (const profile of Object.keys(PROFILES) as ProfileName[]) {
  test(`profile ${profile} tells exactly its own headers on https, http and IPv6, in any order of requests`, () => {
    const teller = compileTeller(profile);
    const wanted = WRITTEN[profile];
    for (const i of [0, 1, 2, 0, 0, 2, 1, 1, 0]) {
      const truth = [HTTPS, HTTP, V6][i]!;
      assert.equal(teller.lines(truth), asLines(wanted[i]!));
      assert.deepEqual(teller.pairs(truth), wanted[i]!.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
      for (const [name] of teller.pairs(truth)) assert.ok(teller.names.includes(name));
    }
  });

  test(`profile ${profile}: a client's copy of what it writes never passes`, () => {
    for (const name of compileTeller(profile).names) assert.equal(createClassifier()(name), Name.FAMILY);
  });
}

test('what changes between two requests is told each time: client, host, port, scheme', () => {
  const teller = compileTeller('standard', [{ name: 'X-All', value: '{client}|{scheme}|{on}|{host}|{port}|{client}' }]);
  const all = (truth: Truth): string => /X-All: (.*)\r\n$/.exec(teller.lines(truth))![1]!;
  assert.equal(all(HTTPS), '203.0.113.7|https|on|shop.example|443|203.0.113.7');
  assert.equal(all({ ...HTTPS, client: '::1' }), '::1|https|on|shop.example|443|::1');
  assert.equal(all({ ...HTTPS, host: 'b.example' }), '203.0.113.7|https|on|b.example|443|203.0.113.7');
  assert.equal(all({ ...HTTPS, port: 444 }), '203.0.113.7|https|on|shop.example|444|203.0.113.7');
  assert.equal(all(HTTPS), '203.0.113.7|https|on|shop.example|443|203.0.113.7', 'the same host, another port');
  assert.equal(all({ ...HTTPS, scheme: 'http' }), '203.0.113.7|http|off|shop.example|443|203.0.113.7');
});

test('a client on a Unix socket is told as unix, and as unknown where the grammar wants an address', () => {
  assert.match(compileTeller('standard').lines(UNIX), /^X-Forwarded-For: unix\r\n/);
  assert.match(compileTeller('rfc7239').lines(UNIX), /^Forwarded: for=unknown;/);
});

test('what Forwarded cannot hold as a token is quoted', () => {
  assert.equal(quoteForwarded('shop.example'), 'shop.example');
  assert.equal(quoteForwarded('shop.example:80'), '"shop.example:80"');
  assert.equal(quoteForwarded('a"b\\c'), '"a\\"b\\\\c"');
  assert.equal(quoteForwarded(''), '""');
});

test('a constant of a person\'s own is written on https only, a value with a word on both', () => {
  const teller = compileTeller('none', [{ name: 'X-Secure', value: 'yes' }, { name: 'X-Who', value: 'from {client}' }]);
  assert.equal(teller.lines(HTTPS), 'X-Secure: yes\r\nX-Who: from 203.0.113.7\r\n');
  assert.equal(teller.lines(HTTP), 'X-Who: from 203.0.113.7\r\n');
  assert.deepEqual(teller.names, ['X-Secure', 'X-Who']);
});

test('braces that hold no word are text', () => {
  const teller = compileTeller('none', [parseTell('CF-Visitor: {"scheme":"{scheme}"}'), parseTell('X-Odd: {} { {1} {client')]);
  assert.equal(teller.lines(HTTPS), 'CF-Visitor: {"scheme":"https"}\r\nX-Odd: {} { {1} {client\r\n');
});

test('a header of a person\'s own takes the place of the profile\'s, however it is spelt', () => {
  for (const name of ['X-Forwarded-Proto', 'x-forwarded-proto', 'X_Forwarded_Proto']) {
    const teller = compileTeller('standard', [{ name, value: '{scheme}-own' }]);
    const lines = teller.lines(HTTPS).split('\r\n').filter((line) => /^x.forwarded.proto:/i.test(line));
    assert.deepEqual(lines, [`${name}: https-own`]);
    assert.equal(teller.names.length, 4);
  }
});

test('Name: value is read as it is written on a command line', () => {
  assert.deepEqual(parseTell('X-A: {scheme}'), { name: 'X-A', value: '{scheme}' });
  assert.deepEqual(parseTell(' X-A:\ta: b '), { name: 'X-A', value: 'a: b' });
});

test('a tell that could break or forge a head is refused with what was wrong', () => {
  const refused = (text: string, why: RegExp): void => {
    assert.throws(() => parseTell(text), (error) => error instanceof ContractError && error.setting === 'tell' && why.test(error.message) && !error.message.includes('\r'), JSON.stringify(text));
  };
  refused('X-A', /a colon/);
  refused(': x', /not a header name/);
  refused('X A: x', /not a header name/);
  refused('X-A\r\nX-B: x', /not a header name/);
  refused('X-Á: x', /not a header name/);
  refused('X-A:', /no value/);
  for (const value of ['a\r\nX-B: 1', 'a\nb', 'a\rb', 'a\0b', 'a\x1bb', 'a\x7fb', 'é', '✓']) refused(`X-A: ${value}`, /line break|control/);
  refused('X-A: {shceme}', /no \{shceme\}; expected \{scheme\} \{on\} \{client\} \{host\} \{port\}/);
  for (const word of ['{Scheme}', '{node}', '{quoted-host}', '{constructor}', '{remote_addr}']) refused(`X-A: ${word}`, /there is no \{/);
  for (const name of ['Host', 'content-length', 'Transfer-Encoding', 'Transfer_Encoding', 'Connection', 'Upgrade', 'Expect', 'TE', 'Trailer', 'Keep-Alive', 'Content.Length']) refused(`${name}: x`, /meaning of its own/);
});

test('what is compiled from a file is held to the same rules', () => {
  const refused = (tells: readonly Tell[], why: RegExp): void => {
    assert.throws(() => compileTeller('standard', tells), (error) => error instanceof ContractError && why.test(error.message), JSON.stringify(tells));
  };
  refused([{ name: 'X-A', value: 'x\r\nX-B: y' }], /line break/);
  refused([{ name: 'X-A', value: ' x' }], /white space/);
  refused([{ name: 'X-A', value: '1' }, { name: 'x_a', value: '2' }], /same header as "X-A: 1"/);
  assert.throws(() => compileTeller('constructor' as ProfileName), (error) => error instanceof ContractError && /standard, rfc7239, legacy/.test(error.message));
});

test('a host that was never validated does not become header text', () => {
  for (const host of ['a\r\nX-Forwarded-Proto: https', 'a b', '', 'a\0', 'é']) {
    assert.throws(() => compileTeller('standard').lines({ ...HTTPS, host }), /not validated/);
    assert.throws(() => compileTeller('rfc7239').lines({ ...HTTP, host }), /not validated/);
  }
});
