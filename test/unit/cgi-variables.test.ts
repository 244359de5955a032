import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { pathInfo } from '../../src/core/cgi/path-info.ts';
import { createVariables, type CgiRequest, type Variables } from '../../src/core/cgi/variables.ts';
import { createClassifier } from '../../src/core/contract/classify.ts';
import type { ProfileName, Tell } from '../../src/core/contract/profiles.ts';
import { compileTeller } from '../../src/core/contract/tell.ts';
import type { Truth } from '../../src/core/contract/truth.ts';
import { Fault } from '../../src/core/errors.ts';
import { requestOf } from '../helpers/request-of.ts';

const by = { scheme: 'connection', host: 'Host', port: 'connection', client: 'connection' };
const HTTPS: Truth = { scheme: 'https', host: 'Shop.example:8443', port: 8443, client: '203.0.113.7', by };
const HTTP: Truth = { ...HTTPS, scheme: 'http' };

interface Setting {
  readonly carrier?: 'uwsgi' | 'fastcgi';
  readonly profile?: ProfileName;
  readonly tells?: readonly Tell[];
  readonly allow?: readonly string[];
  readonly request?: Partial<CgiRequest>;
  readonly target?: string;
}

function variables(lines: readonly string[], truth: Truth = HTTPS, setting: Setting = {}): Variables {
  const { carrier = 'uwsgi', profile = 'standard', tells = [], allow = [], request = {}, target = '/a%20b?c=%20d' } = setting;
  const teller = compileTeller(profile, tells);
  const head = { ...requestOf([`Host: ${truth.host}`, ...lines], createClassifier({ tellNames: [...teller.names, 'X-Request-Id'], allowHeaders: allow })), target };
  const made = createVariables({ carrier, teller, software: 'sallyport/1' })({ head, truth, scriptName: '', pathInfo: pathInfo(target, ''), ...request });
  assert.ok(!(made instanceof Fault));
  return made;
}

