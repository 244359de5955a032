import type { Socket } from 'node:net';
import { constants } from 'node:os';
import type { TLSSocket } from 'node:tls';
import { incompleteClose } from '../incomplete-close.ts';
import type { Endpoint } from '../wire.ts';
import { resetOf } from './app-socket.ts';
import { handleOf } from './handle.ts';
import { NodeWire } from './wire.ts';

/**
 * A TLS connection to an app, where no end passes for one in order that is not. For a reset (see AppSocket) it is looked
 * only once all that came before was told, since bytes may wait in the socket; for a close_notify at once, see below.
 */
export class SecureAppWire extends NodeWire {
  #completeOnly = false;
  /** The end that has come was told by close_notify; undefined before there is one. */
  #complete: boolean | undefined;

  constructor(socket: TLSSocket, raw: Socket, peer: Endpoint) {
    super(socket, raw, peer);
    const push = socket.push.bind(socket);
    // The end goes into the queue of what is to be told while it can still be seen how it came.
    socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk === null) this.#complete ??= !finRead(socket, raw);
      return push(chunk, encoding);
    };
  }

  override expectCompleteClose(): void { this.#completeOnly = true; }

  override onEnd(): void {
    const reset = resetOf(this.raw);
    if (reset !== undefined) this.fail(reset);
    else if (this.#completeOnly && this.#complete !== true) this.fail(incompleteClose());
    else super.onEnd();
  }
}

/**
 * Whether an end that is just being told was found by reading the FIN, and not in a close_notify: Node tells both alike. libuv
 * reads no further behind a FIN, so asked to read it begins again; else it says that it is reading (uv_read_start, EALREADY).
 * Where nobody reads, as the bytes that came with it were enough for now, the end was among them.
 */
function finRead(socket: TLSSocket, raw: Socket): boolean {
  const above = handleOf(socket);
  const below = handleOf(raw);
  if (above === undefined || below === undefined) return true; // nothing can be told any more
  if (above.reading !== true) return false;
  if (below.readStart() === -constants.errno.EALREADY) return false;
  below.readStop();
  return true;
}
