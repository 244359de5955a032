import { Fault } from '../../core/errors.ts';
import { isOutOfDescriptors } from '../scarcity.ts';
import type { Wire, WireError, WireHandler } from '../../transport/wire.ts';
import type { AppPool } from './pool.ts';
import { tlsTrouble } from './tls-trouble.ts';

/**
 * Tries the addresses of an app one after the other, beginning with the one that answered last: `localhost` has two,
 * and some servers listen on one of them only.
 */
export class Dial {
  #tried = 0;
  /** What each address said. */
  readonly #faults: Fault[] = [];
  readonly #pool: AppPool;
  /** As they were at the beginning: a name may move meanwhile. */
  readonly #addresses: AppPool['addresses'];
  readonly #prelude: string | undefined;
  readonly #told: { readonly handler: WireHandler; readonly onUp: () => void };

  constructor(pool: AppPool, prelude: string | undefined, told: { readonly handler: WireHandler; readonly onUp: () => void }) {
    this.#pool = pool;
    this.#addresses = pool.addresses;
    this.#prelude = prelude;
    this.#told = told;
  }

  /** The next address' connection, or undefined where none is left. */
  next(): Wire | undefined {
    const { firstAddress, tls, context } = this.#pool;
    const addresses = this.#addresses;
    if (this.#tried === addresses.length) return undefined;
    const index = (firstAddress + this.#tried++) % addresses.length;
    return context.transport.connect({
      address: addresses[index]!,
      ...(tls && { tls: tls.connect }),
      ...(this.#prelude !== undefined && { prelude: this.#prelude }),
      handler: this.#told.handler,
      onConnect: () => {
        this.#pool.firstAddress = index;
        this.#told.onUp();
      },
    });
  }

  /** Notes why an address failed; gives what that means should it have been the last. An app that was there and not believed says more than one that was not. */
  failed(error: WireError | undefined): Fault {
    const { tls, written } = this.#pool;
    this.#faults.push((tls && error && tlsTrouble(error, tls.expected)) ?? unreached(error));
    const telling = this.#faults.find(({ code }) => code === 'app-untrusted' || code === 'app-handshake') ?? this.#faults.at(-1)!;
    return new Fault(telling.code, `${written}: ${this.#faults.map(({ detail }) => detail).join('; ')}`);
  }
}

function unreached(error: WireError | undefined): Fault {
  const code = error?.code ?? 'closed';
  if (isOutOfDescriptors(code)) return new Fault('no-descriptors', error!.message);
  return new Fault(code === 'ECONNREFUSED' || code === 'ENOENT' ? 'app-refused' : 'app-unreachable', error?.message ?? code);
}
