import type { Told } from '../admission.ts';
import type { BunSocket, Owner } from './runtime.ts';
import type { BunTls } from './tls.ts';
import { BunWire } from './wire.ts';
import { Greeting, LINGER } from '../greeting.ts';
import type { Endpoint } from '../wire.ts';

export class BunGreeting extends Greeting implements Owner {
  /** Since TLS has begun, the TLS one. */
  socket: BunSocket;
  /** Served, answered or gone. */
  over = false;
  private readonly tls: BunTls;

  constructor(socket: BunSocket, peer: Endpoint, { tls, origin }: { readonly tls: BunTls; readonly origin: Told | undefined }) {
    super(peer, origin, tls.options);
    this.tls = tls;
    this.socket = socket;
    socket.data = this;
    tls.greetings.add(this);
  }

  override drop(): void { this.socket.close(); }

  onBytes(bytes: Uint8Array): void { this.heard(bytes); }
  onEnd(): void { this.ended(); }
  onClosed(): void { this.done(); }
  onWritable(): void {}
  onFailed(): void {}

  protected override onTls(bytes: Uint8Array): void { this.tls.begin(this.socket, bytes, this); }

  protected override leave(): void {
    this.over = true;
    this.tls.greetings.delete(this);
  }

  protected override answerWith(text: string): void {
    const wire = new BunWire(this.peer).open(this.socket, 'plain');
    const linger = setTimeout(() => wire.destroy(), LINGER);
    wire.begin({ onData() {}, onDrain() {}, onEnd() {}, onClose() { clearTimeout(linger); } });
    wire.write(text);
    wire.end();
  }
}
