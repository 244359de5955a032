import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { makeCertificate } from '../helpers/certificate.ts';
import { answerOf, fetchOnce, open } from '../helpers/client.ts';
import type { Got } from '../helpers/client.ts';
import { authority, startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startRails } from '../helpers/rails.ts';
import type { Rails, RailsTold } from '../helpers/rails.ts';
import { requires } from '../helpers/real.ts';
import { scope, tempDir } from '../helpers/scope.ts';

const MIB = 1024 * 1024;
const parts = requires('ruby-rails', 'puma');

/** What Rails, Rack and Puma would take a proxy's word from, with a lie for each. */
const LIES: readonly (readonly [name: string, lie: string, onHttp?: string])[] = [
  ['X-Forwarded-Ssl', 'off', 'on'], ['X-Forwarded-Scheme', 'http', 'https'], ['X-Forwarded-Proto', 'http', 'https'], ['X-Forwarded-Proto', 'ws', 'wss'],
  ['X-Forwarded-Host', 'evil.example'], ['X-Forwarded-Port', '1', '443'], ['X-Forwarded-For', '203.0.113.66'],
  ['Forwarded', 'for=203.0.113.66;proto=http;host=evil.example', 'for=203.0.113.66;proto=https;host=evil.example'],
  ['Client-Ip', '203.0.113.66'], ['X-Client-Ip', '203.0.113.66'], ['Https', 'off', 'on'],
];
const spellings = (name: string): string[] => [name, name.toLowerCase(), name.replaceAll('-', '_'), name.replaceAll('-', '.')];

