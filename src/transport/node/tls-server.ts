import type { Socket } from 'node:net';
import { createServer, TLSSocket } from 'node:tls';
import type { SecureContext, Server } from 'node:tls';
import { shownBy } from '../client-certificate.ts';
import type { TlsDoorOptions } from '../greeting.ts';
import { NodeContexts } from './contexts.ts';
import { ask, noCertificate, UNRECOGNIZED_NAME } from '../pick.ts';
import { onTicketKeys } from '../ticket-keys.ts';
import type { CertificatePair, ClientPolicy, ShownCertificate } from '../wire.ts';

type SniDone = (error: Error | null, context?: SecureContext) => void;

/** Milliseconds; the longest that Node takes. */
const NEVER = 2 ** 31 - 1;

/** What came of a handshake, and by whose terms it is made. */
export interface Handshakes {
  readonly options: TlsDoorOptions;
  finished(socket: TLSSocket): void;
  failed(socket: TLSSocket, error: Error): void;
}

/**
 * Makes one kind of handshake: with a policy or without. Node has a say in whether a certificate is asked for per server
 * alone, not per name; so each policy of a door has a server of its own. None ever listens.
 */
export class NodeTlsServer {
  private readonly handshakes: Handshakes;
  private readonly contexts: NodeContexts;
  private readonly server: Server;
  private readonly forget: () => void;
  /** Whose certificate a client without SNI is shown, and which authorities are asked for. */
  private shown: CertificatePair | undefined;
  private authorities: string | undefined;

  constructor(options: TlsDoorOptions, policy: ClientPolicy | undefined, handshakes: Handshakes) {
    this.handshakes = handshakes;
    this.contexts = new NodeContexts(policy, options.security);
    this.authorities = this.contexts.authorities;
    const answerName = (name: string, done: SniDone, socket: unknown): void => this.answerName(name, done, socket);
    this.server = createServer({
      ...this.contexts.options(undefined),
      ALPNProtocols: [...options.alpn],
      handshakeTimeout: NEVER, // ours comes first, and does not count time in which this process did not run
      // A certificate that is not good is told, not refused: TLS 1.3 has no way to say what is wrong, a page has (front/exchange/client-check.ts).
      ...(policy && { requestCert: true, rejectUnauthorized: false }),
      SNICallback(this: unknown, name, done) { answerName(name, done, this); }, // `this` is the TLSSocket
    });
    this.server.on('secureConnection', (socket) => handshakes.finished(socket));
    this.server.on('tlsClientError', (error, socket) => handshakes.failed(socket, error));
    this.forget = policy === undefined ? onTicketKeys((keys) => { this.server.setTicketKeys(keys); }) : () => {};
  }

  /** Begins a handshake; `pair` is for clients without SNI. Throws what is wrong with it. */
  begin(raw: Socket, pair: CertificatePair | undefined): void {
    const { authorities } = this.contexts;
    if (pair !== this.shown || authorities !== this.authorities) {
      this.server.setSecureContext(this.contexts.options(pair));
      this.shown = pair;
      this.authorities = authorities;
    }
    if (!raw.destroyed) this.server.emit('connection', raw);
  }

  close(): void { this.forget(); }

  private answerName(name: string, done: SniDone, socket: unknown): void {
    ask(this.handshakes.options.pick, name.toLowerCase(), (failure, pair) => {
      if (failure === undefined && pair !== undefined) {
        try {
          return done(null, this.contexts.of(pair));
        } catch (error) {
          failure = error;
        }
      }
      const raw = underneath(socket);
      if (failure === undefined && raw?.destroyed === false) raw.write(UNRECOGNIZED_NAME);
      done(failure === undefined ? noCertificate(name) : failure as Error);
    });
  }
}

/** What the client of a finished handshake showed. OpenSSL's code is an error's, or text. */
export function shownOn(socket: TLSSocket): ShownCertificate {
  const { authorized, authorizationError } = socket;
  const der = socket.getPeerX509Certificate()?.raw;
  return shownBy(der, authorized ? undefined : String((authorizationError as { code?: string } | undefined)?.code ?? authorizationError));
}

/**
 * The socket below a TLS one. Node has no public word for it; `_parent` has been its name since the first io.js, and
 * the tests of this file fail where it is missing.
 */
export function underneath(socket: unknown): Socket | undefined {
  return socket instanceof TLSSocket ? (socket as unknown as { _parent?: Socket })._parent : undefined;
}
