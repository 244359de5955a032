import type { Socket } from 'node:net';
import { Admission } from '../admission.ts';
import type { Told } from '../admission.ts';
import type { Endpoint, ProxyOptions } from '../wire.ts';

type Pass = (raw: Socket, peer: Endpoint, told: Told) => void;

/** The connections of a door whose PROXY header is not whole. */
export class ProxyGate {
  private readonly options: ProxyOptions;
  private readonly pass: Pass;
  /** Connections of the door whose header is not whole. */
  private readonly waiting: Set<Admission>;

  /** `pass` gets the socket with what followed the header back in it, and has to listen to it at once. */
  constructor(options: ProxyOptions, pass: Pass, waiting: Set<Admission>) {
    this.waiting = waiting;
    this.options = options;
    this.pass = pass;
  }

  admit(raw: Socket, by: Endpoint): void {
    const admission = new NodeAdmission(raw, { by, options: this.options, waiting: this.waiting, onward: this.pass });
    if (admission.begin()) admission.watch();
  }
}

interface Admitted {
  readonly by: Endpoint;
  readonly options: ProxyOptions;
  readonly waiting: Set<Admission>;
  readonly onward: Pass;
}

class NodeAdmission extends Admission {
  private readonly raw: Socket;
  private readonly waiting: Set<Admission>;
  private readonly onward: Pass;
  private readonly onData = (bytes: Buffer): void => this.heard(bytes);
  private readonly onGone = (): void => this.gone();

  constructor(raw: Socket, { by, options, waiting, onward }: Admitted) {
    super(by, options);
    this.raw = raw;
    this.waiting = waiting;
    this.onward = onward;
    raw.on('error', ignore); // it closes by itself
  }

  watch(): void {
    this.waiting.add(this);
    this.raw.on('data', this.onData);
    this.raw.on('end', this.onGone);
    this.raw.on('close', this.onGone);
  }

  override drop(): void { this.raw.destroy(); }

  protected override leave(): void {
    this.waiting.delete(this);
    this.raw.removeListener('data', this.onData);
    this.raw.removeListener('end', this.onGone);
    this.raw.removeListener('close', this.onGone);
  }

  protected override pass(peer: Endpoint, told: Told, rest: Uint8Array): void {
    this.raw.removeListener('error', ignore);
    putBack(this.raw, rest);
    this.onward(this.raw, peer, told);
  }
}

/** What came in one piece with the header is told again, in the next turn of the loop. */
function putBack(raw: Socket, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  raw.pause(); // a flowing socket would tell it now, to nobody
  raw.unshift(bytes);
  raw.resume(); // takes effect later, and not where the next listener pauses first
}

function ignore(): void {}
