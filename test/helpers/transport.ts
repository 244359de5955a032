import { bunTransport } from '../../src/transport/bun.ts';
import { nodeTransport } from '../../src/transport/node.ts';
import type { Transport } from '../../src/transport/wire.ts';

export const onBun = 'Bun' in globalThis;

/** The transport of the runtime that runs the tests: the suites of the transport run on both. */
export const transport: Transport = onBun ? bunTransport : nodeTransport;

/** TLS versions before 1.2 for the other side of a test: OpenSSL 3 wants a word to speak them, BoringSSL does not know the word. */
export const OLD_CIPHERS = onBun ? {} : { ciphers: 'DEFAULT@SECLEVEL=0' };
