import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { freePort } from '../../src/cli/run/accepts.ts';
import { makeCertificate } from '../helpers/certificate.ts';
import { fetchOnce } from '../helpers/client.ts';
import { runFront, startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startProgram } from '../helpers/program.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import type { RawRequest } from '../helpers/raw-app.ts';
import { program, requires } from '../helpers/real.ts';
import { eventually, scope, sleep, tempDir } from '../helpers/scope.ts';

describe('behind a real HAProxy that speaks the PROXY protocol', requires('haproxy', 'openssl'), () => {
  const here = scope();
  const seen: RawRequest[] = [];
  let front: Front;
  const ports = { v1: 0, v2: 0, ssl: 0 };
  let ca = '';
  const last = (): RawRequest => seen.at(-1)!;

  before(async () => {
    const app = await startRawApp(here, answering((request) => { seen.push(request); return reply('ok'); }));
    front = await startFront(here, [app.address, '--https', 'off', '--trust', '127.0.0.1', '--accept-proxy', '--scheme', '/=either', '--public-https-port', '443', '--timeout', 'handshake=1']);
    const dir = tempDir(here);
    const { pem, key } = makeCertificate(dir, 'site', ['shop.test']);
    ca = pem;
    for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
    writeFileSync(join(dir, 'site.pem'), pem + readFileSync(key, 'utf8'));
    const server = (send: string): string => `  server front 127.0.0.1:${front.httpPort} check inter 200ms ${send}\n`;
    writeFileSync(join(dir, 'haproxy.cfg'), 'global\n  maxconn 100\ndefaults\n  mode tcp\n  timeout connect 2s\n  timeout client 5s\n  timeout server 5s\n'
      + `listen v1\n  bind 127.0.0.1:${ports.v1}\n${server('send-proxy')}`
      + `listen v2\n  bind 127.0.0.1:${ports.v2}\n${server('send-proxy-v2')}`
      + `listen ssl\n  bind 127.0.0.1:${ports.ssl} ssl crt ${join(dir, 'site.pem')}\n${server('send-proxy-v2-ssl')}`);
    startProgram(here, [program('haproxy'), '-db', '-f', join(dir, 'haproxy.cfg')], {});
    await eventually('HAProxy to answer', async () => (await fetchOnce(`http://127.0.0.1:${ports.v1}/`).catch(() => undefined))?.status === 200, 10_000);
  });

  test('send-proxy and send-proxy-v2 tell the client', async () => {
    for (const port of [ports.v1, ports.v2]) {
      const got = await fetchOnce(`http://127.0.0.1:${port}/`, { from: '127.0.0.9', headers: { Host: 'shop.test', 'X-Forwarded-For': '6.6.6.6', 'X-Forwarded-Proto': 'https' } });
      assert.equal(got.status, 200);
      assert.equal(last().get('X-Forwarded-For'), '127.0.0.9');
      assert.equal(last().get('X-Forwarded-Proto'), 'http', 'the client behind the header is believed no more than any other');
    }
  });

  test('send-proxy-v2-ssl tells that the client came over TLS', async () => {
    const got = await fetchOnce(`https://127.0.0.1:${ports.ssl}/`, { from: '127.0.0.9', ca, servername: 'shop.test', headers: { Host: 'shop.test' } });
    assert.equal(got.status, 200);
    assert.equal(last().get('X-Forwarded-For'), '127.0.0.9');
    assert.equal(last().get('X-Forwarded-Proto'), 'https');
    assert.equal(last().get('X-Forwarded-Port'), '443');
  });

  test('its health checks are no refusals', async () => {
    await sleep(1000); // five checks of each
    assert.deepEqual(front.events().filter((event) => event['event'] === 'refused'), []);
  });

  test('a stranger, and a connection without the header, are refused in time and said so', async () => {
    const stranger = await fetchOnce(`http://127.0.0.1:${front.httpPort}/`, { from: '127.0.0.8' }).catch(() => 'refused');
    assert.equal(stranger, 'refused');
    const without = await fetchOnce(`http://127.0.0.1:${front.httpPort}/`, {}).catch(() => 'refused');
    assert.equal(without, 'refused');
    await eventually('both in the log', () => front.events().some((event) => event['code'] === 'proxy-header-stranger') && front.events().some((event) => event['code'] === 'proxy-header-missing' || event['code'] === 'proxy-header-bad'));
  });
});

test('a door for the PROXY protocol without anybody to accept it from is a configuration error', async () => {
  const { exit, stderr } = await runFront(['8000', '--accept-proxy']);
  assert.equal(exit.code, 2);
  assert.match(stderr, /--accept-proxy[^]*--trust/);
});
