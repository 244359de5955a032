import type { Socket } from 'node:net';
import { createServer, TLSSocket } from 'node:tls';
import type { SecureContext, Server, TlsOptions } from 'node:tls';
import type { CertificatePair, Endpoint, ListenOptions, PickCertificate } from './wire.ts';
import { Greeting } from './node-greeting.ts';
import type { Greeted } from './node-greeting.ts';
import type { Told } from './node-proxy.ts';
import { contextOf, contextOptions } from './node-contexts.ts';
import { wireError } from './node-endpoint.ts';

type TlsDoorOptions = NonNullable<ListenOptions['tls']>;
type SniDone = (error: Error | null, context?: SecureContext) => void;

/** A fatal alert, unrecognized_name (RFC 6066 §3, RFC 8446 §6.2), as the record it is before any key is agreed. */
const UNRECOGNIZED_NAME = Buffer.from([21, 3, 3, 0, 2, 2, 112]);

/**
 * Takes connections from a listener, does their handshakes, and gives on those that succeed.
 *
 * A tls.Server that never listens does the TLS part; each connection is given to it once its first bytes were seen to
 * be TLS. (A PROXY protocol header was taken off before.)
 */
export class TlsDoor implements Greeted {
  private readonly options: TlsDoorOptions;
  private readonly onSecure: (socket: TLSSocket, greeting: Greeting) => void;
  private readonly server: Server;
  /** Connections whose handshake is not over, by their TCP or Unix socket. */
  private readonly greetings = new Map<Socket, Greeting>();
  /** Whose certificate a client without SNI is shown. */
  private shown: CertificatePair | undefined;

  constructor(options: TlsDoorOptions, onSecure: (socket: TLSSocket, greeting: Greeting) => void) {
    this.options = options;
    this.onSecure = onSecure;
    const answerName = (name: string, done: SniDone, socket: unknown): void => this.answerName(name, done, socket);
    const tlsOptions: TlsOptions = {
      ...contextOptions(undefined),
      ALPNProtocols: [...options.alpn],
      handshakeTimeout: options.handshakeTimeout, // ours, which began earlier, comes first
      SNICallback(this: unknown, name, done) { answerName(name, done, this); }, // `this` is the TLSSocket
    };
    this.server = createServer(tlsOptions);
    this.server.on('secureConnection', (socket) => this.finished(socket));
    this.server.on('tlsClientError', (error, socket) => this.failed(error, socket));
  }

  accept(raw: Socket, peer: Endpoint, origin: Told | undefined): void {
    const greeting = new Greeting(raw, peer, this.options.handshakeTimeout, this);
    greeting.origin = origin;
    this.greetings.set(raw, greeting);
  }

  /** Drops the connections whose handshake is not over. */
  close(): void {
    for (const raw of this.greetings.keys()) raw.destroy();
  }

  onTls(greeting: Greeting): void {
    // The name is not known yet, so the certificate for a client that sends none has to be in place before.
    this.picked(undefined, (error, pair) => {
      if (error === undefined) error = this.show(pair);
      if (error !== undefined) this.report(greeting, error);
      if (error !== undefined || greeting.raw.destroyed) greeting.raw.destroy();
      else {
        // A client that ends in the middle of its handshake has left: half a connection is of use only afterwards.
        greeting.raw.allowHalfOpen = false; // the TLS socket takes it over
        this.server.emit('connection', greeting.raw);
      }
    });
  }

  onPlain(greeting: Greeting, firstBytes: Uint8Array): string { return this.options.plainAnswer(firstBytes, greeting.peer); }

  onTimeout(greeting: Greeting): void {
    const { handshakeTimeout } = this.options;
    if (greeting.spoke) this.report(greeting, { code: 'ERR_TLS_HANDSHAKE_TIMEOUT', message: `The handshake took longer than ${handshakeTimeout} ms.` });
    greeting.raw.destroy();
  }

  onGone({ raw }: Greeting): void { this.greetings.delete(raw); }

  private answerName(name: string, done: SniDone, socket: unknown): void {
    this.picked(name.toLowerCase(), (failure, pair) => {
      if (failure === undefined && pair !== undefined) {
        try {
          return done(null, contextOf(pair));
        } catch (error) {
          failure = error;
        }
      }
      const raw = underneath(socket);
      if (failure === undefined && raw?.destroyed === false) raw.write(UNRECOGNIZED_NAME);
      done(failure === undefined ? noCertificate(name) : failure as Error);
    });
  }

  /** Asks for a certificate. Told at once where the answer is there at once. */
  private picked(name: string | undefined, told: (error: unknown, pair?: CertificatePair) => void): void {
    let pair: ReturnType<PickCertificate>;
    try {
      pair = this.options.pick(name);
    } catch (error) {
      return told(error);
    }
    if (pair instanceof Promise) pair.then((late) => told(undefined, late), (error: unknown) => told(error));
    else told(undefined, pair);
  }

  /** Makes `pair` the certificate for clients without SNI; gives what is wrong with it. */
  private show(pair: CertificatePair | undefined): unknown {
    if (pair === this.shown) return undefined;
    try {
      this.server.setSecureContext(contextOptions(pair));
      this.shown = pair;
      return undefined;
    } catch (error) {
      return error;
    }
  }

  private finished(socket: TLSSocket): void {
    const greeting = this.settle(socket);
    if (greeting === undefined) {
      socket.destroy();
      return;
    }
    greeting.raw.allowHalfOpen = socket.allowHalfOpen = true;
    this.onSecure(socket, greeting);
  }

  private failed(error: Error, socket: TLSSocket): void {
    const greeting = this.settle(socket);
    if (greeting !== undefined) this.report(greeting, error);
  }

  private settle(socket: TLSSocket): Greeting | undefined {
    const raw = underneath(socket);
    const greeting = raw && this.greetings.get(raw);
    if (raw === undefined || greeting === undefined) return undefined;
    greeting.done();
    this.greetings.delete(raw);
    return greeting;
  }

  private report(greeting: Greeting, error: unknown): void {
    this.options.onHandshakeError?.(greeting.peer, wireError(error));
  }
}

/**
 * The socket below a TLS one. Node has no public word for it; `_parent` has been its name since the first io.js, and
 * the tests of this file fail where it is missing.
 */
function underneath(socket: unknown): Socket | undefined {
  return socket instanceof TLSSocket ? (socket as unknown as { _parent?: Socket })._parent : undefined;
}

function noCertificate(name: string): Error {
  return Object.assign(new Error(`There is no certificate for the name ${JSON.stringify(name)} that the client asked for.`), { code: 'ERR_TLS_NO_CERTIFICATE' });
}
