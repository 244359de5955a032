import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { openAdmin } from '../../src/front/admin/admin.ts';
import { Counters } from '../../src/front/metrics/counters.ts';
import { takeSnapshot } from '../../src/front/metrics/state.ts';
import type { ListenAddress } from '../../src/config/values/addresses.ts';
import { MemoryFront, settings, siteSettings } from '../helpers/memory-front.ts';
import { MemoryWire } from '../helpers/memory-transport.ts';
import type { ListenOptions } from '../../src/transport/wire.ts';

const LOOPBACK: ListenAddress = { kind: 'ip', host: '127.0.0.1', port: 9443 };
const PASSWORD = 'correct-horse-battery';

interface Opened { readonly ask: (head: string, tls?: boolean) => string; readonly front: MemoryFront; readonly listened: ListenOptions }

const open = async (t: TestContext, { address = LOOPBACK, password = false, hosts = [], https = true }: { readonly address?: ListenAddress; readonly password?: boolean; readonly https?: boolean; readonly hosts?: readonly string[] } = {}): Promise<Opened> => {
  const given = settings({ ...(!https && { https: { kind: 'off' } as const }), sites: [siteSettings({ hosts: ['a.test'] })] });
  const counters = new Counters(['a.test']);
  const front = new MemoryFront(given, { counters });
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-admin-'));
  t.after(() => { rmSync(dir, { recursive: true, force: true }); });
  const passwordFile = join(dir, 'password');
  writeFileSync(passwordFile, `${PASSWORD}\n`);
  const certificates = { pick: () => undefined, real: true, names: [], authorityFiles: [], close: () => undefined, shown: () => [{ names: ['a.test'], notAfter: Date.now() + 5 * 86_400_000 + 1000 }] };
  let listened!: ListenOptions;
  const transport = {
    connect: () => { throw new Error('it connects to nobody'); },
    lookup: () => { throw new Error('it looks nobody up'); },
    listen: (options: ListenOptions) => { listened = options; return Promise.resolve({ address: options.address, fd: undefined, arriving: 0, change: () => () => undefined, close: () => Promise.resolve(), abandon: () => {} }); },
  };
  const admin = await openAdmin(given, { address, passwordFile: password ? passwordFile : undefined, hosts }, {
    transport, log: front.context.log, certificates: https ? certificates : undefined, build: { version: '1.2.3', runtime: 'Node 1' },
    snapshot: () => takeSnapshot({ counters, live: front.live, upstreams: front.upstreams, certificates }),
  });
  t.after(() => admin.close());
  return {
    front, listened,
    ask(head, tls = false) {
      const wire = new MemoryWire({ tls, peer: '127.0.0.1' });
      wire.handler = listened.onConnection(wire);
      wire.say(`${head.trim().replaceAll('\n', '\r\n')}\r\n\r\n`);
      return wire.text;
    },
  };
};
const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
const get = (path: string, lines = ''): string => `GET ${path} HTTP/1.1\nHost: 127.0.0.1:9443\n${lines}`;

