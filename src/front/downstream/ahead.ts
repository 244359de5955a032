/** Bytes of following requests that are kept while one is being answered; then reading has to stop. */
const LIMIT = 64 * 1024;

/** What a client sent behind a request that is still being answered (RFC 9112 §9.3.2, pipelining). */
export class Ahead {
  #bytes: Uint8Array | undefined;

  /** Copies `bytes` from `at` on. False: that is enough. */
  keep(bytes: Uint8Array, at: number): boolean {
    const before = this.#bytes?.length ?? 0;
    const all = Buffer.allocUnsafe(before + bytes.length - at);
    if (this.#bytes !== undefined) all.set(this.#bytes);
    all.set(at === 0 ? bytes : bytes.subarray(at), before);
    this.#bytes = all;
    return all.length <= LIMIT;
  }

  take(): Uint8Array | undefined {
    const bytes = this.#bytes;
    this.#bytes = undefined;
    return bytes;
  }
}
