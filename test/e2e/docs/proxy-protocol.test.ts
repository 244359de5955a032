import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { freePort } from '../../../src/cli/run/accepts.ts';
import { makeCertificate } from '../../helpers/certificate.ts';
import { fetchOnce } from '../../helpers/client.ts';
import type { Ask, Got } from '../../helpers/client.ts';
import { docsPage } from '../../helpers/docs.ts';
import { makeMysite } from '../../helpers/mysite.ts';
import { startProgram } from '../../helpers/program.ts';
import { answering, reply, startRawApp } from '../../helpers/raw-app.ts';
import type { RawRequest } from '../../helpers/raw-app.ts';
import { program } from '../../helpers/real.ts';
import { eventually, tempDir } from '../../helpers/scope.ts';
import type { Scope } from '../../helpers/scope.ts';
import type { Told } from '../../helpers/told.ts';

const page = docsPage('proxy-protocol');

const startHaproxy = (scope: Scope, configuration: string): void => {
  startProgram(scope, [program('haproxy'), '-db', '-f', configuration]);
};

/** Asks HAProxy until it has found its server; an answer that comes is the answer. */
const whenUp = (url: string, ask: Ask): Promise<Got> => eventually(`HAProxy to answer at ${url}`, () => fetchOnce(url, ask).catch(() => undefined), 20_000);

describe('docs/proxy-protocol.md, a balancer in front', page.requires('haproxy', 'openssl'), () => {
  test('that ends TLS: the app is told the client and https', async (t) => {
    const seen: RawRequest[] = [];
    const app = await startRawApp(t, answering((request) => { seen.push(request); return reply('ok'); }));
    const [door, balancer] = [await freePort(), await freePort()];
    const dir = tempDir(t);
    const { pem, key } = makeCertificate(dir, 'site', ['shop.test']);
    writeFileSync(join(dir, 'site.pem'), pem + readFileSync(key, 'utf8'));
    const reader = page.follow(t, {
      '8000': String(app.port), '10.0.0.7:8080': `127.0.0.1:${door}`, '10.0.0.5': '127.0.0.1',
      'bind :443': `bind 127.0.0.1:${balancer}`, '/etc/haproxy/site.pem': join(dir, 'site.pem'),
    });
    await reader.front('sallyport 8000 --https off');
    startHaproxy(t, reader.write('send-proxy-v2-ssl'));
    const got = await whenUp(`https://shop.test:${balancer}/`, { ca: pem, from: '127.0.0.9', headers: { 'Host': 'shop.test', 'X-Forwarded-For': '6.6.6.6', 'X-Forwarded-Proto': 'http' } });
    assert.equal(got.status, 200);
    assert.deepEqual(['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Port'].map((name) => seen.at(-1)?.get(name)), ['127.0.0.9', 'https', '443']);
  });

  test('that passes TLS through: the front ends it and still knows the client', async (t) => {
    const seen: RawRequest[] = [];
    const app = await startRawApp(t, answering((request) => { seen.push(request); return reply('ok'); }));
    const [door, balancer] = [await freePort(), await freePort()];
    const reader = page.follow(t, { '8000': String(app.port), '10.0.0.7:8443': `127.0.0.1:${door}`, '10.0.0.5': '127.0.0.1', 'bind :443': `bind 127.0.0.1:${balancer}` });
    await reader.front('sallyport 8000 --https 10.0.0.7:8443');
    startHaproxy(t, reader.write('10.0.0.7:8443'));
    const got = await whenUp(`https://localhost:${balancer}/`, { from: '127.0.0.9', headers: { Host: 'localhost' } });
    assert.equal(got.status, 200);
    assert.deepEqual(['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Port'].map((name) => seen.at(-1)?.get(name)), ['127.0.0.9', 'https', '443']);
  });
});

describe('docs/proxy-protocol.md, an app that reads the header', page.requires('haproxy', 'gunicorn', 'python3-django'), () => {
  test('a HAProxy: the client is the one who came to the front', async (t) => {
    const seen: RawRequest[] = [];
    const app = await startRawApp(t, answering((request) => { seen.push(request); return reply('ok'); }));
    const reader = page.follow(t, { '10.0.0.8:8080': `127.0.0.1:${await freePort()}`, '8000': String(app.port) });
    startHaproxy(t, reader.write('reader.cfg'));
    const front = await reader.front('--send-proxy v2');
    await eventually('HAProxy to answer', async () => (await front.get('/', { from: '127.0.0.9', headers: { 'X-Src': '6.6.6.6' } })).status === 200, 20_000);
    assert.deepEqual(seen.at(-1)?.all('X-Src'), ['127.0.0.9']);
  });

  test('Gunicorn: REMOTE_ADDR is the client', async (t) => {
    const site = await makeMysite(t);
    const reader = page.follow(t, { '10.0.0.8:8000': `127.0.0.1:${await freePort()}`, '10.0.0.7': '127.0.0.1' }, site);
    await reader.start('--proxy-protocol', /Booting worker/);
    const front = await reader.front('--send-proxy v1');
    for (const from of ['127.0.0.8', '127.0.0.9']) assert.equal((await front.get('/truth', { from })).json<Told>().environ['REMOTE_ADDR'], from);
  });
});
