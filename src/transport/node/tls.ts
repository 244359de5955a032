import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { Told } from '../admission.ts';
import { making } from '../greeting.ts';
import type { TlsDoorOptions } from '../greeting.ts';
import { NodeGreeting } from './greeting.ts';
import type { GreetingDoor } from './greeting.ts';
import { NodeTlsServer, underneath } from './tls-server.ts';
import type { Handshakes } from './tls-server.ts';
import { ask } from '../pick.ts';
import type { ClientPolicy, Endpoint } from '../wire.ts';

/**
 * Takes connections from a listener, does their handshakes, and gives on those that succeed. A connection is given to a
 * server for TLS once its first bytes were seen to be TLS. (A PROXY protocol header was taken off before.)
 */
export class TlsDoor implements GreetingDoor, Handshakes {
  options: TlsDoorOptions;
  private readonly onSecure: (socket: TLSSocket, greeting: NodeGreeting) => void;
  private plain: NodeTlsServer;
  private byPolicy = new WeakMap<ClientPolicy, NodeTlsServer>();
  /** Connections whose handshake is not over, by their TCP or Unix socket. */
  private readonly greetings = new Map<Socket, NodeGreeting>();

  constructor(options: TlsDoorOptions, onSecure: (socket: TLSSocket, greeting: NodeGreeting) => void) {
    this.options = options;
    this.onSecure = onSecure;
    this.plain = new NodeTlsServer(options, undefined, this); // refuses at once what OpenSSL cannot do
  }

  accept(raw: Socket, peer: Endpoint, origin: Told | undefined): void {
    this.greetings.set(raw, new NodeGreeting(raw, peer, { door: this, origin }));
  }

  /** How many connections' handshake is not over. */
  get size(): number { return this.greetings.size; }

  /** See Listener. Contexts, and with them sessions, stay where they would be made alike. */
  change(options: TlsDoorOptions): () => void {
    const plain = isDeepStrictEqual(making(options), making(this.options)) ? undefined : new NodeTlsServer(options, undefined, this);
    return () => {
      this.options = options;
      if (plain === undefined) return;
      this.plain.close();
      this.plain = plain;
      this.byPolicy = new WeakMap();
    };
  }

  /** No connection comes any more. */
  close(): void { this.plain.close(); }

  /** Drops the connections whose handshake is not over. */
  abandon(): void {
    for (const raw of this.greetings.keys()) raw.destroy();
  }

  onTls(greeting: NodeGreeting): void {
    // The name is not known to OpenSSL yet, so the certificate for a client that sends none has to be in place before.
    ask(this.options.pick, undefined, (failure, pair) => {
      try {
        if (failure !== undefined) throw failure;
        if (greeting.raw.destroyed) return greeting.drop();
        // A client that ends in the middle of its handshake has left: half a connection is of use only afterwards.
        greeting.raw.allowHalfOpen = false; // the TLS socket takes it over
        this.serverFor(greeting.policy).begin(greeting.raw, pair);
      } catch (error) {
        greeting.failed(error);
        greeting.drop();
      }
    });
  }

  onGone({ raw }: NodeGreeting): void { this.greetings.delete(raw); }

  finished(socket: TLSSocket): void {
    const greeting = this.settle(socket);
    if (greeting === undefined) {
      socket.destroy();
      return;
    }
    greeting.raw.allowHalfOpen = socket.allowHalfOpen = true;
    this.onSecure(socket, greeting);
  }

  failed(socket: TLSSocket, error: Error): void { this.settle(socket)?.failed(error); }

  private serverFor(policy: ClientPolicy | undefined): NodeTlsServer {
    if (policy === undefined) return this.plain;
    let server = this.byPolicy.get(policy);
    if (server === undefined) this.byPolicy.set(policy, server = new NodeTlsServer(this.options, policy, this));
    return server;
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
