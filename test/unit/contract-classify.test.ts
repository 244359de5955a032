import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClassifier } from '../../src/core/contract/classify.ts';
import { ContractError } from '../../src/core/contract/contract-error.ts';
import { FAMILY, familyReason, fold } from '../../src/core/contract/family.ts';
import { Name, STANDARD_NAMES } from '../../src/core/http1/names.ts';
import { collector } from '../helpers/collect.ts';

/** The names that the design lists, one by one: taking a line out of the family must be noticed here. */
const LISTED = [
  'forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-protocol', 'x-forwarded-scheme', 'x-forwarded-ssl', 'x-forwarded-https', 'x-forwarded-host', 'x-forwarded-port',
  'x-forwarded-server', 'x-forwarded-prefix', 'x-forwarded-by', 'x-forwarded-uri', 'x-forwarded-method', 'x-forwarded-script-name', 'x-forwarded-user', 'x-forwarded-anything-to-come',
  'x-scheme', 'x-url-scheme', 'x-https', 'front-end-https', 'x-host', 'x-real-ip', 'x-client-ip', 'client-ip', 'true-client-ip', 'x-cluster-client-ip',
  'cf-visitor', 'cf-connecting-ip', 'cloudfront-forwarded-proto', 'x-original-url', 'x-original-uri', 'x-original-host', 'x-original-proto', 'x-rewrite-url', 'x-script-name',
  'wl-proxy-ssl', 'wl-proxy-client-ip', 'x-arr-ssl', 'remote-user', 'x-remote-user', 'x-ssl-client-cert', 'x-ssl-client-verify', 'ssl-client-cert', 'ssl-client-s-dn', 'ssl-client-verify',
  'client-cert', 'client-cert-chain', 'x-client-cert', 'x-client-dn', 'proxy',
];

const MEMBERS = [...new Set([...LISTED, ...FAMILY.map((entry) => (entry.prefix ? `${entry.name}x` : entry.name))])];

test('every listed name is of the family, with a reason', () => {
  for (const name of MEMBERS) assert.ok(familyReason(name), name);
});

test('every entry of the family has a reason and a source, and is folded', () => {
  for (const entry of FAMILY) {
    assert.equal(fold(entry.name), entry.name);
    assert.ok(entry.reason.length > 3 && entry.source.length > 3, entry.name);
  }
  assert.equal(new Set(FAMILY.map((entry) => entry.name)).size, FAMILY.length);
});

test('no spelling of a family name passes: case, underscores, dots, any other character', () => {
  const classify = createClassifier();
  for (const name of MEMBERS) {
    const spellings = [name, name.toUpperCase(), name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())];
    for (const spelling of spellings) assert.equal(classify(spelling), Name.FAMILY, spelling);
    if (!name.includes('-')) continue;
    for (const character of '_.') {
      for (const spelling of [name.replaceAll('-', character), name.replace('-', character), name.toUpperCase().replaceAll('-', character)]) {
        assert.equal(classify(spelling), Name.AMBIGUOUS, spelling);
      }
    }
    for (const character of "!#$%&'*+^`|~") assert.equal(classify(name.replace('-', character)), Name.FAMILY, name.replace('-', character));
  }
});

test('httpoxy: Proxy is of the family, and Proxy-Connection is not mistaken for it', () => {
  const classify = createClassifier();
  assert.equal(classify('Proxy'), Name.FAMILY);
  assert.equal(classify('PROXY'), Name.FAMILY);
  assert.equal(classify('Proxy-Connection'), Name.HOP_BY_HOP);
});

test('what only looks like the family passes', () => {
  const classify = createClassifier();
  const innocent = ['Accept', 'User-Agent', 'Cookie', 'X-Forwarder', 'X-Forwardedness', 'Forwardedx', 'X-Originals', 'X-Hostname', 'X-Schemes', 'Proxys', 'X-Requested-With', 'X-CSRFToken', 'Sec-Fetch-Site', 'X-Client-Version', 'Authorization', 'Client', 'Via'];
  for (const name of innocent) assert.equal(classify(name), Name.OTHER, name);
});

