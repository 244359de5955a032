import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { cloudflareModule } from '../../scripts/published-networks.ts';
import { parseAddress } from '../../src/core/contract/address.ts';
import { oldLists, PUBLISHED } from '../../src/core/contract/published/index.ts';
import { compileTrust, hopOf } from '../../src/core/contract/trust.ts';

const DAY = 86_400_000;

for (const [word, list] of PUBLISHED) {
  describe(`the list behind --trust ${word}`, () => {
    test('has a source, a day that has been, and networks that can be trusted', () => {
      assert.match(list.source, /^https:\/\//);
      assert.match(list.page, /^https:\/\//);
      assert.ok(Date.parse(list.asOf) < Date.now());
      assert.equal(new Date(list.asOf).toISOString().slice(0, 10), list.asOf);
      const trust = compileTrust([word]);
      assert.equal(trust.ranges.length, new Set(list.networks).size);
      for (const network of list.networks) {
        const base = network.split('/')[0]!;
        assert.ok(parseAddress(base));
        assert.equal(hopOf(trust, { kind: 'ip', address: base }), 'public', network);
      }
    });

    test('has no address that is nobody\'s on the internet', () => {
      const trust = compileTrust([word]);
      for (const address of ['127.0.0.1', '10.0.0.1', '172.16.0.1', '192.168.0.1', '169.254.169.254', '::1', 'fd00::1', 'fe80::1', '203.0.113.1']) {
        assert.equal(hopOf(trust, { kind: 'ip', address }), undefined, address);
      }
    });

    test('is said to be old after a year, with its date and what to do', () => {
      const made = Date.parse(list.asOf);
      assert.deepEqual(oldLists(['10.0.0.0/8', word, 'unix'], made + 365 * DAY), []);
      const [said, ...more] = oldLists(['10.0.0.0/8', ` ${word.toUpperCase()} `, 'unix'], made + 366 * DAY);
      assert.deepEqual(more, []);
      assert.ok(said?.includes(list.asOf) && said.includes('366 days') && said.includes(list.page) && said.includes('Update Sallyport') && said.includes('--trust NETWORK'), said);
      assert.deepEqual(oldLists(['10.0.0.0/8', 'loopback'], made + 4000 * DAY), []);
    });
  });
}

describe('the script that refreshes a list', () => {
  const list = PUBLISHED.get('cloudflare')!;
  const v6 = list.networks.filter((network) => network.includes(':'));
  const v4 = list.networks.filter((network) => !network.includes(':'));
  const answer = (result: unknown, success = true): string => JSON.stringify({ success, errors: [], messages: [], result });

  test('writes exactly the file that is there, from the answer it was made of', () => {
    const file = new URL('../../src/core/contract/published/cloudflare.ts', import.meta.url);
    assert.equal(cloudflareModule(answer({ ipv4_cidrs: v4, ipv6_cidrs: v6, etag: list.version }), list.asOf), readFileSync(file, 'utf8'));
  });

  test('takes nothing that everybody would then believe by mistake', () => {
    const refused = (text: string, why: RegExp): void => { assert.throws(() => cloudflareModule(text, '2026-01-01'), why, text); };
    refused(answer({ ipv4_cidrs: v4, ipv6_cidrs: v6, etag: list.version }, false), /answer is not/);
    refused(answer(null), /answer is not/);
    refused(answer({ ipv4_cidrs: v4, etag: 'a' }), /answer is not/);
    refused(answer({ ipv4_cidrs: v4, ipv6_cidrs: v6, etag: '\';process.exit()//' }), /answer is not/);
    refused(answer({ ipv4_cidrs: [], ipv6_cidrs: v6, etag: 'a' }), /missing/);
    refused(answer({ ipv4_cidrs: [...v4, '0.0.0.0/0'], ipv6_cidrs: v6, etag: 'a' }), /every address/);
    refused(answer({ ipv4_cidrs: [...v4, '64.0.0.0/3'], ipv6_cidrs: v6, etag: 'a' }), /wider/);
    refused(answer({ ipv4_cidrs: [...v4, '10.0.0.1\', \'::/0'], ipv6_cidrs: v6, etag: 'a' }), /no network/);
    refused(answer({ ipv4_cidrs: [...v4, '10.0.0.1/8'], ipv6_cidrs: v6, etag: 'a' }), /bits after its prefix/);
    refused('<!doctype html>', /JSON/);
  });
});
