import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { checkServerIdentity, createSecureContext } from 'node:tls';
import type { PeerCertificate, SecureContextOptions } from 'node:tls';
import { alpnWire } from './contexts.ts';
import { nativeContext } from './runtime.ts';
import type { BunSocket, NativeContext, TlsOwner } from './runtime.ts';
import { TLS_HANDLERS } from './tls.ts';
import type { BunWire } from './wire.ts';
import type { ConnectOptions, ConnectTls } from '../wire.ts';

/** What the connections to one app share. */
interface Shared {
  readonly context: NativeContext;
  /** What the last one that was found good can be resumed with. */
  session: Buffer | undefined;
}

const shared = new WeakMap<ConnectTls, Shared>();

interface Securing {
  readonly tls: ConnectTls;
  readonly prelude: ConnectOptions['prelude'];
  readonly onUp: () => void;
}

/**
 * TLS over a socket that has just come up, below `wire`, which is opened once the other side has proved to be the one that
 * is meant; if it cannot, the wire closes with an error that says why and has the certificate.
 */
export function secure(socket: BunSocket, wire: BunWire, { tls, prelude, onUp }: Securing): void {
  if (prelude !== undefined && writeAhead(socket, prelude) < prelude.length) {
    wire.onClosed(Object.assign(new Error('the system did not take the PROXY header at once'), { code: 'ERR_UNKNOWN' }));
    return socket.terminate();
  }
  const ours = sharedOf(tls);
  const [raw, above] = socket.upgradeTLS({
    data: new Client(wire, { tls, ours, onUp }),
    socket: TLS_HANDLERS,
    isServer: false,
    tls: {
      secureContext: ours.context,
      ALPNProtocols: alpnWire(tls.alpn),
      // The check is made and its outcome told; judging it here, the certificate can still be told.
      requestCert: true,
      rejectUnauthorized: false,
      serverName: isIP(tls.serverName) === 0 ? tls.serverName : '',
    },
  });
  raw.reload({ socket: { drain() {} } }); // what is below TLS is mostly of no use, and would be copied to be told
  wire.below = raw;
  wire.abandon = () => above.close();
}

/** Codes of a handshake that did not come to its end, beside the many of what a certificate can lack. */
const BROKEN = /^(?:none|E[A-Z]+|ERR_SSL_.*)$/;

const cutShort = (): Error => Object.assign(new Error('The connection ended before TLS was agreed.'), { code: 'ECONNRESET' });

class Client implements TlsOwner {
  private readonly wire: BunWire;
  private readonly tls: ConnectTls;
  private readonly ours: Shared;
  private readonly onUp: () => void;

  constructor(wire: BunWire, { tls, ours, onUp }: { readonly tls: ConnectTls; readonly ours: Shared; readonly onUp: () => void }) {
    this.wire = wire;
    this.tls = tls;
    this.ours = ours;
    this.onUp = onUp;
  }

  onOpen(socket: BunSocket): void {
    if (this.ours.session !== undefined) socket.setSession(this.ours.session);
  }

  onHandshake(socket: BunSocket, success: boolean, error: Error | null): void {
    const { wire, ours } = this;
    // A handshake that went well is told as no success where the certificate is not good: that is for us to judge.
    const broken = !success && (error === null || BROKEN.test((error as NodeJS.ErrnoException).code ?? 'none'));
    const wrong = broken ? error ?? cutShort() : this.tls.verify ? refusal(socket, this.tls.serverName, error) : undefined;
    if (wrong !== undefined || wire.gone) {
      wire.onClosed(wrong);
      socket.close();
      return;
    }
    // Not before: a resumed session is taken for its first handshake, whose name is not looked at again.
    if (socket.getTLSVersion() === 'TLSv1.2') ours.session = socket.getSession();
    else wire.onSession = (session) => { ours.session = session; }; // RFC 8446 §4.6.1: tickets come later
    wire.open(socket, 'tls');
    this.onUp();
  }

  onClosed(error: unknown): void {
    this.wire.onClosed(error ?? cutShort());
  }

  onFailed(error: unknown): void { this.wire.onFailed(error); }
  onServerName(): undefined {}
  onSession(): void {}
  onBytes(): void {}
  onWritable(): void {}
  onEnd(): void {}
}

function sharedOf(tls: ConnectTls): Shared {
  let ours = shared.get(tls);
  if (ours === undefined) {
    const options: SecureContextOptions & { allowPartialTrustChain: boolean } = {
      minVersion: 'TLSv1.2', // RFC 8996
      allowPartialTrustChain: true, // whoever names a certificate means it, whether or not it is a root
      ...(tls.ca !== undefined && { ca: tls.ca }),
    };
    shared.set(tls, ours = { context: nativeContext(createSecureContext(options)), session: undefined });
  }
  return ours;
}

/** What is wrong with the other side's certificate: its chain, or its name. */
function refusal(socket: BunSocket, name: string, chain: Error | null): Error | undefined {
  const certificate = socket.getPeerCertificate() as PeerCertificate | undefined;
  const wrong = chain ?? (certificate === undefined ? new Error('no certificate') : checkServerIdentity(name, certificate));
  if (wrong === undefined) return undefined;
  const code = (wrong as NodeJS.ErrnoException).code ?? 'ERR_UNKNOWN';
  const pem = certificate === undefined ? undefined : new X509Certificate(certificate.raw).toString();
  return Object.assign(new Error(`The certificate is refused: ${code}`), { code, certificate: pem });
}

/** Gives how much was taken: all of it, as a connection that has just come up takes the few bytes of a prelude. */
function writeAhead(socket: BunSocket, prelude: Uint8Array | string): number {
  return typeof prelude === 'string' ? socket.write(prelude, 'latin1') : socket.write(prelude);
}
