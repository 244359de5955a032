import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Ask } from '../helpers/client.ts';
import { startFront } from '../helpers/front.ts';
import type { Front } from '../helpers/front.ts';
import { startDjango } from '../helpers/gunicorn.ts';
import { requires } from '../helpers/real.ts';
import { scope } from '../helpers/scope.ts';
import type { Told } from '../helpers/told.ts';

/** Names that could carry the truth, with a lie for each: the family of core/contract/family.ts, as an attacker writes it. */
const LIES: readonly (readonly [name: string, value: string])[] = [
  ['X-Forwarded-Proto', 'http'], ['X-Forwarded-Proto', 'wss'], ['X-Forwarded-Protocol', 'ssl'], ['X-Forwarded-Protocol', 'http'],
  ['X-Forwarded-Scheme', 'http'], ['X-Forwarded-Ssl', 'off'], ['X-Forwarded-HTTPS', 'off'], ['X-Forwarded-Host', 'evil.example'],
  ['X-Forwarded-Port', '1'], ['X-Forwarded-For', '192.0.2.66'], ['X-Forwarded-For', '192.0.2.66, 192.0.2.67'], ['X-Forwarded-Server', 'evil.example'],
  ['X-Forwarded-Prefix', '/evil'], ['X-Forwarded-By', '192.0.2.66'], ['X-Forwarded-Uri', '/evil'], ['X-Forwarded-Method', 'DELETE'],
  ['X-Forwarded-Whatever-Comes-Next', 'evil'], ['Forwarded', 'for=192.0.2.66;proto=http;host=evil.example'],
  ['X-Scheme', 'http'], ['X-Url-Scheme', 'http'], ['X-Https', 'off'], ['Https', 'off'], ['Front-End-Https', 'off'], ['X-Host', 'evil.example'],
  ['X-Real-IP', '192.0.2.66'], ['X-Client-IP', '192.0.2.66'], ['Client-IP', '192.0.2.66'], ['True-Client-IP', '192.0.2.66'],
  ['X-Cluster-Client-IP', '192.0.2.66'], ['CF-Visitor', '{"scheme":"http"}'], ['CF-Connecting-IP', '192.0.2.66'],
  ['CloudFront-Forwarded-Proto', 'http'], ['X-Original-URL', '/evil'], ['X-Original-Host', 'evil.example'], ['X-Original-Anything', 'evil'],
  ['X-Rewrite-URL', '/evil'], ['X-Script-Name', '/evil'], ['WL-Proxy-SSL', 'false'], ['X-ARR-SSL', 'evil'],
  ['Remote-User', 'admin'], ['X-Remote-User', 'admin'], ['X-SSL-Client-Verify', 'SUCCESS'], ['X-SSL-Anything', 'evil'],
  ['SSL-Client-Cert', 'evil'], ['SSL-Client-S-DN', 'CN=admin'], ['Client-Cert', ':evil:'], ['Client-Cert-Chain', ':evil:'],
  ['X-Client-Cert', 'evil'], ['X-Client-DN', 'CN=admin'], ['Proxy', 'http://evil.example:8080/'],
];

/** The same name as lines that an app folds into one variable: CGI and WSGI read `-` and `_` alike, some `.` too. */
const spellings = (name: string): string[] => [
  name, name.toLowerCase(), name.toUpperCase(), name.replaceAll('-', '_'), name.replace('-', '_'), name.replaceAll('-', '.'), name.replace('-', '.'),
];

/** The front numbers each request (its pages and its log name the number), so that one line always differs. */
const withoutId = (told: Told): Told => {
  const { HTTP_X_REQUEST_ID: id, ...headers } = told.headers;
  assert.doesNotMatch(id ?? '', /evil/);
  return { ...told, headers };
};

