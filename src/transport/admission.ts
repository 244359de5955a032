import { Fault } from '../core/errors.ts';
import type { ProxyHeader } from '../core/proxy-protocol/header.ts';
import { ProxyReader } from '../core/proxy-protocol/reader.ts';
import { beginnings, type Timed } from './clock.ts';
import type { Endpoint, Proxied, ProxyOptions } from './wire.ts';

/** What a PROXY header told of a connection beside its peer. */
export interface Told {
  /** Where the client connected to; undefined: this socket's own end. */
  readonly local: Endpoint | undefined;
  readonly proxied: Proxied;
}

/**
 * One connection on a door that expects the PROXY protocol, until its header is whole; it stands before TLS and HTTP, and
 * takes the header off. Whoever is not accepted, or brings no header, gets no further and no answer
 * (proxy-protocol.txt §2, "MUST NOT start processing"). What a socket is, each runtime says in a class of its own.
 */
export abstract class Admission implements Timed {
  deadline = Infinity;
  /** The other end of the socket. */
  readonly by: Endpoint;
  private readonly options: ProxyOptions;
  private readonly reader = new ProxyReader();
  private over = false;

  constructor(by: Endpoint, options: ProxyOptions) {
    this.by = by;
    this.options = options;
  }

  /** Drops the connection. */
  abstract drop(): void;
  /** The socket is not watched any more. */
  protected abstract leave(): void;
  /** The header was whole; `rest` came in one piece with it. */
  protected abstract pass(peer: Endpoint, told: Told, rest: Uint8Array): void;

  /** Begins to wait, or refuses at once. True: watch the socket. */
  begin(): boolean {
    if (!this.options.accepts(this.by)) {
      this.refuse(new Fault('proxy-header-stranger', 'it is not one of the trusted'));
      return false;
    }
    beginnings.allow(this, this.options.timeout);
    return true;
  }

  onDeadline(): void {
    this.done();
    this.refuse(new Fault('proxy-header-timeout', `${this.reader.length} bytes came in ${this.options.timeout} ms`));
  }

  heard(bytes: Uint8Array): void {
    const step = this.reader.push(bytes);
    if (step === undefined) return;
    this.done();
    if (step instanceof Fault) this.refuse(step);
    else this.tell(step.header, bytes.subarray(step.used));
  }

  /** The other side has finished sending, or the connection is gone. */
  gone(): void {
    if (this.over) return;
    this.done();
    if (this.reader.length > 0) this.refuse(this.reader.end());
    else this.drop(); // somebody looked whether the port is open
  }

  /** The door closes. */
  abandon(): void {
    this.done();
    this.drop();
  }

  private done(): void {
    this.over = true;
    beginnings.remove(this);
    this.leave();
  }

  private refuse(fault: Fault): void {
    this.over = true;
    this.drop();
    this.options.onRefused(this.by, fault);
  }

  private tell(header: ProxyHeader, rest: Uint8Array): void {
    const { by } = this;
    const { secure, tlsVersion, alpn, authority } = header;
    const proxied: Proxied = { by, nameless: header.kind === 'unknown', secure, tlsVersion, alpn, authority };
    if (header.kind !== 'proxied') this.pass(by, { local: undefined, proxied }, rest);
    else this.pass({ kind: 'ip', ...header.source }, { local: { kind: 'ip', ...header.destination }, proxied }, rest);
  }
}
