/** Certificates that another process signs: what is kept of them, and for how long. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { AskedCertificates } from '../../src/certs/handed.ts';
import type { CertificatePair } from '../../src/core/contract/certificate.ts';

const MINUTE = 60_000;

/** Another process that signs, and a clock. What it signs says what it was told to say; `gone`: it has ended; `none`: it has no certificate. */
function signer(t: TestContext) {
  let now = 5000;
  let said = 'one';
  const asked: (string | undefined)[] = [];
  t.mock.method(performance, 'now', () => now);
  const ask = (name: string | undefined): Promise<CertificatePair | undefined> => {
    asked.push(name);
    if (said === 'gone') return Promise.reject(new Error('gone'));
    return Promise.resolve(said === 'none' ? undefined : { cert: `${said} for ${name}`, key: 'key' });
  };
  const certificates = new AskedCertificates(ask, { names: [], authorityFiles: [] });
  return { certificates, asked, says: (what: string) => { said = what; }, passes: (ms: number) => { now += ms; } };
}

test('one is asked for once a minute; the same one again is the same object, another takes its place', async (t) => {
  const { certificates: { pick }, asked, says, passes } = signer(t);
  const first = await pick('shop.test');
  assert.equal(first?.cert, 'one for shop.test');
  passes(MINUTE - 1);
  assert.equal(pick('shop.test'), first, 'at once, without a promise');
  passes(1);
  assert.equal(await pick('shop.test'), first, 'asked for again: the transport keeps what it has made of this object');
  says('two');
  passes(MINUTE);
  assert.equal((await pick('shop.test'))?.cert, 'two for shop.test');
  assert.deepEqual(asked, ['shop.test', 'shop.test', 'shop.test']);
});

test('each name has its own, and clients without a name theirs', async (t) => {
  const { certificates: { pick }, asked } = signer(t);
  for (const name of ['a.test', 'b.test', undefined, 'a.test', undefined]) assert.equal((await pick(name))?.cert, `one for ${name}`);
  assert.deepEqual(asked, ['a.test', 'b.test', undefined]);
});

test('where the signer is gone the last one is shown on; where there was none, nothing is', async (t) => {
  const { certificates: { pick }, asked, says, passes } = signer(t);
  const first = await pick('a.test');
  says('gone');
  passes(MINUTE);
  assert.equal(await pick('a.test'), first);
  assert.equal(await pick('b.test'), undefined);
  says('none');
  passes(MINUTE);
  assert.equal(await pick('a.test'), undefined, 'the signer is there and has none: nothing is made up');
  assert.deepEqual(asked, ['a.test', 'a.test', 'b.test', 'a.test']);
});

test('names that clients make up are forgotten, however many come', async (t) => {
  const { certificates: { pick }, asked } = signer(t);
  for (let i = 0; i <= 200; i++) await pick(`${i}.test`);
  await pick('200.test');
  assert.equal(asked.length, 201, 'the newest is kept');
  await pick('0.test');
  assert.equal(asked.length, 202, 'the first of two hundred and one is not');
});
