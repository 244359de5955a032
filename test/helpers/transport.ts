import { nativeTransport } from '../../src/transport/runtime.ts';

export const onBun = 'Bun' in globalThis;

/** The suites of the transport run on both runtimes. */
export const transport = nativeTransport;

/** TLS versions before 1.2 for the other side of a test: OpenSSL 3 wants a word to speak them, BoringSSL does not know the word. */
export const OLD_CIPHERS = onBun ? {} : { ciphers: 'DEFAULT@SECLEVEL=0' };