suite('what an app is told', () => {
  test('over uwsgi, of a secure request', () => {
    assert.deepEqual(Object.fromEntries(variables(['Accept: */*', 'Content-Type: text/plain'], HTTPS, { request: { contentLength: 5, remotePort: 50123 } })), {
      REQUEST_METHOD: 'GET', REQUEST_URI: '/a%20b?c=%20d', SCRIPT_NAME: '', PATH_INFO: '/a b', QUERY_STRING: 'c=%20d', SERVER_PROTOCOL: 'HTTP/1.1', SERVER_SOFTWARE: 'sallyport/1',
      SERVER_NAME: 'Shop.example', SERVER_PORT: '8443', REMOTE_ADDR: '203.0.113.7', REMOTE_PORT: '50123', REQUEST_SCHEME: 'https', HTTPS: 'on', UWSGI_SCHEME: 'https',
      HTTP_HOST: 'Shop.example:8443', HTTP_ACCEPT: '*/*', CONTENT_TYPE: 'text/plain', CONTENT_LENGTH: '5',
      HTTP_X_FORWARDED_FOR: '203.0.113.7', HTTP_X_FORWARDED_PROTO: 'https', HTTP_X_FORWARDED_HOST: 'Shop.example:8443', HTTP_X_FORWARDED_PORT: '8443',
    });
  });

  test('over FastCGI: the script, and nothing of uWSGI', () => {
    const told = variables([], HTTPS, { carrier: 'fastcgi', profile: 'none', request: { scriptName: '/a.php', pathInfo: '/b', root: '/srv/Läden', script: '/a.php' } });
    assert.deepEqual([...told.keys()].filter((name) => name.startsWith('UWSGI')), []);
    assert.equal(told.get('GATEWAY_INTERFACE'), 'CGI/1.1');
    assert.equal(told.get('REDIRECT_STATUS'), '200');
    assert.equal(Buffer.from(told.get('DOCUMENT_ROOT')!, 'latin1').toString(), '/srv/Läden');
    assert.equal(Buffer.from(told.get('SCRIPT_FILENAME')!, 'latin1').toString(), '/srv/Läden/a.php');
    assert.equal(told.get('SCRIPT_NAME'), '/a.php');
    assert.equal(told.get('PATH_INFO'), '/b');
  });

  test('a plain request has no HTTPS at all, and says http everywhere else', () => {
    const told = variables([], HTTP);
    assert.equal(told.has('HTTPS'), false);
    assert.deepEqual(['REQUEST_SCHEME', 'UWSGI_SCHEME', 'HTTP_X_FORWARDED_PROTO'].map((name) => told.get(name)), ['http', 'http', 'http']);
  });

  test('no body, no length; an empty body, 0', () => {
    assert.equal(variables([]).has('CONTENT_LENGTH'), false);
    assert.equal(variables([], HTTPS, { request: { contentLength: 0 } }).get('CONTENT_LENGTH'), '0');
    assert.equal(variables(['Content-Length: 7']).has('CONTENT_LENGTH'), false); // the front says what it sends, not what it was told
  });

  test('the port of a proxy is not told as the client\'s', () => {
    const believed = { ...HTTPS, by: { ...by, client: 'X-Forwarded-For' } };
    assert.equal(variables([], believed, { request: { remotePort: 50123 } }).has('REMOTE_PORT'), false);
  });

  test('a client on a unix socket has no address', () => {
    assert.equal(variables([], { ...HTTPS, client: 'unix' }).get('REMOTE_ADDR'), '');
  });

  test('IPv6: brackets in the name, none in the address', () => {
    const told = variables([], { ...HTTPS, host: '[2001:db8::1]:8443', client: '2001:db8::7' });
    assert.deepEqual(['SERVER_NAME', 'HTTP_HOST', 'REMOTE_ADDR'].map((name) => told.get(name)), ['[2001:db8::1]', '[2001:db8::1]:8443', '2001:db8::7']);
  });

  test('a told variable keeps its name (HTTP_X_FORWARDED_SSL, as in nginx), on secure requests only', () => {
    const setting: Setting = { profile: 'none', tells: [{ name: 'HTTP_X_FORWARDED_SSL', value: 'on' }] };
    assert.equal(variables([], HTTPS, setting).get('HTTP_X_FORWARDED_SSL'), 'on');
    assert.equal(variables(['X-Forwarded-Ssl: on'], HTTP, setting).has('HTTP_X_FORWARDED_SSL'), false);
  });

  test('what the front adds stands for the client\'s own', () => {
    const told = variables(['X-Request-Id: forged', 'X-Team: client'], HTTPS, { request: { added: [['X-Request-Id', '42'], ['X-Team', 'route']] } });
    assert.deepEqual([told.get('HTTP_X_REQUEST_ID'), told.get('HTTP_X_TEAM')], ['42', 'route']);
  });

  test('the order is such that uWSGI, which takes a scheme from several variables, ends with the true one', () => {
    const told = variables([], HTTPS, { tells: [{ name: 'X-Forwarded-Proto', value: 'http' }] });
    assert.equal([...told.keys()].at(-1), 'UWSGI_SCHEME');
  });
});

suite('fields', () => {
  test('in several lines become one value, Cookie with its own separator', () => {
    const told = variables(['Accept: a', 'X-Empty:', 'accept: b', 'Cookie: c=1', 'ACCEPT: c', 'cookie: d=2']);
    assert.equal(told.get('HTTP_ACCEPT'), 'a, b, c');
    assert.equal(told.get('HTTP_COOKIE'), 'c=1; d=2');
    assert.equal(told.get('HTTP_X_EMPTY'), '');
  });

  test('keep their bytes', () => {
    assert.equal(variables(['X-Bytes: \xe9\xff\x80']).get('HTTP_X_BYTES'), '\xe9\xff\x80');
  });

  test('that belong to the connection, or that it nominates, do not pass', () => {
    const told = variables(['Connection: keep-alive, X-Hop', 'X-Hop: 1', 'Keep-Alive: 5', 'TE: trailers', 'Upgrade: websocket', 'Expect: 100-continue', 'Transfer-Encoding: chunked', 'Proxy-Authorization: x']);
    const names = ['CONNECTION', 'X_HOP', 'KEEP_ALIVE', 'TE', 'UPGRADE', 'EXPECT', 'TRANSFER_ENCODING', 'PROXY_AUTHORIZATION'];
    assert.deepEqual(names.filter((name) => told.has(`HTTP_${name}`)), []);
  });

  test('with a name that is not theirs alone do not pass', () => {
    const told = variables(['X!Token: 1', "X'Token: 2", 'X-Token: 3']);
    assert.equal(told.get('HTTP_X_TOKEN'), '3');
  });

  test('that an option allows by name become the variable all the same', () => {
    assert.equal(variables(['api_key: 1', 'Api.Key: 2'], HTTPS, { allow: ['api_key'] }).get('HTTP_API_KEY'), '1');
  });
});