describe('the admin address', () => {
  it('answers the metrics and the page, with nothing that a browser may load or keep', async (t) => {
    const { ask, listened } = await open(t);
    assert.equal(listened.tls, undefined);
    const metrics = ask(get('/metrics'));
    assert.match(metrics, /^HTTP\/1\.1 200 OK\r\n[^]*Content-Type: text\/plain; version=0\.0\.4/);
    assert.match(metrics, /\nsallyport_requests_total|\nsallyport_connections 0\n/);
    const page = ask(get('/'));
    assert.match(page, /Content-Security-Policy: default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'/);
    assert.match(page, /Cache-Control: no-store/);
    assert.doesNotMatch(page.slice(page.indexOf('<!doctype')), /(?:src|href)="(?!data:,")/, 'everything is in it');
    assert.equal((JSON.parse(ask(get('/status.json')).split('\r\n\r\n')[1]!) as { build: { version: string } }).build.version, '1.2.3');
    assert.equal(statusOf(ask(get('/x'))), 404);
    assert.equal(statusOf(ask(get('/constructor'))), 404);
  });

  it('takes GET and HEAD only', async (t) => {
    const { ask } = await open(t);
    assert.match(ask(`POST / HTTP/1.1\nHost: localhost\nContent-Length: 0`), /^HTTP\/1\.1 405 [^]*\r\nAllow: GET, HEAD\r\n/);
    const head = ask(`HEAD /metrics HTTP/1.1\nHost: localhost`);
    assert.ok(head.endsWith('\r\n\r\n') && /Content-Length: [1-9]/.test(head));
  });

  // A page of evil.test, whose name is then made to lead to 127.0.0.1, is of one origin with this address for a browser.
  it('is not there for a name that was made to lead to it', async (t) => {
    const { ask } = await open(t, { hosts: ['front.internal'] });
    for (const host of ['evil.test', 'evil.test:9443', 'localhost.evil.test', '127.0.0.1.nip.io', 'x.a.test', '1.evil', '0x7f.1']) {
      const answer = ask(`GET /metrics HTTP/1.1\nHost: ${host}`);
      assert.equal(statusOf(answer), 421, host);
      assert.match(answer, /--admin-host/);
    }
    for (const host of ['localhost', 'LOCALHOST:9443', '127.0.0.1', '[::1]:9443', '192.0.2.1:1', 'a.test', 'front.internal:9443']) {
      assert.equal(statusOf(ask(`GET /metrics HTTP/1.1\nHost: ${host}`)), 200, host);
    }
  });

  it('is not read by a page of another origin', async (t) => {
    const { ask } = await open(t);
    for (const lines of ['Origin: https://evil.test', 'Origin: null', 'Origin: http://127.0.0.1:8000', 'Origin: https://127.0.0.1:9443', 'Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: no-cors', 'Sec-Fetch-Site: same-site\nSec-Fetch-Mode: cors']) {
      assert.equal(statusOf(ask(get('/metrics', lines))), 403, lines);
    }
    for (const lines of ['Origin: http://127.0.0.1:9443', 'Sec-Fetch-Site: same-origin\nSec-Fetch-Mode: cors', 'Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate', 'Sec-Fetch-Site: none\nSec-Fetch-Mode: navigate']) {
      assert.equal(statusOf(ask(get('/metrics', lines))), 200, lines);
    }
  });

  it('asks for its password, over TLS where other machines reach it', async (t) => {
    const { ask, listened } = await open(t, { address: { kind: 'ip', host: '0.0.0.0', port: 9443 }, password: true });
    assert.ok(listened.tls !== undefined);
    const basic = (text: string): string => get('/metrics', `Authorization: Basic ${Buffer.from(text).toString('base64')}`);
    for (const head of [get('/metrics'), basic(`me:${PASSWORD}x`), basic(PASSWORD), basic('me:'), get('/metrics', 'Authorization: Bearer x'), `${basic(`me:${PASSWORD}`)}\nAuthorization: Basic eA==`]) {
      assert.match(ask(head, true), /^HTTP\/1\.1 401 [^]*WWW-Authenticate: Basic/);
    }
    assert.equal(statusOf(ask(basic(`me:${PASSWORD}`), true)), 200);
    assert.equal(statusOf(ask(basic(`:${PASSWORD}`), true)), 200);
  });

  it('says at the start that its password crosses the network as it is, where there is no https', async (t) => {
    const { front, listened } = await open(t, { address: { kind: 'ip', host: '0.0.0.0', port: 9443 }, password: true, https: false });
    assert.equal(listened.tls, undefined);
    assert.match(String(front.events().find(({ event }) => event === 'admin-in-clear')?.['message']), /password.*as they are.*loopback or a unix socket/);
    const { front: own } = await open(t);
    assert.ok(!own.events().some(({ event }) => event === 'admin-in-clear'));
  });

  it('believes no forwarding header, counts nothing of its own, and logs no request', async (t) => {
    const { ask, front } = await open(t);
    for (let i = 0; i < 3; i++) ask(get('/metrics', 'X-Forwarded-Proto: https\nX-Forwarded-Host: evil.test'));
    assert.match(ask(get('/metrics')), /\nsallyport_stripped_headers_total\{site="a\.test"\} 0\n/);
    assert.deepEqual(front.events().filter(({ event }) => event === 'request'), []);
  });

  it('a unix socket is asked for by any name: none leads a browser there', async (t) => {
    const { ask } = await open(t, { address: { kind: 'unix', path: '/run/x.sock' } });
    assert.equal(statusOf(ask(`GET /metrics HTTP/1.1\nHost: whatever`)), 200);
  });
});

describe('the status page', () => {
  it('says in words what there is, and no text of a configuration is markup', async (t) => {
    const { ask, front } = await open(t);
    front.client().say('GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n');
    front.app().say('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    front.client().say('GET /x HTTP/1.1\r\nHost: b.test\r\n\r\n');
    const body = ask(get('/live')).split('\r\n\r\n')[1]!;
    assert.match(body, /<th scope="row">a\.test<\/th>/);
    assert.match(body, /2xx 1</);
    assert.match(body, /no site of that name/);
    assert.match(body, /<code>misdirected<\/code>/);
    assert.match(body, /127\.0\.0\.1:8000<\/th><td><span class="good">up/);
    assert.match(body, /<span class="warn">5<\/span>/);
    assert.doesNotMatch(body, /NaN|undefined|Infinity/);
  });
});
