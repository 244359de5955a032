import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ClientAuthorities } from '../../src/certs/client-authorities.ts';
import { eventLog, heldClock, makeCertificate, tempDir, until } from '../helpers/certs.ts';

test('sites that ask alike share a policy, and only those', async (t) => {
  const dir = tempDir(t);
  const [a, b] = [makeCertificate(dir, { name: 'a', authority: true }).cert, makeCertificate(dir, { name: 'b', authority: true }).cert];
  const opened = await ClientAuthorities.open({ wanted: [{ ca: a, optional: false }, { ca: a, optional: false }, { ca: a, optional: true }, { ca: b, optional: false }], on: () => {} });
  t.after(() => opened.close());
  const [one, same, optional, other] = [{ ca: a, optional: false }, { ca: a, optional: false }, { ca: a, optional: true }, { ca: b, optional: false }].map((wanted) => opened.policy(wanted)!);
  assert.equal(one, same);
  assert.equal(new Set([one, optional, other]).size, 3);
  assert.deepEqual([one!.optional, optional!.optional], [false, true]);
  assert.equal(one!.ca.trim(), readFileSync(a, 'utf8').trim());
});

test('a replaced file counts at once in the same policy; one that cannot be used is reported and changes nothing', async (t) => {
  const dir = tempDir(t);
  const file = join(dir, 'ca.pem');
  const [a, b] = [makeCertificate(dir, { name: 'a', authority: true }).cert, makeCertificate(dir, { name: 'b', authority: true, days: 1 }).cert];
  const put = (text: string): void => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  put(readFileSync(a, 'latin1'));
  const clock = heldClock();
  const events = eventLog();
  const wanted = { ca: file, optional: false };
  const opened = await ClientAuthorities.open({ wanted: [wanted], on: events.on, clock, interval: 10, patience: 20 });
  t.after(() => opened.close());
  const policy = opened.policy(wanted)!;
  const before = policy.ca;

  put('nonsense');
  await until(() => { clock.tick(10); return events.kinds().includes('client-authority-broken') || undefined; }, 'the report');
  assert.equal(policy.ca, before);
  assert.match(events.seen[0]!.message, /old one counts still.*no certificate in it/);

  clock.time += 3 * 24 * 3600 * 1000; // b has expired by now
  put(readFileSync(b, 'latin1'));
  await until(() => { clock.tick(10); return events.kinds().includes('client-authority-replaced') || undefined; }, 'the new file');
  assert.equal(opened.policy(wanted), policy);
  assert.equal(policy.ca.trim(), readFileSync(b, 'utf8').trim());
  assert.ok(events.kinds().includes('client-authority-expired'));
});

test('refused at the start: no such file, and no certificate in it', async (t) => {
  const dir = tempDir(t);
  writeFileSync(join(dir, 'empty'), '');
  await assert.rejects(ClientAuthorities.open({ wanted: [{ ca: join(dir, 'none'), optional: false }], on: () => {} }), /client authority file .*none does not exist/);
  await assert.rejects(ClientAuthorities.open({ wanted: [{ ca: join(dir, 'empty'), optional: false }], on: () => {} }), /has no certificate in it.*signs your clients/);
});
