import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { before, describe, test } from 'node:test';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startRawUwsgi } from '../helpers/raw-uwsgi.ts';
import { requires } from '../helpers/real.ts';
import { eventually, scope, tempDir } from '../helpers/scope.ts';
import type { Told } from '../helpers/told.ts';
import { startUwsgi } from '../helpers/uwsgi.ts';

const MIB = 1024 * 1024;

describe('Django behind a real uWSGI, with nothing set in Django', requires('uwsgi', 'uwsgi-plugin-python3', 'python3-django'), () => {
  const here = scope();
  let front: Front;
  before(async () => {
    const site = await startUwsgi(here);
    front = await startFront(here, [site.address, '--scheme', '/=either', '--tell', 'HTTP_X_FORWARDED_SSL: on']);
  });

  test('the variables carry the truth over https', async () => {
    const told = (await front.get('/truth')).json<Told>();
    assert.equal(told.secure, true);
    assert.equal(told.uri, `https://localhost:${front.httpsPort}/truth`);
    assert.equal(told.client, '127.0.0.1');
    assert.deepEqual(told.environ, {
      'wsgi.url_scheme': 'https', 'HTTPS': 'on', 'REQUEST_SCHEME': 'https', 'UWSGI_SCHEME': 'https', 'REMOTE_ADDR': '127.0.0.1', 'SERVER_NAME': 'localhost', 'SERVER_PORT': String(front.httpsPort), 'SCRIPT_NAME': '', 'PATH_INFO': '/truth',
    });
    const host = `LocalHost:${front.httpsPort}`;
    assert.equal((await front.get('/truth', { headers: { Host: host } })).json<Told>().headers['HTTP_HOST'], host, 'as the client wrote it');
    assert.equal(told.headers['HTTP_X_FORWARDED_SSL'], 'on', 'a --tell of a variable becomes that variable');
  });

  test('over http the app is told http, and a constant of one\'s own is not there', async () => {
    const told = (await front.getHttp('/truth')).json<Told>();
    assert.equal(told.secure, false);
    assert.equal(told.environ['HTTPS'], undefined);
    assert.deepEqual([told.environ['REQUEST_SCHEME'], told.environ['UWSGI_SCHEME'], told.environ['SERVER_PORT']], ['http', 'http', String(front.httpPort)]);
    assert.equal(told.headers['HTTP_X_FORWARDED_SSL'], undefined);
  });

  // httpoxy (CVE-2016-5385), and uWSGI's own belief in HTTP_X_FORWARDED_PROTO and -SSL.
  test('no header becomes or shadows a variable', async () => {
    const strip = ({ headers: { HTTP_X_REQUEST_ID: _id, ...headers }, ...told }: Told): object => ({ ...told, headers });
    const names = ['Https', 'HTTPS', 'X_Forwarded_Ssl', 'X-Forwarded-Ssl', 'Remote-Addr', 'REMOTE_ADDR', 'Remote-User', 'Proxy', 'X-Forwarded-Proto', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Port', 'Forwarded', 'UWSGI_SCHEME', 'wsgi.url_scheme', 'Uwsgi-Scheme', 'Request-Scheme', 'Server-Name', 'Server-Port', 'Path-Info', 'Script-Name'];
    for (const get of [front.get, front.getHttp]) {
      const value = get === front.get ? 'off' : 'https';
      const honest = (await get('/truth')).json<Told>();
      for (const name of names) assert.deepEqual(strip((await get('/truth', { headers: { [name]: value } })).json<Told>()), strip(honest), name);
    }
  });

  test('uploads of 20 MiB arrive whole, chunked or not; downloads and streamed answers too', async () => {
    const body = Buffer.alloc(20 * MIB, 'uwsgi and its 16 bits ');
    const sha256 = createHash('sha256').update(body).digest('hex');
    const sized = await front.get('/upload', { method: 'POST', body, headers: { 'Content-Length': String(body.length) } });
    assert.equal(sized.json<{ sha256: string }>().sha256, sha256);
    const chunked = await front.get('/upload', { method: 'POST', body: Readable.from([body.subarray(0, MIB), body.subarray(MIB)]), headers: { 'Transfer-Encoding': 'chunked' } });
    assert.equal(chunked.json<{ sha256: string }>().sha256, sha256);
    const down = await front.get(`/download/${5 * MIB}`);
    assert.equal(down.body.length, 5 * MIB);
    assert.equal((await front.get('/stream?pieces=3')).text, 'piece 0\npiece 1\npiece 2\n');
  });

  test('variables that outgrow uWSGI\'s default are a 502 whose log line names buffer-size', async () => {
    const got = await front.get('/truth', { headers: { Cookie: `c=${'x'.repeat(6000)}` } });
    assert.equal(got.status, 502);
    const line = await eventually('the log line', () => front.events().find((event) => event['event'] === 'app-closed'));
    assert.match(String(line['message']), /buffer-size = 65535/);
  });
});

test('the same on a unix socket, with room for large variables', requires('uwsgi', 'uwsgi-plugin-python3', 'python3-django'), async (t) => {
  const site = await startUwsgi(t, { unix: join(tempDir(t), 'app.sock'), args: ['--buffer-size', '65535'] });
  const front = await startFront(t, [site.address]);
  const got = await front.get('/truth', { headers: { Cookie: `c=${'x'.repeat(6000)}` } });
  assert.equal(got.status, 200, got.text);
  assert.equal(got.json<Told>().secure, true);
});

test('an answer that is streamed comes as it is made', async (t) => {
  const app = await startRawUwsgi(t, (connection) => { connection.write('HTTP/1.1 200 OK\r\n\r\nfirst '); });
  const front = await startFront(t, [app.address]);
  const talk = await front.talk();
  talk.say(`GET / HTTP/1.1\r\nHost: localhost:${front.httpsPort}\r\n\r\n`);
  await talk.until('first ', 20_000); // only then is there a second
  app.connections[0]!.end('second');
  await talk.until(/second\r\n0\r\n\r\n$/, 20_000);
});
