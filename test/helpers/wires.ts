/** What transport tests share: handlers that write down what they were told, and certificates made on the spot. */
import { SIGNATURE_ALGORITHM, keyToPem, makeKeys, x509 } from '../../src/certs/x509.ts';
import type { Fault } from '../../src/core/errors.ts';
import type { CertificatePair, Endpoint, Listener, ListenOptions, Wire, WireError, WireHandler } from '../../src/transport/wire.ts';
import { eventually } from './scope.ts';
import type { Scope } from './scope.ts';
import { transport } from './transport.ts';

export class Recorder implements WireHandler {
  readonly calls: string[] = [];
  readonly pieces: Buffer[] = [];
  closed: { readonly error: WireError | undefined } | undefined;
  onBytes: ((bytes: Uint8Array) => void) | undefined;

  onData(bytes: Uint8Array): void {
    this.calls.push('data');
    this.pieces.push(Buffer.from(bytes)); // lent
    this.onBytes?.(bytes);
  }
  onDrain(): void { this.calls.push('drain'); }
  onEnd(): void { this.calls.push('end'); }
  onClose(error: WireError | undefined): void {
    this.calls.push('close');
    this.closed = { error };
  }

  get text(): string { return Buffer.concat(this.pieces).toString('latin1'); }
  get length(): number { return this.pieces.reduce((sum, piece) => sum + piece.length, 0); }

  until(what: string, look: (seen: this) => boolean): Promise<unknown> { return eventually(what, () => look(this)); }
  async untilClosed(): Promise<WireError | undefined> {
    await eventually('onClose', () => this.closed !== undefined);
    return this.closed!.error;
  }
}

export interface Accepted { readonly wire: Wire; readonly seen: Recorder }

export interface Door {
  readonly listener: Listener;
  /** The TCP port; 0 on a Unix socket. */
  readonly port: number;
  readonly accepted: Accepted[];
  readonly failures: { readonly peer: Endpoint; readonly error: WireError }[];
  readonly refused: { readonly peer: Endpoint; readonly fault: Fault }[];
  /** The next connection that has not been asked for yet. */
  next(): Promise<Accepted>;
}

export interface DoorOptions {
  readonly address?: ListenOptions['address'];
  readonly tls?: Partial<NonNullable<ListenOptions['tls']>>;
  /** Expects the PROXY protocol; of everybody, if not said otherwise. */
  readonly proxyProtocol?: Partial<NonNullable<ListenOptions['proxyProtocol']>>;
  readonly handler?: (wire: Wire, seen: Recorder) => void;
}

/** A door on a free loopback port, closed with the scope, its connections too. */
export async function openDoor(scope: Scope, { address, tls, proxyProtocol, handler }: DoorOptions = {}): Promise<Door> {
  const accepted: Accepted[] = [];
  const failures: Door['failures'] = [];
  const refused: Door['refused'] = [];
  const listener = await transport.listen({
    address: address ?? { kind: 'ip', host: '127.0.0.1', port: 0 },
    onConnection(wire) {
      const seen = new Recorder();
      accepted.push({ wire, seen });
      handler?.(wire, seen);
      return seen;
    },
    ...(proxyProtocol && {
      proxyProtocol: { accepts: () => true, timeout: 5000, onRefused: (peer: Endpoint, fault: Fault) => { refused.push({ peer, fault }); }, ...proxyProtocol },
    }),
    ...(tls && {
      tls: {
        pick: () => undefined,
        alpn: ['http/1.1'],
        handshakeTimeout: 5000,
        plainAnswer: (bytes: Uint8Array) => `HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nseen: ${Buffer.from(bytes).toString('latin1')}`,
        onHandshakeError: (peer: Endpoint, error: WireError) => { failures.push({ peer, error }); },
        ...tls,
      },
    }),
  });
  scope.after(async () => {
    await listener.close();
    listener.abandon();
    for (const { wire } of accepted) wire.destroy();
  });
  let taken = 0;
  return {
    listener, accepted, failures, refused,
    port: listener.address.kind === 'ip' ? listener.address.port : 0,
    next: () => eventually('a connection', () => accepted[taken] && accepted[taken++]),
  };
}

/** A self-signed certificate, for as long as a test takes. */
export async function selfSigned(...names: string[]): Promise<CertificatePair> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [names[0]!] }],
    keys,
    signingAlgorithm: SIGNATURE_ALGORITHM,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    extensions: [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value })))],
  });
  return { cert: certificate.toString('pem'), key: await keyToPem(keys.privateKey) };
}
