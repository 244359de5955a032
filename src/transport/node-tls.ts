import type { Socket } from 'node:net';
import { createServer, TLSSocket } from 'node:tls';
import type { SecureContext, Server, TlsOptions } from 'node:tls';
import type { Told } from './admission.ts';
import type { TlsDoorOptions } from './greeting.ts';
import { contextOf, contextOptions } from './node-contexts.ts';
import { NodeGreeting } from './node-greeting.ts';
import type { GreetingDoor } from './node-greeting.ts';
import { ask, noCertificate, UNRECOGNIZED_NAME } from './pick.ts';
import type { CertificatePair, Endpoint } from './wire.ts';

type SniDone = (error: Error | null, context?: SecureContext) => void;

/**
 * Takes connections from a listener, does their handshakes, and gives on those that succeed.
 *
 * A tls.Server that never listens does the TLS part; each connection is given to it once its first bytes were seen to
 * be TLS. (A PROXY protocol header was taken off before.)
 */
export class TlsDoor implements GreetingDoor {
  readonly options: TlsDoorOptions;
  private readonly onSecure: (socket: TLSSocket, greeting: NodeGreeting) => void;
  private readonly server: Server;
  /** Connections whose handshake is not over, by their TCP or Unix socket. */
  private readonly greetings = new Map<Socket, NodeGreeting>();
  /** Whose certificate a client without SNI is shown. */
  private shown: CertificatePair | undefined;

  constructor(options: TlsDoorOptions, onSecure: (socket: TLSSocket, greeting: NodeGreeting) => void) {
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
    this.server.on('tlsClientError', (error, socket) => this.settle(socket)?.failed(error));
  }

  accept(raw: Socket, peer: Endpoint, origin: Told | undefined): void {
    this.greetings.set(raw, new NodeGreeting(raw, peer, { door: this, origin }));
  }

  /** Drops the connections whose handshake is not over. */
  close(): void {
    for (const raw of this.greetings.keys()) raw.destroy();
  }

  onTls(greeting: NodeGreeting): void {
    // The name is not known yet, so the certificate for a client that sends none has to be in place before.
    ask(this.options.pick, undefined, (error, pair) => {
      if (error === undefined) error = this.show(pair);
      if (error !== undefined) greeting.failed(error);
      if (error !== undefined || greeting.raw.destroyed) greeting.drop();
      else {
        // A client that ends in the middle of its handshake has left: half a connection is of use only afterwards.
        greeting.raw.allowHalfOpen = false; // the TLS socket takes it over
        this.server.emit('connection', greeting.raw);
      }
    });
  }

  onGone({ raw }: NodeGreeting): void { this.greetings.delete(raw); }

  private answerName(name: string, done: SniDone, socket: unknown): void {
    ask(this.options.pick, name.toLowerCase(), (failure, pair) => {
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

  private settle(socket: TLSSocket): NodeGreeting | undefined {
    const raw = underneath(socket);
    const greeting = raw && this.greetings.get(raw);
    if (raw === undefined || greeting === undefined) return undefined;
    greeting.done();
    this.greetings.delete(raw);
    return greeting;
  }
}

/**
 * The socket below a TLS one. Node has no public word for it; `_parent` has been its name since the first io.js, and
 * the tests of this file fail where it is missing.
 */
function underneath(socket: unknown): Socket | undefined {
  return socket instanceof TLSSocket ? (socket as unknown as { _parent?: Socket })._parent : undefined;
}
