import type { CollectedBody } from './collected-body.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { AppConnection } from '../upstream/connection.ts';
import { sendBody, type FilePump } from '../upstream/pump.ts';

/** A request's body on its way to an app: whole, or as the client sends it. */
export class Sending {
  /** Passed on as it comes, so it can be sent only once. */
  readonly streaming: boolean;
  #begun = false;
  #pump: FilePump | undefined;
  /** Content that came before the app's connection was up (streamed bodies only); bounded by what holdBody lets through. */
  #early: Uint8Array[] | undefined;
  #ended: string | undefined;
  readonly #exchange: Exchange;
  readonly #body: CollectedBody | undefined;

  /** Without a body that is whole, one follows through `content`. */
  constructor(exchange: Exchange, body?: CollectedBody) {
    this.#exchange = exchange;
    this.#body = body;
    this.streaming = body === undefined;
  }

  /** The head is out. */
  begin(connection: AppConnection): void {
    this.#begun = true;
    if (this.#body !== undefined) {
      this.#pump = sendBody(this.#body, connection, (fault) => { this.#exchange.requestFault(fault); });
      return;
    }
    for (const piece of this.#early ?? []) connection.content(piece);
    this.#early = undefined;
    connection.flush();
    if (this.#ended !== undefined) connection.endContent(this.#ended);
    else this.#exchange.down.releaseBody();
  }

  /** A piece of it, lent. False: hold the client. */
  content(bytes: Uint8Array, connection: AppConnection | undefined): boolean {
    if (this.#begun) return connection?.content(bytes) ?? true;
    (this.#early ??= []).push(Uint8Array.prototype.slice.call(bytes));
    return false;
  }

  end(trailers: string, connection: AppConnection | undefined): void {
    if (this.#begun) connection?.endContent(trailers);
    else this.#ended = trailers;
  }

  /** The app takes more. */
  room(): void {
    if (this.#pump !== undefined) this.#pump.room();
    else this.#exchange.down.releaseBody();
  }

  /** Begins again over another connection: what is whole from its first byte, what is streamed only where nothing was sent. */
  rewind(): void {
    this.#begun = false;
    this.stop();
  }

  stop(): void {
    this.#pump?.stop();
    this.#pump = undefined;
  }
}
