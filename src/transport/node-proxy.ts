import type { Socket } from 'node:net';
import { Fault } from '../core/errors.ts';
import type { ProxyHeader } from '../core/proxy-protocol/header.ts';
import { ProxyReader } from '../core/proxy-protocol/reader.ts';
import type { Endpoint, Proxied, ProxyOptions } from './wire.ts';

/** What a header told of a connection beside its peer. */
export interface Told {
  /** Where the client connected to; undefined: this socket's own end. */
  readonly local: Endpoint | undefined;
  readonly proxied: Proxied;
}

/**
 * Stands before TLS and HTTP on a door that expects the PROXY protocol, and takes the header off. Whoever is not
 * accepted, or brings no header, gets no further and no answer (proxy-protocol.txt §2, "MUST NOT start processing").
 */
export class ProxyGate {
  private readonly options: ProxyOptions;
  private readonly pass: (raw: Socket, peer: Endpoint, told: Told) => void;
  /** Connections whose header is not whole, and how to stop waiting. */
  private readonly waiting = new Map<Socket, () => void>();

  /** `pass` gets the socket with what followed the header back in it, and has to listen to it at once. */
  constructor(options: ProxyOptions, pass: (raw: Socket, peer: Endpoint, told: Told) => void) {
    this.options = options;
    this.pass = pass;
  }

  admit(raw: Socket, peer: Endpoint): void {
    raw.on('error', ignore); // it closes by itself
    const refuse = (fault: Fault): void => {
      raw.destroy();
      this.options.onRefused(peer, fault);
    };
    if (!this.options.accepts(peer)) return refuse(new Fault('proxy-header-stranger', 'it is not one of the trusted'));

    const { timeout } = this.options;
    const reader = new ProxyReader();
    const done = (): void => {
      clearTimeout(timer);
      this.waiting.delete(raw);
      raw.removeListener('data', onData);
      raw.removeListener('end', onGone);
      raw.removeListener('close', onGone);
    };
    const onData = (bytes: Buffer): void => {
      const step = reader.push(bytes);
      if (step === undefined) return;
      done();
      if (step instanceof Fault) return refuse(step);
      raw.removeListener('error', ignore);
      putBack(raw, bytes.subarray(step.used));
      this.tell(raw, peer, step.header);
    };
    const onGone = (): void => {
      done();
      if (reader.length > 0) refuse(reader.end());
      else raw.destroy(); // somebody looked whether the port is open
    };
    const timer = setTimeout(() => {
      done();
      refuse(new Fault('proxy-header-timeout', `${reader.length} bytes came in ${timeout} ms`));
    }, timeout);
    this.waiting.set(raw, done);
    raw.on('data', onData);
    raw.on('end', onGone);
    raw.on('close', onGone);
  }

  /** Drops the connections whose header is not whole. */
  close(): void {
    for (const [raw, done] of this.waiting) {
      done();
      raw.destroy();
    }
  }

  private tell(raw: Socket, by: Endpoint, header: ProxyHeader): void {
    const { secure, tlsVersion, alpn, authority } = header;
    const proxied: Proxied = { by, secure, tlsVersion, alpn, authority };
    if (header.kind === 'local') this.pass(raw, by, { local: undefined, proxied });
    else this.pass(raw, { kind: 'ip', ...header.source }, { local: { kind: 'ip', ...header.destination }, proxied });
  }
}

/** What came in one piece with the header is told again, in the next turn of the loop. */
function putBack(raw: Socket, bytes: Buffer): void {
  if (bytes.length === 0) return;
  raw.pause(); // a flowing socket would tell it now, to nobody
  raw.unshift(bytes);
  raw.resume(); // takes effect later, and not where the next listener pauses first
}

function ignore(): void {}