suite('nothing that a client sends is, names or shadows a variable of the truth', () => {
  /** Field, and the variable it must not become. */
  const forged: readonly [line: string, variable: string][] = [
    ['Https: on', 'HTTP_HTTPS'], ['X_Forwarded_Ssl: on', 'HTTP_X_FORWARDED_SSL'], ['X-Forwarded-Ssl: on', 'HTTP_X_FORWARDED_SSL'], ['X.Forwarded.Proto: https', 'HTTP_X_FORWARDED_PROTO'],
    ['X-Forwarded-Proto: https', 'HTTP_X_FORWARDED_PROTO'], ['Remote-Addr: 127.0.0.1', 'HTTP_REMOTE_ADDR'], ['Remote_Addr: 127.0.0.1', 'HTTP_REMOTE_ADDR'], ['Remote-User: root', 'HTTP_REMOTE_USER'],
    ['Content_Length: 99', 'HTTP_CONTENT_LENGTH'], ['Content!Length: 99', 'HTTP_CONTENT_LENGTH'], ['Script-Filename: /etc/passwd', 'HTTP_SCRIPT_FILENAME'], ['Server-Port: 443', 'HTTP_SERVER_PORT'],
    ['Request-Scheme: https', 'HTTP_REQUEST_SCHEME'], ['Uwsgi-Scheme: https', 'HTTP_UWSGI_SCHEME'], ['Host_: evil', 'HTTP_HOST_'], ['Proxy: http://evil.example', 'HTTP_PROXY'],
  ];

  for (const carrier of ['uwsgi', 'fastcgi'] as const) {
    for (const [line, variable] of forged) {
      test(`${carrier}: ${line}`, () => {
        const setting: Setting = { carrier, profile: 'none' };
        assert.deepEqual([...variables([line], HTTP, setting)], [...variables([], HTTP, setting)]);
        assert.equal(variables([line], HTTPS, setting).has(variable), false);
      });
    }
  }

  test('httpoxy: HTTP_PROXY is not there even if it is told or added (CVE-2016-5385)', () => {
    const setting: Setting = { tells: [{ name: 'Proxy', value: '{scheme}' }, { name: 'HTTP_PROXY', value: '{on}' }], request: { added: [['Proxy', 'http://evil.example']] } };
    assert.throws(() => compileTeller('none', [...setting.tells!, { name: 'PROXY', value: 'x' }]));
    assert.equal(variables(['Proxy: http://evil.example'], HTTPS, setting).has('HTTP_PROXY'), false);
  });

  test('a name that is told on secure requests only is no gap on the others', () => {
    const setting: Setting = { profile: 'none', tells: [{ name: 'HTTP_MY_SSL', value: 'on' }] };
    assert.equal(variables(['My-Ssl: on'], HTTPS, setting).get('HTTP_MY_SSL'), 'on');
    assert.equal(variables(['My-Ssl: on'], HTTP, setting).has('HTTP_MY_SSL'), false);
  });
});

suite('PATH_INFO', () => {
  const cases: readonly [target: string, mount: string, told: string][] = [
    ['/', '', '/'], ['/a?b', '', '/a'], ['/a%2Fb', '', '/a/b'], ['/%2561', '', '/%61'], ['/%zz%', '', '/%zz%'], ['/%C3%A9\xe9', '', '/\xc3\xa9\xe9'], ['//a/../b', '', '//a/../b'], ['*', '', ''],
    ['/app', '/app', ''], ['/app/', '/app', '/'], ['/app/x%20y', '/app', '/x y'], ['/%61pp/x', '/app', '/x'], ['//app/x', '/app', '/x'], ['/y/../app/x', '/app', '/x'], ['/app/x/../../app/y', '/app', '/x/../../app/y'],
  ];
  for (const [target, mount, told] of cases) {
    test(`${target} below "${mount}" is ${JSON.stringify(told)}`, () => { assert.equal(pathInfo(target, mount), told); });
  }

  test('with a NUL is refused: for a C string the path would end there', () => {
    const head = { ...requestOf([]), target: '/a.php%00.jpg' };
    const fault = createVariables({ carrier: 'fastcgi', teller: compileTeller('none'), software: 's' })({ head, truth: HTTPS, scriptName: '', pathInfo: pathInfo(head.target, '') });
    assert.ok(fault instanceof Fault);
    assert.deepEqual([fault.code, fault.status], ['bad-target', 400]);
  });
});
