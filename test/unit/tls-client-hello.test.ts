/** The one invariant: whatever comes, `helloName` gives what an OpenSSL or BoringSSL client asked for, asks for more, or gives no name. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { before, test } from 'node:test';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { HELLO_LIMIT, helloName } from '../../src/core/tls/client-hello.ts';
import { within } from '../helpers/scope.ts';

/** What this runtime's TLS library sends first. */
async function helloOf(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer((socket) => { socket.on('error', () => {}); });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, rejectUnauthorized: false, ...options });
  client.on('error', () => {});
  const [socket] = await once(server, 'connection') as [import('node:net').Socket];
  const first = await within(5000, 'the hello', once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return first[0];
}

/** The same message in records of `size` bytes. */
function recut(hello: Buffer, size: number): Buffer {
  const message = hello.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part);
  }
  return Buffer.concat(records);
}

let named: Buffer;
before(async () => { named = await helloOf({ servername: 'Shop.EXAMPLE', ALPNProtocols: ['http/1.1'] }); });

test('the name that a client asks for, in lower case, by TLS 1.2 and 1.3', async () => {
  assert.deepEqual(helloName(named), { name: 'shop.example' });
  assert.deepEqual(helloName(await helloOf({ servername: 'shop.example', maxVersion: 'TLSv1.2' })), { name: 'shop.example' });
  assert.deepEqual(helloName(await helloOf({ servername: '' })), { name: undefined });
});

test('it waits for the whole hello and no longer, however its records are cut', () => {
  for (const hello of [named, recut(named, 1), recut(named, 3), recut(named, 100)]) {
    for (let end = 0; end < hello.length; end++) assert.equal(helloName(hello.subarray(0, end)), 'more', `after ${end}`);
    assert.deepEqual(helloName(hello), { name: 'shop.example' });
    assert.deepEqual(helloName(Buffer.concat([hello, Buffer.from('what follows')])), { name: 'shop.example' });
  }
});

test('what is no hello has no name, and is not waited for', () => {
  for (const bytes of [[21, 3, 1, 0, 2, 2, 40], [22, 3, 1, 0, 0], [22, 3, 1, 0, 4, 2, 0, 0, 0], [22, 3, 1, 255, 255], [0], [22, 3, 1, 0, 4, 1, 0, 0, 0], [22, 3, 1, 0, 4, 1, 255, 255, 255]]) {
    assert.deepEqual(helloName(Uint8Array.from(bytes)), { name: undefined }, bytes.join());
  }
  const endless = Buffer.concat([Buffer.from([22, 3, 1, 64, 0, 1, 0, 127, 0]), Buffer.alloc(HELLO_LIMIT)]);
  assert.deepEqual(helloName(endless), { name: undefined });
});

test('a hello with any byte changed is read without a throw, to a name or to none', () => {
  for (let at = 0; at < named.length; at++) {
    for (const value of [0, 1, 255, named[at]! ^ 128]) {
      const changed = Buffer.from(named);
      changed[at] = value;
      const heard = helloName(changed);
      assert.ok(heard === 'more' || heard.name === undefined || typeof heard.name === 'string');
    }
  }
});