describe('Rails behind a real Puma, with nothing about proxies set', parts, () => {
  const here = scope();
  let site: Rails;
  let front: Front;
  const told = async (got: Promise<Got>): Promise<RailsTold> => {
    const { status, text, json } = await got;
    assert.equal(status, 200, text);
    return json<RailsTold>();
  };
  before(async () => {
    site = await startRails(here);
    front = await startFront(here, [site.address, '--scheme', '/=either']);
  });

  test('over https it sees https, the public port and the client', async () => {
    const origin = `https://localhost:${front.httpsPort}`;
    assert.deepEqual(await told(front.get('/truth', { from: '127.0.0.9' })), {
      secure: true, protocol: 'https://', host: 'localhost', port: front.httpsPort, base_url: origin, url: `${origin}/away`,
      original_url: `${origin}/truth`, remote_ip: '127.0.0.9', ip: '127.0.0.9', scheme: 'https', method: 'GET',
      told: { HTTP_X_FORWARDED_FOR: '127.0.0.9', HTTP_X_FORWARDED_PROTO: 'https', HTTP_X_FORWARDED_HOST: `localhost:${front.httpsPort}`, HTTP_X_FORWARDED_PORT: String(front.httpsPort) },
    } satisfies RailsTold);
    assert.equal((await front.get('/away')).headers.location, `${origin}/truth`);
  });

  test('over http it sees http', async () => {
    const origin = `http://localhost:${front.httpPort}`;
    const got = await told(front.getHttp('/truth'));
    assert.deepEqual([got.secure, got.scheme, got.base_url, got.url, got.told['HTTP_X_FORWARDED_PROTO']], [false, 'http', origin, `${origin}/away`, 'http']);
    assert.equal((await front.getHttp('/away')).headers.location, `${origin}/truth`);
  });

  test('behind a trusted proxy the client is the one of the world', async (t) => {
    const behind = await startFront(t, [site.address, '--https', 'off', '--trust', '127.0.0.1']);
    const got = await told(behind.getHttp('/truth', { headers: { 'X-Forwarded-For': '203.0.113.7', 'X-Forwarded-Proto': 'https', 'Client-Ip': '203.0.113.66', 'X-Forwarded-Ssl': 'off' } }));
    assert.deepEqual([got.secure, got.remote_ip, got.ip], [true, '203.0.113.7', '203.0.113.7']);
  });

  test('what a client claims changes nothing, in any spelling that Rack would fold', async () => {
    const honest = { https: await told(front.get('/truth')), http: await told(front.getHttp('/truth')) };
    for (const [name, lie, onHttp = lie] of LIES) {
      for (const spelling of spellings(name)) {
        assert.deepEqual(await told(front.get('/truth', { headers: { [spelling]: lie } })), honest.https, `${spelling}: ${lie}`);
        assert.deepEqual(await told(front.getHttp('/truth', { headers: { [spelling]: onHttp } })), honest.http, `${spelling}: ${onHttp}`);
      }
    }
    const all = LIES.flatMap(([name, , lie = 'evil']) => [name, lie]);
    assert.deepEqual(await told(front.getHttp('/truth', { headers: all })), honest.http);
  });

  // Rails raises IpSpoofAttackError, a 500, where Client-Ip and X-Forwarded-For differ; Rack believes a scheme from whoever
  // sends it. So the test above means something.
  test('the same claims count with the app itself, so it must be reached through the front alone', async () => {
    const direct = (headers: Readonly<Record<string, string>>): Promise<Got> => fetchOnce(`http://${site.address}/truth`, { headers });
    assert.equal((await told(direct({}))).secure, false);
    for (const name of ['X-Forwarded-Proto', 'X-Forwarded-Scheme']) assert.equal((await told(direct({ [name]: 'https' }))).secure, true, name);
    assert.equal((await told(direct({ 'X-Forwarded-Ssl': 'on' }))).secure, true);
    assert.equal((await told(direct({ 'X-Forwarded-Host': 'evil.example' }))).base_url, 'http://evil.example');
    assert.equal((await direct({ 'Client-Ip': '203.0.113.66', 'X-Forwarded-For': '203.0.113.7' })).status, 500);
  });

  test('X-HTTP-Method-Override is no claim about the connection and passes', async () => {
    const got = await front.get('/overridden', { method: 'POST', headers: { 'X-HTTP-Method-Override': 'DELETE', 'Content-Length': '0' } });
    assert.equal(got.json<RailsTold>().method, 'DELETE');
  });

  describe('a form with Rails\' own token', () => {
    const page = async (): Promise<{ cookie: string; token: string }> => {
      const got = await front.get('/form');
      assert.equal(got.status, 200);
      return { cookie: got.headers['set-cookie']?.[0]?.split(';')[0] ?? '', token: /name="authenticity_token" value="([^"]+)"/.exec(got.text)?.[1] ?? '' };
    };
    const post = ({ cookie, token }: { cookie: string; token: string }, headers: Readonly<Record<string, string>>): Promise<Got> => {
      const body = new URLSearchParams({ authenticity_token: token, word: 'péage' }).toString();
      return front.get('/form', { method: 'POST', body, headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': String(body.length), 'Cookie': cookie, ...headers } });
    };

    test('is taken when it comes from the page itself, and the session goes on', async () => {
      const first = await page();
      const sent = await post(first, { Origin: front.https });
      assert.equal(sent.status, 200, sent.text);
      assert.match(sent.text, /<p id="said">péage<\/p><p id="posts">1<\/p>/);
      const cookie = sent.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
      const again = await post({ ...first, cookie }, { Origin: front.https });
      assert.match(again.text, /<p id="posts">2<\/p>/);
    });

    // "HTTP Origin header (https://H) didn't match request.base_url (http://H)": what people see behind a proxy that does
    // not tell the scheme or the port.
    test('is refused when it comes from the other scheme, another port or elsewhere, and taken whatever the client claims', async () => {
      const first = await page();
      for (const origin of [front.http, 'https://localhost', `http://localhost:${front.httpsPort}`, 'https://evil.example', 'null']) {
        assert.equal((await post(first, { Origin: origin })).status, 422, origin);
      }
      assert.equal((await post(first, { 'Origin': 'https://evil.example', 'X-Forwarded-Host': 'evil.example' })).status, 422);
      for (const [name, lie] of LIES) assert.equal((await post(first, { Origin: front.https, [name]: lie })).status, 200, name);
      assert.equal((await post({ ...first, token: 'x' }, { Origin: front.https })).status, 422, 'another token');
    });
  });

  test('uploads of 20 MiB arrive whole: as a body, chunked, and as a file of a form', async () => {
    const body = Buffer.alloc(20 * MIB, 'puma reads it all ');
    const sha256 = createHash('sha256').update(body).digest('hex');
    const plain = { 'Content-Type': 'application/octet-stream' };
    const sized = await front.get('/upload', { method: 'POST', body, headers: { ...plain, 'Content-Length': String(body.length) } });
    assert.deepEqual(sized.json(), { sha256, length: body.length, name: null });
    const chunked = await front.get('/upload', { method: 'POST', body: Readable.from([body.subarray(0, MIB), body.subarray(MIB)]), headers: { ...plain, 'Transfer-Encoding': 'chunked' } });
    assert.equal(chunked.json<{ sha256: string }>().sha256, sha256);
    const form = Buffer.concat([Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Type: application/octet-stream\r\n\r\n'), body, Buffer.from('\r\n--b--\r\n')]);
    const file = await front.get('/upload', { method: 'POST', body: form, headers: { 'Content-Type': 'multipart/form-data; boundary=b', 'Content-Length': String(form.length) } });
    assert.deepEqual(file.json(), { sha256, length: body.length, name: 'a.bin' });
  });

  test('events of ActionController::Live come one by one', async () => {
    const request = open(`${front.https}/stream`);
    request.end();
    const answer = await answerOf(request);
    let seen = '';
    for await (const piece of answer) {
      seen += String(piece);
      // Rails writes the next only after this: were anything held back, the loop would stand still.
      if (seen.length < 'data: 0\n\n'.length * 3 && seen.endsWith('\n\n')) assert.equal((await front.get('/seen')).status, 204);
    }
    assert.equal(seen, 'data: 0\n\ndata: 1\n\ndata: 2\n\n');
  });

  test('Action Cable takes a WebSocket of the page itself, over both doors, and no other', async () => {
    const welcome = (url: string, origin: string): Promise<string> => new Promise((resolve) => {
      const socket = new WebSocket(url, ['actioncable-v1-json'], { origin, ca: authority(), lookup: (_, __, done) => { done(null, [{ address: '127.0.0.1', family: 4 }]); } });
      socket.once('message', (data: Buffer) => { resolve(data.toString()); socket.terminate(); });
      socket.once('error', (error) => { resolve(error.message); });
    });
    assert.equal(await welcome(`${front.https.replace('http', 'ws')}/cable`, front.https), '{"type":"welcome"}');
    assert.equal(await welcome(`${front.http.replace('http', 'ws')}/cable`, front.http), '{"type":"welcome"}');
    assert.match(await welcome(`${front.https.replace('http', 'ws')}/cable`, `http://localhost:${front.httpsPort}`), /404/);
    assert.match(await welcome(`${front.https.replace('http', 'ws')}/cable`, 'https://evil.example'), /404/);
  });
});

test('on a unix socket Rails sees the same', parts, async (t) => {
  const site = await startRails(t, { unix: join(tempDir(t), 'puma.sock') });
  const front = await startFront(t, [site.address]);
  const got = (await front.get('/truth', { from: '127.0.0.9', headers: { 'X-Forwarded-Ssl': 'off', 'Client-Ip': '203.0.113.66' } })).json<RailsTold>();
  assert.deepEqual([got.secure, got.base_url, got.remote_ip], [true, front.https, '127.0.0.9']);
});

describe('Rails with config.force_ssl', parts, () => {
  const here = scope();
  let site: Rails;
  before(async () => { site = await startRails(here, { config: ['config.force_ssl = true'] }); });

  test('does not loop, and sets its session cookie Secure by itself', async (t) => {
    const front = await startFront(t, [site.address, '--scheme', '/=either', '--secure-cookies', 'off']);
    assert.equal((await front.get('/truth')).json<RailsTold>().secure, true);
    assert.match((await front.get('/form')).headers['set-cookie']?.[0] ?? '', /^_site_session=.*; secure; HttpOnly/);
  });

  test('sends a visitor of the http door to the public https port, whatever the visitor claims', async (t) => {
    const front = await startFront(t, [site.address, '--scheme', '/=either']);
    for (const headers of [{}, ...LIES.map(([name, lie, onHttp = lie]) => ({ [name]: onHttp }))]) {
      const got = await front.getHttp('/truth?a=1', { headers });
      assert.deepEqual([got.status, got.headers.location], [301, `${front.https}/truth?a=1`], JSON.stringify(headers));
    }
    assert.equal((await front.getHttp('/form', { method: 'POST', headers: { 'Content-Length': '0' } })).status, 308);
  });

  test('its HSTS goes out where the certificate is real, once, and never from a local one or over http', async (t) => {
    const hsts = ({ lines }: Got): string[] => lines.filter(([name]) => name.toLowerCase() === 'strict-transport-security').map(([, value]) => value);
    const { cert, key } = makeCertificate(tempDir(t), 'site', ['localhost']);
    const local = await startFront(t, [site.address]);
    assert.deepEqual(hsts(await local.get('/truth')), []);
    const real = await startFront(t, [site.address, '--cert', cert, '--key', key]);
    assert.deepEqual(hsts(await real.get('/truth')), ['max-age=63072000; includeSubDomains']);
    assert.deepEqual(hsts(await real.getHttp('/truth')), []);
    const own = await startFront(t, [site.address, '--cert', cert, '--key', key, '--hsts', '300']);
    assert.deepEqual(hsts(await own.get('/truth')), ['max-age=300']);
  });

  // Rails' HSTS, two years with all subdomains, went out beside paths that the front serves over http alone: from the first
  // page on a browser asked for those over https, was sent back, and asked over https again, for ever.
  test('its HSTS does not go out on a site with paths over http', async (t) => {
    const { cert, key } = makeCertificate(tempDir(t), 'site', ['localhost']);
    const front = await startFront(t, [site.address, '--cert', cert, '--key', key, '--scheme', '/=https', '--scheme', '/feed/=http']);
    const got = await front.get('/truth');
    assert.deepEqual([got.status, got.headers['strict-transport-security']], [200, undefined]);
  });

  for (const profile of ['legacy', 'front-end-https', 'rfc7239', 'none']) {
    test(`loops where it is told by ${profile}, and the explanation names Rails and the line that cures it`, async (t) => {
      const front = await startFront(t, [site.address, '--speaks', profile]);
      const got = await front.get('/truth', { headers: { Accept: 'text/html' } });
      assert.equal(got.status, 508);
      assert.match(got.text, /--speaks standard/);
      assert.doesNotMatch(got.text, /assume_ssl/);
      const { message } = await front.event('the explanation', (event) => event.event === 'redirect-loop');
      const [, words = ''] = /looks like Rails .*To change: in the front: (--speaks \S+)/.exec(String(message)) ?? assert.fail(String(message));
      const cured = await startFront(t, [site.address, ...words.split(' ')]);
      assert.equal((await cured.get('/truth')).json<RailsTold>().secure, true);
    });
  }

  test('hears X-Forwarded-Ssl too', async (t) => {
    const front = await startFront(t, [site.address, '--speaks', 'ssl-flag']);
    const got = (await front.get('/truth')).json<RailsTold>();
    assert.deepEqual([got.secure, got.base_url], [true, front.https]);
  });

  test('against a path that the front serves over http only is a contradiction, and the line for Rails cures it', async (t) => {
    const policy = ['--scheme', '/=https', '--scheme', '/truth=http'];
    const front = await startFront(t, [site.address, ...policy]);
    assert.equal((await front.getHttp('/truth')).status, 508);
    const { message } = await front.event('the explanation', (event) => event.event === 'policy-contradiction');
    const [, line = ''] = /looks like Rails.*\(Rails\): (config\.ssl_options = .*\} \})/.exec(String(message)) ?? assert.fail(String(message));
    const mended = await startRails(t, { config: ['config.force_ssl = true', line] });
    const cured = await startFront(t, [mended.address, ...policy]);
    assert.equal((await cured.getHttp('/truth')).json<RailsTold>().secure, false);
    assert.equal((await cured.get('/form')).status, 200);
  });
});
