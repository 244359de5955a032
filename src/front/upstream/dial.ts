import { Fault } from '../../core/errors.ts';
import type { Wire, WireError, WireHandler } from '../../transport/wire.ts';
import type { AppPool } from './pool.ts';

/**
 * Tries the addresses of an app one after the other, beginning with the one that answered last: `localhost` has two,
 * and some servers listen on one of them only.
 */
export class Dial {
  #tried = 0;
  /** What each address said. */
  readonly #errors: string[] = [];
  readonly #pool: AppPool;
  readonly #handler: WireHandler;
  readonly #onUp: () => void;

  constructor(pool: AppPool, handler: WireHandler, onUp: () => void) {
    this.#pool = pool;
    this.#handler = handler;
    this.#onUp = onUp;
  }

  /** The next address' connection, or undefined where none is left. */
  next(): Wire | undefined {
    const { addresses, firstAddress, context } = this.#pool;
    if (this.#tried === addresses.length) return undefined;
    const index = (firstAddress + this.#tried++) % addresses.length;
    return context.transport.connect({
      address: addresses[index]!,
      handler: this.#handler,
      onConnect: () => {
        this.#pool.firstAddress = index;
        this.#onUp();
      },
    });
  }

  /** Notes why an address failed; gives what that means should it have been the last. */
  failed(error: WireError | undefined): Fault {
    const code = error?.code ?? 'closed';
    this.#errors.push(error?.message ?? code);
    return new Fault(code === 'ECONNREFUSED' || code === 'ENOENT' ? 'app-refused' : 'app-unreachable', `${this.#pool.written}: ${this.#errors.join(', ')}`);
  }
}

