import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { freePort } from '../../src/cli/run/accepts.ts';
import { makeCertificate } from '../helpers/certificate.ts';
import type { Got } from '../helpers/client.ts';
import { startFront } from '../helpers/front.ts';
import { startDjango } from '../helpers/gunicorn.ts';
import { startHaproxy } from '../helpers/haproxy.ts';
import { startNginx } from '../helpers/nginx.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { requires } from '../helpers/real.ts';
import { eventually, scope, tempDir } from '../helpers/scope.ts';
import type { Told } from '../helpers/told.ts';

/** What the reader made of the header, as the app behind it is told. */
interface Read { src: string; srcPort: string; dst: string; dstPort: string; authority: string; forwardedFor: string }

/** Over a unix socket, where fetchOnce has no way to go. */
const overUnix = (path: string): Promise<string> => new Promise((resolve, reject) => {
  request({ socketPath: path, path: '/', headers: { Host: 'shop.test' }, agent: false }, (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (piece: string) => { text += piece; }).on('end', () => resolve(text));
  }).on('error', reject).end();
});

describe('PROXY headers to a real HAProxy', requires('haproxy', 'openssl'), () => {
  const here = scope();
  const dir = tempDir(here);
  const ports = { plain: 0, tls: 0 };
  const checks: string[] = [];
  let ca = '';

  before(async () => {
    const app = await startRawApp(here, answering((got) => {
      const told = (name: string): string => got.get(name) ?? '';
      const read: Read = { src: told('X-Src'), srcPort: told('X-Src-Port'), dst: told('X-Dst'), dstPort: told('X-Dst-Port'), authority: told('X-Authority'), forwardedFor: told('X-Forwarded-For') };
      if (got.target === '/checked') checks.push(read.src);
      return reply(JSON.stringify(read));
    }));
    const { pem, key, cert } = makeCertificate(dir, 'haproxy', ['localhost']);
    ca = cert;
    writeFileSync(join(dir, 'haproxy.pem'), pem + readFileSync(key, 'utf8'));
    for (const name of ['plain', 'tls'] as const) ports[name] = await freePort();
    await startHaproxy(here, `frontend reader
  bind 127.0.0.1:${ports.plain} accept-proxy
  bind 127.0.0.1:${ports.tls} accept-proxy ssl crt ${join(dir, 'haproxy.pem')}
  http-request set-header X-Src %[src]
  http-request set-header X-Src-Port %[src_port]
  http-request set-header X-Dst %[dst]
  http-request set-header X-Dst-Port %[dst_port]
  http-request set-header X-Authority %[fc_pp_authority]
  default_backend app
backend app
  server app 127.0.0.1:${app.port}`);
  });

  const doors = ['--https', '[::1]:0', '--http', '127.0.0.1:0', '--scheme', '/=either'];

  for (const version of ['v1', 'v2'] as const) {
    for (const over of ['plain', 'tls'] as const) {
      test(`${version} over ${over === 'tls' ? 'TLS' : 'TCP'}: the client and the door, IPv4 and IPv6`, async (t) => {
        const app = over === 'tls' ? [`https://localhost:${ports.tls}`, '--upstream-ca', ca] : [`127.0.0.1:${ports.plain}`];
        const front = await startFront(t, [...app, '--send-proxy', version, ...doors]);
        const four = (await front.getHttp('/', { from: '127.0.0.9', headers: { 'Host': 'shop.test', 'X-Forwarded-For': '6.6.6.6' } })).json<Read>();
        assert.deepEqual([four.src, four.dst, four.dstPort, four.forwardedFor], ['127.0.0.9', '127.0.0.1', String(front.httpPort), '127.0.0.9']);
        assert.ok(Number(four.srcPort) > 1024);
        const six = (await front.get('/', { address: '::1' })).json<Read>();
        assert.deepEqual([six.src, six.dst, six.dstPort], ['::1', '::1', String(front.httpsPort)]);
        assert.equal(six.authority, version === 'v2' ? 'localhost' : '', 'the name that the client asked for');
      });
    }

    test(`${version}: a client on a unix socket has no address, and the reader takes the connection's own`, async (t) => {
      const path = join(tempDir(t), 'door.sock');
      await startFront(t, [`127.0.0.1:${ports.plain}`, '--send-proxy', version, '--https', 'off', '--http', `unix:${path}`, '--scheme', '/=either']);
      const { src, forwardedFor } = JSON.parse(await overUnix(path)) as Read;
      assert.equal(src, '127.0.0.1');
      assert.notEqual(forwardedFor, '127.0.0.1');
    });

    test(`${version}: clients that keep their connections never see each other's address`, async (t) => {
      const front = await startFront(t, [`127.0.0.1:${ports.plain}`, '--send-proxy', version, ...doors]);
      const clients = Array.from({ length: 12 }, (_, i) => {
        const from = `127.0.7.${i + 1}`;
        const agent = new Agent({ keepAlive: true, maxSockets: 1, localAddress: from });
        t.after(() => { agent.destroy(); });
        return { from, ask: (): Promise<Got> => front.getHttp('/', { agent, from, headers: { Host: 'shop.test', Connection: 'keep-alive' } }) };
      });
      const portsSeen = new Map<string, Set<string>>();
      for (let round = 0; round < 8; round++) {
        const answers = await Promise.all(clients.map(({ ask }) => ask()));
        for (const [i, got] of answers.entries()) {
          const read = got.json<Read>();
          assert.equal(read.src, clients[i]!.from);
          const seen = portsSeen.get(read.src) ?? new Set();
          portsSeen.set(read.src, seen.add(read.srcPort));
        }
      }
      for (const [from, seen] of portsSeen) assert.equal(seen.size, 1, `${from} kept one connection, and so did the front for it`);
    });
  }

  test('without it HAProxy refuses the connection', async (t) => {
    const front = await startFront(t, [`127.0.0.1:${ports.plain}`, ...doors]);
    assert.equal((await front.getHttp('/')).status, 502);
  });

  test('the front\'s own checks say that nobody sent them, over TCP and TLS', async (t) => {
    const file = join(tempDir(t), 'sallyport.config.json');
    for (const [app, upstream] of [[`127.0.0.1:${ports.plain}`, {}], [`https://localhost:${ports.tls}`, { ca }]] as const) {
      for (const sendProxy of ['v1', 'v2']) {
        checks.length = 0;
        writeFileSync(file, JSON.stringify({ app, https: 'off', http: '127.0.0.1:0', log: 'json', scheme: { '/': 'either' }, upstream: { ...upstream, sendProxy, check: { path: '/checked', interval: '50ms' } } }));
        const front = await startFront(t, ['--config', file]);
        await eventually('three checks', () => checks.length >= 3);
        assert.deepEqual(new Set(checks), new Set(['127.0.0.1']));
        assert.equal((await front.getHttp('/', { from: '127.0.0.9' })).json<Read>().src, '127.0.0.9', 'a check\'s connection is nobody else\'s');
        await front.stop();
      }
    }
  });

  test('a header that came in goes out again: the client stays the same along the way', async (t) => {
    const inner = await startFront(t, [`127.0.0.1:${ports.plain}`, '--send-proxy', 'v2', '--https', 'off', '--http', '127.0.0.1:0', '--trust', '127.0.0.1', '--accept-proxy', '--scheme', '/=either']);
    const front = await startFront(t, [`127.0.0.1:${inner.httpPort}`, '--send-proxy', 'v2', ...doors]);
    const read = (await front.get('/', { address: '::1' })).json<Read>();
    assert.deepEqual([read.src, read.dst, read.dstPort, read.authority, read.forwardedFor], ['::1', '::1', String(front.httpsPort), 'localhost', '::1']);
  });

  // HAProxy keeps what the header tells of TLS to itself; another front reads it.
  test('v2 tells another front that the client came over TLS', async (t) => {
    const app = await startRawApp(t, answering((got) => reply(`${got.get('X-Forwarded-Proto')} ${got.get('X-Forwarded-For')} ${got.all('X-Forwarded-For').length}`)));
    const inner = await startFront(t, [app.address, '--https', 'off', '--http', '127.0.0.1:0', '--trust', '127.0.0.1', '--accept-proxy', '--scheme', '/=either']);
    for (const [version, told] of [['v2', 'https ::1 1'], ['v1', 'http ::1 1']] as const) {
      const front = await startFront(t, [`127.0.0.1:${inner.httpPort}`, '--send-proxy', version, ...doors]);
      assert.equal((await front.get('/', { address: '::1' })).text, told);
      assert.equal((await front.getHttp('/')).text, 'http 127.0.0.1 1');
      await front.stop();
    }
  });
});

