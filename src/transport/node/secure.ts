import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect, createSecureContext } from 'node:tls';
import type { SecureContext, SecureContextOptions, TLSSocket } from 'node:tls';
import type { ConnectTls } from '../wire.ts';

/** What the connections to one app share. */
interface Shared {
  readonly context: SecureContext;
  /** What the last one that was found good can be resumed with. */
  session: Buffer | undefined;
}

const shared = new WeakMap<ConnectTls, Shared>();

/**
 * TLS over a socket that is connecting. `onUp` is told once the other side has proved to be the one that is meant; if it
 * cannot, the socket ends with an error that says why and has the certificate.
 */
export function secure(raw: Socket, tls: ConnectTls, onUp: () => void): TLSSocket {
  const ours = sharedOf(tls);
  const socket = connect({
    socket: raw,
    // Both are given: what is missing Node would take from the socket, or from its own default, "localhost".
    host: tls.serverName,
    servername: isIP(tls.serverName) === 0 ? tls.serverName : '',
    secureContext: ours.context,
    ALPNProtocols: [...tls.alpn],
    // The check is made and its outcome is in `authorized`; judging it here, the certificate can still be told.
    rejectUnauthorized: false,
    ...(ours.session && { session: ours.session }),
  });
  // What is written before the other side is known waits here, and is gone with the socket should it be somebody else.
  socket.cork();
  socket.once('secureConnect', () => {
    if (tls.verify && !socket.authorized) {
      socket.destroy(refused(socket));
      return;
    }
    // Not before: a resumed session is taken for its first handshake, whose name is not looked at again.
    if (socket.getProtocol() === 'TLSv1.2') ours.session = socket.getSession();
    else socket.on('session', (session: Buffer) => { ours.session = session; }); // RFC 8446 §4.6.1: tickets come later
    socket.uncork();
    onUp();
  });
  return socket;
}

function sharedOf(tls: ConnectTls): Shared {
  let ours = shared.get(tls);
  if (ours === undefined) {
    const options: SecureContextOptions & { allowPartialTrustChain: boolean } = {
      minVersion: 'TLSv1.2', // RFC 8996
      allowPartialTrustChain: true, // whoever names a certificate means it, whether or not it is a root; older Nodes do not know the option
      ...(tls.ca !== undefined && { ca: tls.ca }),
    };
    shared.set(tls, ours = { context: createSecureContext(options), session: undefined });
  }
  return ours;
}

/** OpenSSL's word for what is wrong, or Node's for a name that does not fit. */
function refused(socket: TLSSocket): Error {
  const code = String(socket.authorizationError);
  const certificate = socket.getPeerX509Certificate()?.toString();
  return Object.assign(new Error(`The certificate is refused: ${code}`), { code, certificate });
}
