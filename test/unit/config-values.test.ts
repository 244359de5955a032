/** The small values of a configuration: what each may be written as, and what is said of what it may not. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseDoor } from '../../src/config/values/door.ts';
import { parseHostName, parseTrustHeader } from '../../src/config/values/names.ts';
import { splitRule } from '../../src/config/values/prefix.ts';
import { BadValue } from '../../src/config/problems.ts';
import { parseDuration, parsePort, parseSize, parseTimeout } from '../../src/config/values/quantities.ts';
import { didYouMean } from '../../src/core/suggest.ts';
import { parseUpstream } from '../../src/config/values/upstream.ts';

const refusal = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof BadValue, String(error));
    return `${error.expected ?? ''} | ${error.next ?? ''}`;
  }
  throw new Error('nothing was refused');
};

const ip = (host: string, port: number) => ({ kind: 'ip', host, port });

test('sizes: bare letters and KiB count in 1024s, kB in 1000s', () => {
  for (const [written, bytes] of [[5, 5], ['5', 5], ['64k', 65536], ['64K', 65536], ['64KiB', 65536], ['64kB', 64000], ['100MiB', 104857600], ['100M', 104857600], ['100MB', 1e8], ['1.5 GiB', 1610612736], ['2GB', 2e9]] as const) {
    assert.equal(parseSize(written), bytes, String(written));
  }
  for (const wrong of ['', '0', 0, -1, '-5', '5 parsecs', '1e3', '0x10', 'MiB', '99999999G', NaN]) assert.match(refusal(() => parseSize(wrong)), /a size above 0/, String(wrong));
});

test('durations are milliseconds; a number is seconds', () => {
  for (const [written, ms] of [[30, 30000], ['30', 30000], [0.5, 500], ['500ms', 500], ['30s', 30000], ['5m', 300000], ['1h', 3600000], ['7d', 604800000], [0, 0]] as const) {
    assert.equal(parseDuration(written), ms, String(written));
  }
  for (const wrong of ['', '-1', -1, '5 fortnights', 'soon', '25d', '1e9', Infinity]) assert.match(refusal(() => parseDuration(wrong)), /a duration/, String(wrong));
  assert.match(refusal(() => parseTimeout(0)), /above 0/);
});

test('ports are digits from 1 to 65535', () => {
  assert.equal(parsePort('65535'), 65535);
  for (const wrong of ['0', '65536', '0x50', '8e3', ' 80', '', '-1', '80.5']) assert.match(refusal(() => parsePort(wrong)), /a port from 1 to 65535/, wrong);
});

test('a bare port and localhost are tried on 127.0.0.1 and then on ::1', () => {
  for (const written of [8000, '8000', 'localhost:8000', 'http://localhost:8000', 'http://LOCALHOST:8000/']) {
    assert.deepEqual(parseUpstream(written, '/').addresses, [ip('127.0.0.1', 8000), ip('::1', 8000)], String(written));
  }
});

test('apps by address, name and socket', () => {
  assert.deepEqual(parseUpstream('127.0.0.1:8000', '/').addresses, [ip('127.0.0.1', 8000)]);
  assert.deepEqual(parseUpstream('[::1]:8000', '/').addresses, [ip('::1', 8000)]);
  assert.deepEqual(parseUpstream('http://[::1]:8000/', '/').addresses, [ip('::1', 8000)]);
  assert.deepEqual(parseUpstream('http://app_1.internal', '/').addresses, [ip('app_1.internal', 80)]);
  assert.deepEqual(parseUpstream('unix:/run/app.sock', '/srv').addresses, [{ kind: 'unix', path: '/run/app.sock' }]);
  assert.deepEqual(parseUpstream('unix:///run/app.sock', '/srv').addresses, [{ kind: 'unix', path: '/run/app.sock' }]);
  assert.deepEqual(parseUpstream('unix:app.sock', '/srv').addresses, [{ kind: 'unix', path: '/srv/app.sock' }]);
});

test('apps behind uwsgi and FastCGI', () => {
  for (const protocol of ['uwsgi', 'fastcgi'] as const) {
    assert.deepEqual(parseUpstream(`${protocol}://127.0.0.1:9000`, '/'), { written: `${protocol}://127.0.0.1:9000`, protocol, addresses: [ip('127.0.0.1', 9000)] });
    assert.deepEqual(parseUpstream(`${protocol.toUpperCase()}://localhost:9000/`, '/').addresses, [ip('127.0.0.1', 9000), ip('::1', 9000)]);
    assert.deepEqual(parseUpstream(`${protocol}+unix:x.sock`, '/run'), { written: `${protocol}+unix:x.sock`, protocol, addresses: [{ kind: 'unix', path: '/run/x.sock' }] });
  }
});

test('an app that speaks TLS, and the name that its certificate has to be for', () => {
  const server = (written: string): object => { const { addresses, tlsName } = parseUpstream(written, '/'); return { addresses, tlsName }; };
  assert.deepEqual(server('https://App.internal/'), { addresses: [ip('app.internal', 443)], tlsName: 'app.internal' });
  assert.deepEqual(server('HTTPS://10.0.0.7:8443'), { addresses: [ip('10.0.0.7', 8443)], tlsName: '10.0.0.7' });
  assert.deepEqual(server('https://[2001:db8::7]:8443'), { addresses: [ip('2001:db8::7', 8443)], tlsName: '2001:db8::7' });
  assert.deepEqual(server('https://localhost:8443'), { addresses: [ip('127.0.0.1', 8443), ip('::1', 8443)], tlsName: 'localhost' });
  assert.equal(parseUpstream('http://localhost:8443', '/').tlsName, undefined);
});

test('what cannot be an app is refused with what would work', () => {
  for (const [written, said] of [
    ['80000', /1 to 65535/], ['0', /1 to 65535/], ['localhost:x', /1 to 65535/], ['example.com', /needs a port: example\.com:8000/],
    ['::1', /brackets.*\[::1\]:8000/], ['[::g]:1', /host:port/], ['256.1.1.1:80', /host:port/], ['a b:80', /host:port/], ['', /host:port/],
    ['https://app:8443/base', /without a path/], ['https://', /host:port/], ['https://0.0.0.0', /127\.0\.0\.1:443/], ['scgi://app:1', /SCGI.*yet/], ['fastcgi://app', /needs a port/], ['fastcgi+unix:', /a path after unix:/], ['gopher://app', /gopher.*not a way/],
    ['http://app:1/base', /without a path.*"\/base"/], ['http://app:1?x', /without a path/], ['http://me:secret@app:1', /no user name/],
    ['0.0.0.0:8000', /every address.*127\.0\.0\.1:8000/], ['unix:', /a path after unix:/], [`unix:/${'x'.repeat(120)}`, /at most 103 bytes/],
  ] as const) assert.match(refusal(() => parseUpstream(written, '/')), said, written);
});

test('doors', () => {
  assert.deepEqual(parseDoor(undefined, '/'), { kind: 'auto' });
  for (const off of ['off', 'OFF']) assert.deepEqual(parseDoor(off, '/'), { kind: 'off' });
  for (const bare of [8443, '8443', ':8443']) assert.deepEqual(parseDoor(bare, '/'), { kind: 'port', port: 8443 });
  assert.deepEqual(parseDoor('0', '/'), { kind: 'port', port: 0 });
  assert.deepEqual(parseDoor('127.0.0.1:8443', '/'), { kind: 'at', address: ip('127.0.0.1', 8443) });
  assert.deepEqual(parseDoor('[::1]:8443', '/'), { kind: 'at', address: ip('::1', 8443) });
  assert.deepEqual(parseDoor('*:8443', '/'), { kind: 'at', address: ip('::', 8443) });
  assert.deepEqual(parseDoor('unix:web.sock', '/run'), { kind: 'at', address: { kind: 'unix', path: '/run/web.sock' } });
  for (const [written, said] of [
    ['70000', /0 to 65535/], ['127.0.0.1', /a port \(8443\)/], ['::1:x', /a port \(8443\)/], ['::1', /brackets/], ['localhost:1', /two addresses/],
    ['example.com:443', /an address and port/], ['https://127.0.0.1:1', /scheme out/], ['', /or off/], ['on', /or off/], ['::1:8443', /brackets/],
  ] as const) assert.match(refusal(() => parseDoor(written, '/')), said, written);
});

test('host names are compared in one form', () => {
  for (const [written, name] of [['Example.COM', 'example.com'], ['example.com.', 'example.com'], ['*.Example.com', '*.example.com'], ['münchen.de', 'xn--mnchen-3ya.de'], ['127.0.0.1', '127.0.0.1'], ['::1', '[::1]'], ['[0:0::1]', '[::1]'], ['localhost', 'localhost']] as const) {
    assert.equal(parseHostName(written), name);
  }
  for (const [written, said] of [['https://example.com', /alone/], ['example.com/x', /alone/], ['example.com:443', /without a port/], ['*', /host name/], ['a.*.b', /host name/], ['', /host name/], ['a b', /host name/], ['-x.de', /host name/]] as const) {
    assert.match(refusal(() => parseHostName(written)), said, written);
  }
});

test('a well-known forwarding header needs no word for what it carries; any other does', () => {
  for (const [written, facts, name] of [
    ['X-Forwarded-Ssl', ['scheme'], 'X-Forwarded-Ssl'], ['x-real-ip', ['client'], 'x-real-ip'], ['X-Forwarded-Host', ['host'], 'X-Forwarded-Host'],
    ['X-Forwarded-Port', ['port'], 'X-Forwarded-Port'], ['Forwarded', ['scheme', 'client'], 'Forwarded'], ['scheme=X-My-Proto', ['scheme'], 'X-My-Proto'], ['port=X-P', ['port'], 'X-P'],
  ] as const) assert.deepEqual(parseTrustHeader(written), { facts, name });
  assert.match(refusal(() => parseTrustHeader('X-My-Proto')), /scheme=X-My-Proto/);
  assert.match(refusal(() => parseTrustHeader('scheme=')), /the name of a header/);
});

test('a rule is a path, = and a value', () => {
  assert.deepEqual(splitRule('/media/=./a=b', ''), ['/media/', './a=b']);
  assert.match(refusal(() => splitRule('/checkout/', "--scheme '/checkout/=https'")), /Example: --scheme '\/checkout\/=https'/);
  assert.match(refusal(() => splitRule('/checkout/=', 'x')), /a value after =/);
});

test('a near name is offered, a far one is not', () => {
  assert.equal(didYouMean('statics', ['static', 'scheme']), 'Did you mean static?');
  assert.equal(didYouMean('zebra', ['static', 'scheme']), undefined);
});