describe('what an app is told cannot be changed by what a client sends', requires('gunicorn', 'python3-django'), () => {
  const here = scope();
  let front: Front;
  let honest: Told;
  const told = async (ask: Ask = {}): Promise<Told> => {
    const got = await front.get('/truth', ask);
    assert.equal(got.status, 200, got.text);
    return withoutId(got.json<Told>());
  };

  before(async () => {
    const site = await startDjango(here, { site: { SITE_PROXY_SSL_HEADER: 'HTTP_X_FORWARDED_PROTO', SITE_FORWARDED_HOST: '1', SITE_FORWARDED_PORT: '1' } });
    front = await startFront(here, [site.address, '--scheme', '/=either']);
    honest = await told();
  });

  test('an honest request is told as it is: scheme, host, port and client, one line each', () => {
    const { httpsPort } = front;
    assert.equal(honest.secure, true);
    assert.equal(honest.host, `localhost:${httpsPort}`);
    assert.equal(honest.port, String(httpsPort));
    assert.equal(honest.uri, `https://localhost:${httpsPort}/truth`);
    assert.deepEqual(honest.headers, {
      HTTP_HOST: `localhost:${httpsPort}`,
      HTTP_X_FORWARDED_FOR: '127.0.0.1', HTTP_X_FORWARDED_PROTO: 'https', HTTP_X_FORWARDED_HOST: `localhost:${httpsPort}`, HTTP_X_FORWARDED_PORT: String(httpsPort),
      ...(honest.headers['HTTP_CONNECTION'] === undefined ? {} : { HTTP_CONNECTION: honest.headers['HTTP_CONNECTION'] }),
    });
  });

  test('over the http door the app is told http', async () => {
    const got = (await front.getHttp('/truth')).json<Told>();
    assert.equal(got.secure, false);
    assert.equal(got.headers['HTTP_X_FORWARDED_PROTO'], 'http');
    assert.equal(got.headers['HTTP_X_FORWARDED_PORT'], String(front.httpPort));
    assert.equal(got.uri, `http://localhost:${front.httpPort}/truth`);
  });

  test('the client is the peer of the connection', async () => {
    const got = await told({ from: '127.0.0.9' });
    assert.equal(got.headers['HTTP_X_FORWARDED_FOR'], '127.0.0.9');
  });

  test('every name of the family, in every spelling an app would fold into it, changes nothing at all', async () => {
    for (const [name, value] of LIES) {
      for (const spelling of spellings(name)) {
        assert.deepEqual(await told({ headers: { [spelling]: value } }), honest, `${spelling}: ${value}`);
      }
    }
  });

  test('all of them at once, twice each, change nothing', async () => {
    const headers = LIES.flatMap(([name, value]) => [name, value, name.replaceAll('-', '_'), value]);
    assert.deepEqual(await told({ headers }), honest);
  });

  test('over the http door no name makes a request look secure', async () => {
    const plain = withoutId((await front.getHttp('/truth')).json<Told>());
    const claims: (readonly [string, string])[] = LIES.map(([name, value]) =>
      [name, value === 'off' ? 'on' : value.replace(/^http$/, 'https').replace('"http"', '"https"').replace('proto=http;', 'proto=https;').replace('false', 'true')] as const);
    for (const [name, value] of claims) {
      for (const spelling of spellings(name)) {
        const got = await front.getHttp('/truth', { headers: { [spelling]: value } });
        assert.equal(got.status, 200, `${spelling}: ${value}: ${got.text}`);
        assert.deepEqual(withoutId(got.json<Told>()), plain, `${spelling}: ${value}`);
      }
    }
  });

  // Clients named `X-Forwarded-Proto` in `Connection`, so that a proxy that removed nominated names after it had
  // written its own lines took its own truth away (CVE-2022-31813, CVE-2024-45410).
  test('a name nominated by Connection does not take the front\'s own line away', async () => {
    for (const name of ['X-Forwarded-Proto', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Port', 'x_forwarded_proto', 'Host', 'Cookie']) {
      const got = await told({ headers: { Connection: `close, ${name}` } });
      assert.deepEqual(got, honest, name);
    }
  });

  test('variables that WSGI itself uses cannot be named by a header', async () => {
    for (const name of ['SCRIPT_NAME', 'REMOTE_ADDR', 'REMOTE_USER', 'HTTPS', 'SERVER_PORT', 'CONTENT_LENGTH', 'wsgi.url_scheme', 'PATH_INFO']) {
      const got = await told({ headers: { [name]: '/evil' } });
      assert.deepEqual(got.environ, honest.environ, name);
      assert.equal(got.secure, true, name);
      assert.equal(got.path, '/truth', name);
    }
  });

  test('an absolute target gives its path to the app and its host must be the Host', async () => {
    const talk = await front.talk();
    talk.say(`GET https://localhost:${front.httpsPort}/truth HTTP/1.1\r\nHost: localhost:${front.httpsPort}\r\nConnection: close\r\n\r\n`);
    const text = await talk.toTheEnd();
    assert.match(text, /^HTTP\/1\.1 200 /);
    const got = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)) as Told;
    assert.equal(got.path, '/truth');
    assert.equal(got.uri, honest.uri);
  });

  test('everything else passes as it came: cookies, authorization, names nobody knows', async () => {
    const got = await told({ headers: {
      Cookie: 'a=1; b=2', Authorization: 'Basic YTpi', 'User-Agent': 'one/1', 'X-Requested-With': 'XMLHttpRequest', 'X-Anything': 'v\u00e9', Accept: '*/*', Referer: 'https://x.example/', Origin: 'https://x.example',
    } });
    for (const [name, value] of Object.entries({
      HTTP_COOKIE: 'a=1; b=2', HTTP_AUTHORIZATION: 'Basic YTpi', HTTP_USER_AGENT: 'one/1', HTTP_X_REQUESTED_WITH: 'XMLHttpRequest', HTTP_X_ANYTHING: 'v\u00e9',
      HTTP_ACCEPT: '*/*', HTTP_REFERER: 'https://x.example/', HTTP_ORIGIN: 'https://x.example',
    })) assert.equal(got.headers[name], value, name);
  });

  test('the target reaches the app byte for byte', async () => {
    for (const target of ['/truth?a=%2f&b=+%20&c=/../', '/truth?', '/truth?x=[]{}|^`', '/./truth', '/a/../truth', '//truth', '/%74ruth']) {
      const got = await front.get(front.https + target);
      if (got.status === 200) assert.equal(got.json<Told>().path, target);
      else assert.equal(got.status, 404, target); // Django's own word on a path it does not know
    }
  });
});
