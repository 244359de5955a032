import { isDeepStrictEqual } from 'node:util';
import { alpnWire, BunContexts } from './contexts.ts';
import { bunError } from './errors.ts';
import type { BunGreeting } from './greeting.ts';
import { HANDLERS, NOBODY } from './runtime.ts';
import type { BunSocket, Handlers, NativeContext, TlsOwner } from './runtime.ts';
import { making } from '../greeting.ts';
import { shownBy } from '../client-certificate.ts';
import { ask, noCertificate, UNRECOGNIZED_NAME } from '../pick.ts';
import type { ClientPolicy, ListenOptions, ShownCertificate } from '../wire.ts';

type OnSecure = (socket: BunSocket, greeting: BunGreeting, shown: ShownCertificate | undefined) => void;

export const TLS_HANDLERS: Handlers = {
  ...HANDLERS,
  open(socket) { (socket.data as TlsOwner).onOpen(socket); },
  handshake(socket, success, error) { (socket.data as Partial<TlsOwner>).onHandshake?.(socket, success, error); },
  session(socket, session) { (socket.data as Partial<TlsOwner>).onSession?.(session); },
};

const SERVER_HANDLERS: Handlers = {
  ...TLS_HANDLERS,
  serverName(owner, name, socket) { return name === undefined ? undefined : (owner as TlsOwner).onServerName(name, socket); },
};

/** Does the handshakes of a TLS door, on sockets whose first bytes were seen to be TLS. */
export class BunTls {
  options: NonNullable<ListenOptions['tls']>;
  readonly alpn: Buffer | undefined;
  /** Connections whose handshake is not over. */
  readonly greetings = new Set<BunGreeting>();
  readonly onSecure: OnSecure;
  private plain: BunContexts;
  private byPolicy = new WeakMap<ClientPolicy, BunContexts>();

  constructor(options: NonNullable<ListenOptions['tls']>, onSecure: OnSecure) {
    this.options = options;
    this.alpn = alpnWire(options.alpn);
    this.onSecure = onSecure;
    this.plain = contextsOf(options);
  }

  contextsFor(policy: ClientPolicy | undefined): BunContexts {
    if (policy === undefined) return this.plain;
    let contexts = this.byPolicy.get(policy);
    if (contexts === undefined) this.byPolicy.set(policy, contexts = new BunContexts(policy, this.options.security));
    return contexts;
  }

  /** See Listener. Contexts, and with them sessions, stay where they would be made alike. */
  change(options: BunTls['options']): () => void {
    const plain = isDeepStrictEqual(making(options), making(this.options)) ? undefined : contextsOf(options);
    return () => {
      this.options = options;
      if (plain === undefined) return;
      this.plain = plain;
      this.byPolicy = new WeakMap();
    };
  }

  /** Begins a handshake with what has come of it. */
  begin(socket: BunSocket, bytes: Uint8Array, greeting: BunGreeting): void {
    let first = bytes;
    let waits = true;
    // The name is not known yet, so the certificate for a client that sends none has to be in place before.
    ask(this.options.pick, undefined, (error, pair) => {
      waits = false;
      if (greeting.over) return;
      try {
        if (error !== undefined) throw error;
        const contexts = this.contextsFor(greeting.policy);
        new Handshake(this, greeting, contexts).begin(socket, { context: contexts.of(pair), first });
      } catch (failure) {
        greeting.failed(failure);
        greeting.drop();
      }
    });
    if (!waits) return;
    socket.pause(); // until it begins
    first = Buffer.from(bytes); // lent
  }
}

/** Refuses at once what BoringSSL cannot do. */
function contextsOf({ security }: BunTls['options']): BunContexts {
  const contexts = new BunContexts(undefined, security);
  contexts.of(undefined);
  return contexts;
}

/** What the client of a finished handshake showed. */
function shownOn(socket: BunSocket, error: Error | null): ShownCertificate {
  const peer = socket.getPeerCertificate(true) as { readonly raw?: Uint8Array } | undefined; // true: without its issuers
  return shownBy(peer?.raw, error === null ? undefined : (error as { code?: string }).code ?? error.message);
}

class Handshake implements TlsOwner {
  private readonly door: BunTls;
  private readonly greeting: BunGreeting;
  private readonly contexts: BunContexts;
  private raw: BunSocket | undefined;

  constructor(door: BunTls, greeting: BunGreeting, contexts: BunContexts) {
    this.door = door;
    this.greeting = greeting;
    this.contexts = contexts;
  }

  begin(socket: BunSocket, { context, first }: { readonly context: NativeContext; readonly first: Uint8Array }): void {
    const tls = { secureContext: context, ALPNProtocols: this.door.alpn, requestCert: this.greeting.policy !== undefined, rejectUnauthorized: false };
    socket.data = NOBODY; // the socket below TLS goes on being told of its bytes
    [this.raw] = socket.upgradeTLS({ data: this, socket: SERVER_HANDLERS, isServer: true, initialData: first, tls });
  }

  onOpen(socket: BunSocket): void { this.greeting.socket = socket; }

  onServerName(name: string, socket: BunSocket): NativeContext | true {
    let answer: NativeContext | true = true;
    let late = false;
    ask(this.door.options.pick, name.toLowerCase(), (error, pair) => {
      if (this.greeting.over) return;
      try {
        if (error !== undefined) throw error;
        if (pair === undefined) throw noCertificate(name);
        const context = this.contexts.of(pair);
        if (late) socket.resumeSNI(context, false);
        else answer = context;
      } catch (failure) {
        this.greeting.failed(failure);
        const unknown = error === undefined && pair === undefined;
        if (late) this.refuse(socket, unknown);
        else queueMicrotask(() => this.refuse(socket, unknown)); // the handshake waits by then
      }
    });
    late = true;
    return answer;
  }

  onHandshake(socket: BunSocket, success: boolean, error: Error | null): void {
    if (this.greeting.over) return;
    if (!success) return this.greeting.failed(bunError(error)); // its end follows
    this.greeting.done();
    this.door.onSecure(socket, this.greeting, this.greeting.policy && shownOn(socket, error));
  }

  onClosed(error: unknown): void {
    if (this.greeting.over) return;
    this.greeting.failed(bunError(error ?? Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    this.greeting.done();
  }

  onFailed(error: unknown): void { this.greeting.failed(bunError(error)); }
  onBytes(): void {}
  onWritable(): void {}
  onEnd(): void {}
  onSession(): void {}

  /** Bun's own alert would not tell the client what is wrong. */
  private refuse(socket: BunSocket, unknown: boolean): void {
    if (this.greeting.over) return;
    if (!unknown) return socket.resumeSNI(undefined, true);
    this.raw?.write(UNRECOGNIZED_NAME);
    socket.close();
  }
}
