import { Admission } from '../admission.ts';
import type { Told } from '../admission.ts';
import type { BunSocket, Owner } from './runtime.ts';
import type { Endpoint, ProxyOptions } from '../wire.ts';

/** What an admission needs of its door. */
export interface ProxyGate {
  readonly options: ProxyOptions;
  /** Connections whose header is not whole. */
  readonly waiting: Set<Admission>;
  /** `rest` came in one piece with the header, and is lent. */
  readonly pass: (socket: BunSocket, peer: Endpoint, told: Told, rest: Uint8Array) => void;
}

export class BunAdmission extends Admission implements Owner {
  private readonly socket: BunSocket;
  private readonly gate: ProxyGate;

  constructor(socket: BunSocket, by: Endpoint, gate: ProxyGate) {
    super(by, gate.options);
    this.socket = socket;
    this.gate = gate;
    socket.data = this;
    if (this.begin()) gate.waiting.add(this);
  }

  override drop(): void { this.socket.close(); }

  onBytes(bytes: Uint8Array): void { this.heard(bytes); }
  onEnd(): void { this.gone(); }
  onClosed(): void { this.gone(); }
  onWritable(): void {}
  onFailed(): void {}

  protected override leave(): void { this.gate.waiting.delete(this); }

  protected override pass(peer: Endpoint, told: Told, rest: Uint8Array): void { this.gate.pass(this.socket, peer, told, rest); }
}
