/** Reads one answer off a connection, strictly and on its own: it shares nothing with the code under test. */

/** What was read. `short`: framed as whole, right as far as it goes, and less than was asked for. */
export type Read = 'right' | 'short' | 'wrong' | 'other';

export interface Expected {
  readonly body: Buffer;
  readonly head: boolean;
}

const MOST_HEAD = 64 * 1024;

/** Only answers with status 200 are compared; of another the first 2 KiB are kept, for whoever reads the report. */
export class AnswerReader {
  status = 0;
  fields = new Map<string, string>();
  /** Why it is `wrong`. */
  trouble = '';
  text = '';
  /** Bytes of its body so far. */
  at = 0;
  /** A byte of it has come. */
  begun = false;
  #state: 'head' | 'length' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailers' | 'close' | 'done' = 'head';
  #held = Buffer.alloc(0);
  #left = 0;
  readonly #expected: Expected;

  constructor(expected: Expected) { this.#expected = expected; }

  get done(): boolean { return this.#state === 'done'; }

  get read(): Read {
    if (this.trouble !== '') return 'wrong';
    if (this.status !== 200) return 'other';
    return this.#expected.head || this.at === this.#expected.body.length ? 'right' : 'short';
  }

  /** Takes bytes; gives those that belong to the next answer once this one is whole. */
  take(bytes: Buffer): Buffer {
    if (bytes.length > 0) this.begun = true;
    let rest = bytes;
    while (!this.done && (rest.length > 0 || this.#state === 'length' && this.#left === 0)) rest = this.#step(rest);
    return rest;
  }

  /** The connection was ended in order. True where that is the end of this answer. */
  closed(): boolean {
    if (this.#state === 'close') this.#state = 'done';
    return this.done;
  }

  #step(bytes: Buffer): Buffer {
    switch (this.#state) {
      case 'head': return this.#line('\r\n\r\n', bytes, (text) => { this.#head(text); });
      case 'chunk-size': return this.#line('\r\n', bytes, (text) => {
        if (!/^[0-9a-f]+$/i.test(text)) { this.#fail(`a chunk's size is ${JSON.stringify(text)}`); return; }
        this.#left = Number.parseInt(text, 16);
        this.#state = this.#left === 0 ? 'trailers' : 'chunk';
      });
      case 'chunk-end': return this.#line('\r\n', bytes, (text) => {
        if (text !== '') this.#fail(`bytes after a chunk: ${JSON.stringify(text.slice(0, 40))}`);
        this.#state = 'chunk-size';
      });
      case 'trailers': return this.#line('\r\n', bytes, (text) => { if (text === '') this.#state = 'done'; });
      case 'length': case 'chunk': {
        const part = bytes.subarray(0, this.#left);
        this.#body(part);
        this.#left -= part.length;
        if (this.#left === 0) this.#state = this.#state === 'length' ? 'done' : 'chunk-end';
        return bytes.subarray(part.length);
      }
      case 'close': this.#body(bytes); return bytes.subarray(bytes.length);
      case 'done': return bytes;
    }
  }

  #line(end: string, bytes: Buffer, then: (text: string) => void): Buffer {
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const at = all.indexOf(end, 0, 'latin1');
    if (at < 0) {
      this.#held = Buffer.from(all);
      if (all.length > MOST_HEAD) this.#fail('a line without an end');
      return all.subarray(all.length);
    }
    this.#held = Buffer.alloc(0);
    then(all.toString('latin1', 0, at));
    return all.subarray(at + end.length);
  }

  #head(text: string): void {
    const [first = '', ...lines] = text.split('\r\n');
    const status = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(first)?.[1];
    if (status === undefined) { this.#fail(`an answer begins with ${JSON.stringify(first.slice(0, 80))}`); return; }
    if (status.startsWith('1')) return; // an interim answer; the final one follows
    this.status = Number(status);
    for (const line of lines) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      if (this.fields.has(name) && (name === 'content-length' || name === 'transfer-encoding' || name === 'x-n')) this.#fail(`${name} comes twice`);
      this.fields.set(name, value);
    }
    const coding = this.fields.get('transfer-encoding');
    const length = this.fields.get('content-length');
    if (coding !== undefined && length !== undefined) this.#fail('both Content-Length and Transfer-Encoding');
    if (this.#expected.head || this.status === 204 || this.status === 304) this.#state = 'done';
    else if (coding !== undefined) { this.#state = 'chunk-size'; if (coding !== 'chunked') this.#fail(`Transfer-Encoding: ${coding}`); }
    else if (length === undefined) this.#state = 'close';
    else { this.#state = 'length'; this.#left = Number(length); }
  }

  #body(bytes: Buffer): void {
    if (this.status !== 200) { if (this.text.length < 2048) this.text += bytes.toString('latin1', 0, 2048); }
    else if (!this.#expected.body.subarray(this.at, this.at + bytes.length).equals(bytes)) {
      const differs = bytes.findIndex((byte, i) => byte !== this.#expected.body[this.at + i]);
      this.#fail(`byte ${this.at + differs} of the body is wrong`);
    }
    this.at += bytes.length;
  }

  #fail(why: string): void { if (this.trouble === '') this.trouble = why; }
}