test('a standard name is itself in any case, and a spelling that folds onto one is ambiguous', () => {
  const classify = createClassifier();
  for (const [name, code] of STANDARD_NAMES) {
    assert.equal(classify(name), code, name);
    assert.equal(classify(name.toUpperCase()), code, name);
    if (!name.includes('-')) continue;
    for (const character of '_.!+') {
      // Some are words of apps to a front as they stand, and of the family in a client's other spelling: dropped either way.
      const dropped = '!+'.includes(character) && familyReason(name) !== undefined ? Name.FAMILY : Name.AMBIGUOUS;
      assert.equal(classify(name.replace('-', character)), dropped, name.replace('-', character));
    }
  }
});

test('a name with an underscore or a dot is ambiguous unless allowed, and only in the allowed spelling', () => {
  const classify = createClassifier({ allowHeaders: ['X_Api_Key', 'x.trace'] });
  for (const name of ['X_Api_Key', 'x_api_key', 'X_API_KEY', 'X.Trace', 'X-Api-Key']) assert.equal(classify(name), Name.OTHER, name);
  for (const name of ['X_Api-Key', 'X-Api_Key', 'X.Api.Key', 'x_trace', '_', '.', 'a_b', '_x', 'x.']) assert.equal(classify(name), Name.AMBIGUOUS, name);
});

test('a name used for telling is of the family, in every spelling', () => {
  const classify = createClassifier({ tellNames: ['X-My-Secure', 'X_Odd'] });
  for (const name of ['X-My-Secure', 'x-my-secure', 'X-MY!SECURE', 'X-Odd']) assert.equal(classify(name), Name.FAMILY, name);
  for (const name of ['X_My_Secure', 'X_Odd']) assert.equal(classify(name), Name.AMBIGUOUS, name);
  assert.equal(createClassifier()('X-My-Secure'), Name.OTHER);
});

test('an option that would open a door is refused', () => {
  const refused = (options: Parameters<typeof createClassifier>[0], setting: string, why: RegExp): void => {
    assert.throws(() => createClassifier(options), (error) => error instanceof ContractError && error.setting === setting && why.test(error.message), JSON.stringify(options));
  };
  for (const name of ['X_Forwarded_Proto', 'x.real.ip', 'SSL_CLIENT_CERT', 'REMOTE_USER', 'X-Forwarded-Proto']) refused({ allowHeaders: [name] }, 'allow-header', /forge/);
  for (const name of ['Content_Length', 'transfer.encoding', 'Keep_Alive']) refused({ allowHeaders: [name] }, 'allow-header', /write itself/);
  refused({ allowHeaders: ['x_my_secure'], tellNames: ['X-My-Secure'] }, 'allow-header', /tell them the truth/);
  refused({ allowHeaders: ['a b'] }, 'allow-header', /one run/);
  for (const name of ['Host', 'content-length', 'Content_Type', 'Connection', 'Location']) refused({ tellNames: [name] }, 'tell', /standard name/);
});

test('a name is judged the same the first time, again, and after very many others', () => {
  const classify = createClassifier();
  const names = ['Accept', 'X-Forwarded-Proto', 'X_Forwarded_Proto', 'Host', 'content-LENGTH'];
  const before = names.map(classify);
  for (let i = 0; i < 5000; i++) assert.equal(classify(`X-Forwarded-${i}`), Name.FAMILY);
  for (let i = 0; i < 5000; i++) assert.equal(classify(`X-Junk-${i}`), Name.OTHER);
  assert.deepEqual(names.map(classify), before);
  assert.deepEqual(before, [Name.OTHER, Name.FAMILY, Name.AMBIGUOUS, Name.HOST, Name.CONTENT_LENGTH]);
  assert.equal(classify(`X-Forwarded-${'a'.repeat(10_000)}`), Name.FAMILY);
});

test('no client can grow memory through names: neither by their number, nor their length, nor the heads they came in', () => {
  const collect = collector();
  const classify = createClassifier();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 3000; i++) {
    const head = Buffer.from(`${'x'.repeat(64 * 1024)}X-Quite-A-Long-Name-${i}: 1`).toString('latin1');
    classify(head.slice(64 * 1024, head.indexOf(':')));
    if (i < 300) classify(`${'y'.repeat(60_000)}${i}`);
  }
  collect();
  const grown = process.memoryUsage().heapUsed - before;
  assert.equal(classify('X-Quite-A-Long-Name-1'), Name.OTHER); // and the classifier is still alive here
  assert.ok(grown < 4 * 1024 * 1024, `the heap grew by ${grown} bytes`);
});
