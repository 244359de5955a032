/** What the log says of a handshake that failed. With real clients: test/e2e/handshakes.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHandshakeLog } from '../../src/front/log/handshake-log.ts';
import { MemoryFront } from '../helpers/memory-front.ts';

// OpenSSL 3.5 says of bytes that are no TLS what its record layer stumbles over, and the log had its words in place of ours.
test('a client that does not speak TLS is told in one way, whatever OpenSSL says; what has no words of ours, in OpenSSL\'s', () => {
  const front = new MemoryFront();
  const log = createHandshakeLog(front.context);
  const peer = { kind: 'ip', address: '192.0.2.1' } as const;
  for (const [code, reason, words] of [
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number', 'What the client sent is not TLS.'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'packet length too long', 'What the client sent is not TLS.'],
    ['ERR_SSL_BAD_SIGNATURE', 'bad signature', 'The handshake failed: bad signature.'],
  ] as const) {
    log(peer, { code, message: `40D7B2E1A27F0000:error:0A00007B:SSL routines:tls_process_client_hello:${reason}:../ssl/statem/statem_srvr.c:918:\n` });
    const event = front.events().filter(({ event }) => event === 'handshake-failed').at(-1)!;
    assert.equal(event['message'], `192.0.2.1: ${words}`);
    assert.equal(event['code'], code);
  }
});