describe('PROXY headers to a real nginx', requires('nginx'), () => {
  test('are read in both versions', async (t) => {
    const port = await freePort();
    await startNginx(t, `server { listen 127.0.0.1:${port} proxy_protocol; location / { return 200 "$proxy_protocol_addr $proxy_protocol_server_addr $proxy_protocol_server_port"; } }`);
    for (const version of ['v1', 'v2'] as const) {
      const front = await startFront(t, [`127.0.0.1:${port}`, '--send-proxy', version, '--scheme', '/=either']);
      assert.equal((await front.getHttp('/', { from: '127.0.0.9' })).text, `127.0.0.9 127.0.0.1 ${front.httpPort}`);
      await front.stop();
    }
  });
});

describe('PROXY headers to a real Gunicorn', requires('gunicorn', 'python3-django'), () => {
  // Its sync worker closes each connection; gthread forgets the header after a connection's first request (benoitc/gunicorn issue 899), so it must not keep any.
  for (const [worker, args] of [['sync', []], ['gthread', ['--worker-class', 'gthread', '--threads', '4', '--keep-alive', '0']]] as const) {
    test(`make the client its REMOTE_ADDR (${worker})`, async (t) => {
      const site = await startDjango(t, { args: ['--proxy-protocol', ...args] });
      const front = await startFront(t, [site.address, '--send-proxy', 'v1', '--scheme', '/=either']);
      const clients = ['127.0.0.8', '127.0.0.9'].map((from) => ({ from, agent: new Agent({ keepAlive: true, maxSockets: 1, localAddress: from }) }));
      t.after(() => { for (const { agent } of clients) agent.destroy(); });
      for (let i = 0; i < 4; i++) {
        for (const { from, agent } of clients) {
          const told = (await front.getHttp('/truth', { agent, from, headers: { Host: 'localhost', Connection: 'keep-alive' } })).json<Told>();
          assert.equal(told.environ['REMOTE_ADDR'], from);
        }
      }
    });
  }
});
