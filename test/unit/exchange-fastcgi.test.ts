import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stderr, stdout, ended } from '../helpers/cgi-decode.ts';
import { MemoryFront, appRoute, settings, siteSettings } from '../helpers/memory-front.ts';
import { FPM, ROOT, answer, asked, get, phpFront } from '../helpers/php-site.ts';
import { eventually } from '../helpers/scope.ts';

describe('an exchange with a FastCGI server', () => {
  it('gives head and content on as they come, and keeps the connection', () => {
    const it = phpFront();
    const client = it.client();
    client.say(get('/'));
    const app = it.app();
    app.say(stdout('Status: 201 Made\r\nContent-Type: text/html\r\nSet-Cookie: a=1\r\n\r\nab', 3));
    assert.match(client.text, /^HTTP\/1\.1 201 Made\r\n[^]*Set-Cookie: a=1\r\n/);
    app.say(Buffer.concat([stdout('cd'), stdout(''), ended()]));
    assert.match(client.text, /2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n$/);
    client.say(get('/wp-login.php'));
    assert.equal(it.transport.made.length, 1);
    app.say(answer('second', 'Content-Length: 6\r\n'));
    assert.match(client.text, /second$/);
  });

  it('a redirect of PHP is repaired: scheme, public port, and 302 without a Status', () => {
    const it = new MemoryFront(settings({ sites: [siteSettings({ routes: [appRoute({ app: FPM, root: ROOT })] })] }));
    const client = it.client();
    client.say(get('/'));
    it.app().say(answer('', 'Location: http://shop.test/next\r\nSet-Cookie: a=1; HttpOnly\r\n'));
    assert.match(client.text, /^HTTP\/1\.1 302 Found\r\n/);
    assert.match(client.text, /\r\nLocation: https:\/\/shop\.test:8443\/next\r\n/);
    assert.match(client.text, /\r\nSet-Cookie: a=1; HttpOnly; Secure\r\n/);
  });

  it('HEAD has no content whatever the script writes, and the connection is kept all the same', () => {
    const it = phpFront();
    const client = it.client();
    client.say('HEAD / HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    const app = it.app();
    app.say(answer('hello', 'Content-Length: 5\r\n'));
    assert.match(client.text, /\r\nContent-Length: 5\r\nX-Request-Id: \S+\r\n\r\n$/);
    assert.equal(app.gone, undefined);
  });

  it('a body goes in records, a chunked one whole with its length', () => {
    const it = phpFront();
    it.client().say('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n');
    const { variables, stdin, whole } = asked(it.app());
    assert.deepEqual([stdin, whole, variables.get('CONTENT_LENGTH'), variables.get('CONTENT_TYPE'), variables.get('HTTP_CONTENT_LENGTH'), variables.get('HTTP_CONTENT_TYPE'), variables.get('HTTP_TRANSFER_ENCODING')],
      ['abc', true, '3', 'a/b', undefined, undefined, undefined]);
  });

  it('a streamed body goes on as it comes, and is ended once', () => {
    const it = phpFront({ streamBodies: true });
    const client = it.client();
    client.say('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 4\r\n\r\nab');
    const app = it.app();
    assert.deepEqual([asked(app).stdin, asked(app).whole], ['ab', false]);
    client.say('cd');
    assert.deepEqual([asked(app).stdin, asked(app).whole], ['abcd', true]);
  });

  it('an answer before the body is whole does not keep the connection', () => {
    const it = phpFront({ streamBodies: true });
    const client = it.client();
    client.say('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 4\r\n\r\nab');
    const app = it.app();
    app.say(answer('no', 'Status: 413 Too Large\r\nContent-Length: 2\r\n'));
    assert.match(client.text, /^HTTP\/1\.1 413 /);
    assert.equal(app.gone, 'destroyed');
  });

  it('a client that leaves takes its connection to the server along', () => {
    const it = phpFront();
    const client = it.client();
    client.say(get('/'));
    const app = it.app();
    app.say(stdout('Content-Type: text/html\r\n\r\nab'));
    client.break();
    assert.equal(app.gone, 'destroyed');
  });

  it('a kept connection that the server closed meanwhile: the request is sent once more on a new one', () => {
    const it = phpFront();
    const client = it.client();
    client.say(get('/'));
    const first = it.app();
    first.say(answer('1', 'Content-Length: 1\r\n'));
    client.say(get('/wp-login.php'));
    assert.equal(it.transport.made.length, 1);
    first.fin();
    assert.equal(it.transport.made.length, 2);
    assert.equal(asked(it.app()).variables.get('SCRIPT_NAME'), '/wp-login.php');
  });
});

// PHP-FPM gives a connection one of its processes for as long as it is open. A kept connection that idles while another
// request waits to be accepted would hold the process which that request waits for, for as long as connections are kept.
describe('a connection to FastCGI is not kept at another request\'s expense', () => {
  it('while a request waits on a connection that has not answered yet', () => {
    const it = phpFront();
    const one = it.client();
    const two = it.client();
    one.say(get('/'));
    const first = it.app();
    two.say(get('/'));
    first.say(answer('1', 'Content-Length: 1\r\n'));
    assert.equal(first.gone, 'destroyed');
    const second = it.app();
    second.say(answer('2', 'Content-Length: 1\r\n'));
    assert.equal(second.gone, undefined);
  });

  it('while one waits that may not take an idle connection', () => {
    const it = phpFront();
    const client = it.client();
    client.say(get('/'));
    const first = it.app();
    first.say(answer('1', 'Content-Length: 1\r\n'));
    const idle = performance.now.bind(performance);
    performance.now = () => idle() + 700; // no longer as good as new
    try { client.say('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 1\r\n\r\nx'); } finally { performance.now = idle; }
    assert.equal(first.gone, 'destroyed');
    assert.equal(it.transport.made.length, 2);
  });

  it('for longer than a moment', async () => {
    const it = phpFront();
    it.client().say(get('/'));
    const app = it.app();
    app.say(answer('1', 'Content-Length: 1\r\n'));
    assert.equal(app.gone, undefined);
    await eventually('the idle connection to be let go', () => app.gone === 'destroyed');
  });
});

describe('what a script writes to its standard error', () => {
  const events = (it: MemoryFront): string[] => it.events().filter((event) => event['event'] === 'app-stderr').map((event) => String(event['message']));

  it('goes to the log with the request\'s id, escaped, and never to the client', () => {
    const it = phpFront();
    const client = it.client();
    client.say(get('/'));
    const app = it.app();
    app.say(Buffer.concat([stderr('PHP message: ca'), stderr('reful \x1b[31m\nsecond\n\n'), stdout('Content-Type: a/b\r\n\r\nok'), stderr('last'), ended()]));
    assert.deepEqual(events(it), ['PHP message: careful \\x1b[31m', 'second', 'last']);
    const id = it.events().find((event) => event['event'] === 'request')?.['requestId'];
    assert.ok(it.events().every((event) => event['event'] !== 'app-stderr' || (event['requestId'] === id && event['level'] === 'warn')));
    assert.doesNotMatch(client.text, /careful|second|last/);
  });

  it('is bounded, line by line and in all', () => {
    const it = phpFront();
    it.client().say(get('/'));
    const app = it.app();
    app.say(stderr('x'.repeat(5000)));
    for (let i = 0; i < 50; i++) app.say(stderr(`${'y'.repeat(1000)}\n`));
    app.say(answer('ok'));
    const told = events(it);
    assert.equal(told.length, 21);
    assert.ok(told.every((line) => line.length < 2200));
    assert.match(told.at(-1)!, /^3\d{4} bytes more /);
  });

  it('"Primary script unknown" names the root and what has to be so', () => {
    const it = phpFront();
    const client = it.client();
    client.say(get('/wp-login.php'));
    it.app().say(Buffer.concat([stderr('Primary script unknown'), answer('File not found.\n', 'Status: 404 Not Found\r\n')]));
    assert.match(client.text, /^HTTP\/1\.1 404 /);
    const [line = ''] = events(it);
    assert.ok(line.startsWith('Primary script unknown. ') && line.includes(`${ROOT}/wp-login.php`) && line.includes(`--root (${ROOT})`), line);
  });
});
