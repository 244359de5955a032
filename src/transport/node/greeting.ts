import type { Socket } from 'node:net';
import type { Told } from '../admission.ts';
import { Greeting, LINGER } from '../greeting.ts';
import type { TlsDoorOptions } from '../greeting.ts';
import type { Endpoint } from '../wire.ts';

/** What a greeting needs of its door. */
export interface GreetingDoor {
  readonly options: TlsDoorOptions;
  /** TLS, or nothing that is known: the bytes are back in the socket, which is paused. */
  onTls(greeting: NodeGreeting): void;
  /** The connection is gone, or is being answered and closed. */
  onGone(greeting: NodeGreeting): void;
}

export class NodeGreeting extends Greeting {
  readonly raw: Socket;
  private readonly door: GreetingDoor;

  constructor(raw: Socket, peer: Endpoint, { door, origin }: { readonly door: GreetingDoor; readonly origin: Told | undefined }) {
    super(peer, origin, door.options);
    this.raw = raw;
    this.door = door;
    // Shared functions: this is done for every new connection.
    (raw as Greeter)[GREETING] = this;
    raw.on('error', ignore); // it closes by itself
    raw.on('close', onClose);
    raw.on('end', onEnd);
    raw.on('data', onData);
  }

  override drop(): void { this.raw.destroy(); }

  /** For the events of the socket only. */
  closed(): void {
    this.done();
    this.door.onGone(this);
  }

  protected override leave(): void {
    const { raw } = this;
    (raw as Greeter)[GREETING] = undefined;
    raw.removeListener('close', onClose);
    raw.removeListener('end', onEnd);
    raw.removeListener('data', onData);
  }

  protected override onTls(bytes: Uint8Array): void {
    const { raw } = this;
    raw.removeListener('end', onEnd);
    raw.removeListener('data', onData);
    raw.pause();
    raw.unshift(bytes); // the TLS layer takes over what a socket holds
    this.door.onTls(this);
  }

  protected override answerWith(text: string): void {
    const { raw } = this;
    this.door.onGone(this);
    raw.end(text, 'latin1');
    raw.resume();
    const linger = setTimeout(() => raw.destroy(), LINGER);
    raw.once('close', () => clearTimeout(linger));
  }
}

const GREETING = Symbol('greeting');
type Greeter = Socket & { [GREETING]: NodeGreeting | undefined };

function onData(this: Socket, bytes: Buffer): void { (this as Greeter)[GREETING]?.heard(bytes); }
function onEnd(this: Socket): void { (this as Greeter)[GREETING]?.ended(); }
function onClose(this: Socket): void { (this as Greeter)[GREETING]?.closed(); }
function ignore(): void {}
