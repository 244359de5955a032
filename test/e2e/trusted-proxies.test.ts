import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import type { RawRequest } from '../helpers/raw-app.ts';
import { scope } from '../helpers/scope.ts';

describe('a trusted proxy before the front', () => {
  const here = scope();
  const seen: RawRequest[] = [];
  let front: Front;
  const last = (): RawRequest | undefined => seen.at(-1);
  before(async () => {
    const app = await startRawApp(here, answering((request) => { seen.push(request); return reply('ok'); }));
    front = await startFront(here, [app.address, '--trust', '127.0.0.7', '--trust', '10.0.0.0/8']);
  });

  test('its X-Forwarded-Proto and X-Forwarded-For are believed, over the http door too', async () => {
    const got = await front.getHttp('/', { from: '127.0.0.7', headers: { Host: 'localhost', 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.9' } });
    assert.equal(got.status, 200);
    assert.equal(last()?.get('X-Forwarded-Proto'), 'https');
    assert.equal(last()?.get('X-Forwarded-For'), '203.0.113.9');
  });

  test('anybody else who sends the same is not', async () => {
    const got = await front.getHttp('/', { headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.9' } });
    assert.equal(got.status, 307);
    await front.get('/', { headers: { 'X-Forwarded-Proto': 'http', 'X-Forwarded-For': '203.0.113.9' } });
    assert.equal(last()?.get('X-Forwarded-Proto'), 'https');
    assert.equal(last()?.get('X-Forwarded-For'), '127.0.0.1');
  });

  test('the chain is read from the right, and only trusted addresses are skipped', async () => {
    await front.get('/', { from: '127.0.0.7', headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '192.0.2.66, 203.0.113.9, 10.1.2.3' } });
    assert.equal(last()?.get('X-Forwarded-For'), '203.0.113.9');
    await front.get('/', { from: '127.0.0.7', headers: ['X-Forwarded-Proto', 'https', 'X-Forwarded-For', '192.0.2.66', 'X-Forwarded-For', '203.0.113.10, 10.1.2.3'] });
    assert.equal(last()?.get('X-Forwarded-For'), '203.0.113.10');
  });

  // Most proxies pass a client's `Forwarded` or `X-Forwarded-Host` through untouched, so a fallback to one of them
  // hands the truth to the client although the peer is trusted.
  test('no other name is a fallback', async () => {
    const lies = {
      Forwarded: 'proto=https;for=192.0.2.66;host=evil.example', 'X-Forwarded-Ssl': 'on', 'X-Scheme': 'https', 'Front-End-Https': 'on',
      'X-Real-IP': '192.0.2.66', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Port': '1',
    };
    const got = await front.getHttp('/', { from: '127.0.0.7', headers: lies });
    assert.equal(got.status, 307);
    await front.get('/', { from: '127.0.0.7', headers: { ...lies, 'X-Forwarded-Proto': 'https' } });
    assert.equal(last()?.get('X-Forwarded-Proto'), 'https');
    assert.equal(last()?.get('X-Forwarded-For'), '127.0.0.7');
    assert.equal(last()?.get('X-Forwarded-Host'), `localhost:${front.httpsPort}`);
    assert.equal(last()?.all('Forwarded').length, 0);
  });

  test('http from a trusted proxy over the https door is http: redirected like any other', async () => {
    const got = await front.get('/', { from: '127.0.0.7', headers: { 'X-Forwarded-Proto': 'http' } });
    assert.equal(got.status, 307);
    assert.match(got.headers.location ?? '', /^https:\/\/localhost/);
  });
});

test('--trust-header names another header, and then the usual one does not count', async (t) => {
  const seen: RawRequest[] = [];
  const app = await startRawApp(t, answering((request) => { seen.push(request); return reply('ok'); }));
  const front = await startFront(t, [app.address, '--trust', 'loopback', '--trust-header', 'X-Forwarded-Host']);
  await front.getHttp('/', { headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'www.example.com' } });
  assert.equal(seen.at(-1)?.get('X-Forwarded-Host'), 'www.example.com');
});
