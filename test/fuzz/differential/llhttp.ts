/**
 * Node's own parser (llhttp), called directly: the second opinion of the differential fuzzer, hundreds of times as fast as
 * a server around it (`test/fuzz/front.test.ts` has that one). Strict: no lenient flag is set. Bun has the same binding.
 */
import { createRequire } from 'node:module';

export interface Read {
  readonly method: string;
  url: string;
  readonly status: number;
  readonly minor: number;
  /** Name, value, name, value, as they came. */
  fields: string[];
  trailers: string[];
  body: string;
  whole: boolean;
  readonly upgrade: boolean;
  readonly keepAlive: boolean;
}

type Callback = (...told: never[]) => unknown;
interface Binding {
  HTTPParser: {
    new(): Record<number, Callback> & { initialize(type: number, resource: object, maxHeaderSize: number, lenient: number): void; execute(bytes: Uint8Array): number | Error; finish(): number | Error | undefined };
    readonly REQUEST: number; readonly RESPONSE: number;
    readonly kOnHeaders: number; readonly kOnHeadersComplete: number; readonly kOnBody: number; readonly kOnMessageComplete: number;
  };
  readonly methods: readonly string[];
}

// There is no public way to this parser but a whole server. `process.binding` went away in Node 25.
const { HTTPParser, methods: METHODS } = createRequire(import.meta.url)('_http_common') as Binding;

const RESOURCE = {};

/** One of Node's parsers; making one costs more than reading a message, so they go round. */
class Slot {
  owner: Llhttp | undefined;
  readonly parser = new HTTPParser();

  constructor() {
    const { parser } = this;
    parser[HTTPParser.kOnHeaders] = (lines: string[], url: string) => { this.owner!.onHeaders(lines, url); };
    parser[HTTPParser.kOnHeadersComplete] = (_major: number, minor: number, fields: string[] | undefined, ...[method, url, status, , upgrade, keepAlive]: [number, string | undefined, number, string, boolean, boolean]) =>
      this.owner!.onHead({ minor, fields: fields ?? [], method: METHODS[method] ?? '', url: url ?? '', status, upgrade, keepAlive, body: '', trailers: NONE, whole: false });
    parser[HTTPParser.kOnBody] = (piece: Buffer) => { this.owner!.onBody(piece.toString('latin1')); };
    parser[HTTPParser.kOnMessageComplete] = () => { this.owner!.onWhole(); };
  }
}

const NONE: string[] = [];
const free: Slot[] = [];

/** Reads the messages of one connection. To be let go of when it is over. */
export class Llhttp {
  readonly seen: Read[] = [];
  /** Its code for what it refused. */
  error: string | undefined;
  /** Bytes behind a head that changes the protocol: not HTTP. */
  behind = '';
  /** For answers: the methods of the requests, in order. */
  readonly #asked: readonly string[];
  readonly #slot: Slot;
  readonly #type: number;
  #current: Read | undefined;
  /** Field lines that came before the rest of their section: more than 32, or trailers. */
  #flushed: string[] | undefined;
  #url = '';
  #upgraded = false;
  #final = 0;

  constructor(side: 'requests' | 'answers', asked: readonly string[] = NONE) {
    this.#asked = asked;
    this.#type = side === 'requests' ? HTTPParser.REQUEST : HTTPParser.RESPONSE;
    this.#slot = free.pop() ?? new Slot();
    this.#slot.owner = this;
    this.goOn();
  }

  /** What comes next begins a message. */
  get atStart(): boolean { return this.#current === undefined && !this.#upgraded && this.error === undefined; }

  read(bytes: Buffer): void {
    if (this.error !== undefined || bytes.length === 0) return;
    if (this.#upgraded) { this.behind += bytes.toString('latin1'); return; }
    const result = this.#slot.parser.execute(bytes);
    if (typeof result !== 'number') { this.error = (result as { code?: string }).code ?? result.message; return; }
    if (this.#current === undefined && this.seen.at(-1)?.upgrade === true) {
      this.#upgraded = true;
      this.behind += bytes.toString('latin1', result);
    }
  }

  /** The change of protocol was declined: what follows is HTTP. */
  goOn(): void {
    this.#upgraded = false;
    this.#slot.parser.initialize(this.#type, RESOURCE, 1 << 20, 0);
  }

  /** The connection has ended in order: what only that ends is whole now. */
  end(): void {
    if (this.error === undefined && !this.#upgraded) this.#slot.parser.finish();
  }

  done(): void {
    this.#slot.owner = undefined;
    free.push(this.#slot);
  }

  // ---- what the parser tells ----

  onHeaders(lines: string[], url: string): void {
    (this.#flushed ??= []).push(...lines);
    this.#url += url;
  }

  onHead(head: Read): number {
    if (this.#flushed !== undefined) {
      head.fields = [...this.#flushed, ...head.fields];
      head.url = this.#url;
      this.#flushed = undefined;
    }
    this.#url = '';
    this.#current = head;
    this.seen.push(head);
    return head.status >= 200 && this.#asked[this.#final++] === 'HEAD' ? 1 : 0;
  }

  onBody(piece: string): void { this.#current!.body += piece; }

  onWhole(): void {
    const current = this.#current!;
    current.whole = true;
    if (this.#flushed !== undefined) current.trailers = this.#flushed;
    this.#flushed = this.#current = undefined;
  }
}

/** The methods that it reads as they are; others it refuses, or takes for those of another protocol. */
const READABLE = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']);
const START = /^([^ \r\n]+) ([^ \r\n]+) HTTP\/1\.1\r\n/;

/** The request line at the beginning of what was forwarded; and the bytes with a method and a target that llhttp knows. Any token is a method here, and bytes from 0x80 on pass in a target. */
export function readable(bytes: Buffer): { readonly method: string; readonly target: string; readonly bytes: Buffer } {
  const line = START.exec(bytes.toString('latin1', 0, 20_000));
  if (line === null) throw new Error(`no request begins ${JSON.stringify(bytes.toString('latin1', 0, 200))}`);
  const [{ length }, method = '', target = ''] = line;
  const known = READABLE.has(method) && !/[\x80-\xff]/.test(target);
  return { method, target, bytes: known ? bytes : Buffer.concat([Buffer.from('PUT /- HTTP/1.1\r\n'), bytes.subarray(length)]) };
}
