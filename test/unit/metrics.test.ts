import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Gathered } from '../../src/cli/workers/gathered.ts';
import { createHandshakeLog, logPlainOnTls } from '../../src/front/log/handshake-log.ts';
import { Counters } from '../../src/front/metrics/counters.ts';
import { prometheusText } from '../../src/front/metrics/prometheus.ts';
import { BOUNDS, merge, type Snapshot } from '../../src/front/metrics/snapshot.ts';
import { memoryBytes, takeSnapshot } from '../../src/front/metrics/state.ts';
import { quantile } from '../../src/front/admin/view.ts';
import { appRoute, MemoryFront, servers, settings, siteSettings, upstream } from '../helpers/memory-front.ts';

const get = (path = '/', lines = '', host = 'a.test'): string => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n`;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

const counted = (more: Parameters<typeof settings>[0] = {}): { front: MemoryFront; snapshot: () => Snapshot } => {
  const counters = new Counters(['a.test']);
  const front = new MemoryFront(settings({ sites: [siteSettings({ hosts: ['a.test'] })], ...more }), { counters });
  const certificates = { pick: () => undefined, real: true, names: [], authorityFiles: [], close: () => undefined, shown: () => [{ names: ['a.test'], notAfter: Date.UTC(2030, 0, 11) }] };
  return { front, snapshot: () => takeSnapshot({ counters, live: front.live, upstreams: front.upstreams, certificates }) };
};

describe('counting', () => {
  it('a request by site, status, bytes and time', () => {
    const { front, snapshot } = counted();
    const client = front.client();
    client.say(`POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\nabc`);
    assert.deepEqual([snapshot().running, snapshot().open], [1, 1]);
    front.app().say(OK);
    const now = snapshot();
    const site = now.sites['a.test']!;
    assert.deepEqual([now.running, site.statuses, site.bytesIn, site.bytesOut, site.faults], [0, { 200: 1 }, 3, 5, {}]);
    assert.equal(site.took.buckets.reduce((all, one) => all + one, 0), 1);
    assert.equal(site.app.buckets.reduce((all, one) => all + one, 0), 1);
    assert.ok(site.took.seconds > 0 && site.took.seconds < 10);
  });

  it('what no site is for, and what is no request, without taking a name from a client', () => {
    const { front, snapshot } = counted();
    for (let i = 0; i < 50; i++) front.client().say(get('/', '', `h${i}.evil`));
    front.client().say('GE T / HTTP/1.1\r\n\r\n');
    const { sites, refused } = snapshot();
    assert.deepEqual(Object.keys(sites), ['a.test', '-']);
    assert.deepEqual([sites['-']!.statuses, sites['-']!.faults], [{ 421: 50 }, { misdirected: 50 }]);
    assert.deepEqual(Object.values(refused), [1]);
  });

  it('what never became a connection for HTTP', () => {
    const { front, snapshot } = counted();
    const peer = { kind: 'ip', address: '192.0.2.1' } as const;
    createHandshakeLog(front.context)(peer, { code: 'ECONNRESET', message: '' });
    logPlainOnTls(front.context, peer, 400);
    assert.deepEqual(snapshot().refused, { 'handshake-failed': 1, 'plain-on-tls-port': 1 });
  });

  it('streams without an end, but not among the times: they would say that the site is slow', () => {
    const { front, snapshot } = counted();
    const stream = front.client();
    stream.say(get('/events'));
    front.app().say('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n');
    const socket = front.client();
    socket.say(get('/socket', 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n'));
    front.app().say('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    for (const wire of [stream, socket]) wire.break();
    const { statuses, took } = snapshot().sites['a.test']!;
    assert.deepEqual(statuses, { 101: 1, 200: 1 });
    assert.equal(took.buckets.reduce((all, one) => all + one, 0), 0);
  });

  it('forged headers, but not the word of a proxy that is believed', () => {
    for (const [trust, expected] of [[[], 3], [['192.0.2.7'], 0]] as const) {
      const { front, snapshot } = counted({ trust });
      front.client().say(get('/', 'X-Forwarded-Proto: http\r\nX-Forwarded-For: 1.2.3.4\r\nX_Forwarded_Host: b\r\nAccept: x\r\n'));
      if (trust.length === 0) front.app().say(OK);
      else front.client().say(get('/', 'X-Forwarded-Proto: https\r\nX-Forwarded-For: 1.2.3.4\r\n'));
      assert.equal(snapshot().sites['a.test']!.stripped, expected);
    }
  });

  it('redirects that lead nowhere', () => {
    const { front, snapshot } = counted();
    front.client().say(get('/x'));
    front.app().say('HTTP/1.1 301 Moved\r\nLocation: https://a.test/x\r\nContent-Length: 0\r\n\r\n');
    assert.deepEqual(snapshot().sites['a.test']!.redirects, { loop: 1, contradiction: 0, repaired: 0 });
  });

  it('a sole server is down from the request that it failed until the one that it answers', () => {
    const { front, snapshot } = counted();
    const state = (): unknown => { const [server] = snapshot().servers; return [server!.up, server!.reason]; };
    assert.deepEqual(state(), [true, '']);
    front.client().say(`POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n`);
    front.app().say('nonsense\r\n\r\n');
    assert.deepEqual(state(), [false, 'The app sent something that is not a well-formed answer.']);
    front.client().say(get());
    front.app().say(OK);
    assert.deepEqual(state(), [true, '']);
  });

  it('costs nothing where nobody looks', () => {
    assert.equal(new MemoryFront().context.counters, undefined);
  });
});

describe('processes as one', () => {
  it('counts are added, of states the worst is told', () => {
    const { front, snapshot } = counted({ sites: [siteSettings({ hosts: ['a.test'], routes: [appRoute({ app: upstream({ servers: servers(8000, 8001) }) })] })] });
    const before = JSON.parse(JSON.stringify(snapshot())) as Snapshot;
    front.client().say(get());
    front.app().say(OK);
    const now = JSON.parse(JSON.stringify(snapshot())) as Snapshot; // as a worker sends it
    const down: Snapshot = { ...now, servers: now.servers.map((server, i) => (i === 0 ? { ...server, up: false, reason: 'gone' } : server)), refused: { 'handshake-failed': 2 } };
    const whole = merge([now, down, before]);
    assert.deepEqual(whole.sites['a.test']!.statuses, { 200: 2 });
    assert.equal(whole.sites['a.test']!.bytesOut, 10);
    assert.equal(whole.sites['a.test']!.took.buckets.reduce((all, one) => all + one, 0), 2);
    assert.deepEqual(whole.sites['a.test']!.redirects, { loop: 0, contradiction: 0, repaired: 0 });
    assert.deepEqual(whole.refused, { 'handshake-failed': 2 });
    assert.deepEqual(whole.servers.map(({ server, up, reason }) => [server, up, reason]), [['127.0.0.1:8000', false, 'gone'], ['127.0.0.1:8001', true, '']]);
    assert.equal(whole.certificates.length, 1);
    assert.equal(whole.open, 2);
    assert.deepEqual(merge([now]), now);
  });
});

/** A reader of the text form that takes nothing else, as Prometheus' own. */
const parse = (text: string): Map<string, number> => {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.split('\n').slice(0, -1)) {
    const meta = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line);
    if (meta !== null) {
      if (meta[1] === 'TYPE') { assert.ok(!types.has(meta[2]!), `${meta[2]} twice`); types.set(meta[2]!, meta[3]!); }
      continue;
    }
    const found = /^([a-z_]+)((?:\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+\})?) (-?[0-9.e+-]+|NaN)$/.exec(line);
    assert.ok(found !== null, line);
    const family = types.has(found[1]!) ? found[1]! : found[1]!.replace(/_(bucket|sum|count)$/, '');
    assert.ok(types.has(family), `${line}: no TYPE before it`);
    assert.ok(!samples.has(found[1]! + found[2]!), `${line}: twice`);
    samples.set(found[1]! + found[2]!, Number(found[3]));
  }
  assert.ok(text.endsWith('\n'));
  return samples;
};

describe('the text for Prometheus', () => {
  it('is well-formed and has what was counted', () => {
    const { front, snapshot } = counted();
    front.client().say(get());
    front.app().say(OK);
    front.client().say(get('/', '', 'x.evil'));
    front.client().say('GET / HTTP/1.1\r\n\r\n');
    const samples = parse(prometheusText(snapshot(), { version: '1', runtime: 'a "b" \\ \n c' }, Date.UTC(2030, 0, 1)));
    const value = (name: string): number | undefined => samples.get(name);
    assert.equal(value('sallyport_requests_total{site="a.test",code="200"}'), 1);
    assert.equal(value('sallyport_requests_total{site="-",code="421"}'), 1);
    assert.equal(value('sallyport_faults_total{site="-",code="missing-host",kind="refused",blame="client"}'), 1);
    assert.equal(value('sallyport_upstream_up{app="127.0.0.1:8000",server="127.0.0.1:8000"}'), 1);
    assert.equal(value('sallyport_certificate_days_left{name="a.test"}'), 10);
    assert.equal(value('sallyport_sent_bytes_total{site="a.test"}'), 5);
    assert.equal(value('sallyport_request_duration_seconds_count{site="a.test"}'), 1);
    assert.equal(value('sallyport_request_duration_seconds_bucket{site="a.test",le="+Inf"}'), 1);
    let last = 0;
    for (const bound of BOUNDS) {
      const below = value(`sallyport_request_duration_seconds_bucket{site="a.test",le="${bound}"}`)!;
      assert.ok(below >= last, 'buckets hold all below them');
      last = below;
    }
  });
});

describe('quantile', () => {
  it('is where that share of the requests is', () => {
    const buckets = [...BOUNDS.map(() => 0), 0];
    assert.equal(quantile(buckets, 0.5), undefined);
    buckets[3] = 100; // 5 to 10 ms
    assert.ok(Math.abs(quantile(buckets, 0.5)! - 0.0075) < 1e-9);
    buckets[13] = 900; // above all bounds
    assert.equal(quantile(buckets, 0.95), 10);
  });
});

describe('what workers have counted', () => {
  it('stays counted when one has ended, and is never counted twice', () => {
    const { front, snapshot } = counted();
    front.client().say(get());
    front.app().say(OK);
    const [one, two, fresh] = [1, 2, 3].map((pid) => ({ ...snapshot(), pid }));
    const gathered = new Gathered();
    assert.equal(gathered.whole, undefined);
    const requests = (): unknown => gathered.whole!.sites['a.test']!.statuses['200'];
    gathered.take([one!, two!]);
    gathered.take([one!, two!]);
    assert.deepEqual([requests(), gathered.whole!.open], [2, 2]);
    gathered.take([two!, fresh!]);
    gathered.take([two!, fresh!]);
    assert.deepEqual([requests(), gathered.whole!.open], [3, 2]);
  });
});

// The status page looks at it by itself every two seconds: at the limit of descriptors that threw, and ended the process.
describe('memory', () => {
  it('is what it was when last asked where no descriptor is left to read it by', () => {
    assert.ok(memoryBytes() > 1_000_000);
    assert.equal(memoryBytes(() => 77), 77);
    assert.equal(memoryBytes(() => { throw Object.assign(new Error('EMFILE: too many open files, uv_resident_set_memory'), { code: 'EMFILE' }); }), 77);
  });
});
