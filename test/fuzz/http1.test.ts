// Invariant: a request that readRequestHead accepts is read by Node's own strict parser as the same method, target, fields and body, with the next request where we say; and where the bytes are cut never changes a verdict.
import { after, suite, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { Fault } from '../../src/core/errors.ts';
import { createBodyReader } from '../../src/core/http1/create-body-reader.ts';
import { HeadCollector } from '../../src/core/http1/head-collector.ts';
import type { RequestHead } from '../../src/core/http1/heads.ts';
import { readRequestHead } from '../../src/core/http1/request-head.ts';
import { classify } from '../wire/three-ways.ts';

const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 2); // for each of the two
/** Ours alone: the target says that no byte before it was taken for something else. */
const NEXT = 'GET /next HTTP/1.1\r\nHost: next\r\nConnection: close\r\n\r\n';

// Pieces that are nearly right, so that much is accepted and much is refused for one reason alone.
const methods = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH');
const targets = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('/', '/a?b', '//x', '/%00', '*', 'http://h/', 'http://h:80?q', 'https://h', '/a#b', 'a', '/a b', "/|^`{}'\\", '/\xe4') },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }).map((text) => `/${text}`) },
);
const versions = fc.oneof({ weight: 8, arbitrary: fc.constantFrom('HTTP/1.1', 'HTTP/1.0') }, { weight: 1, arbitrary: fc.constantFrom('HTTP/1.2', 'http/1.1', 'HTTP/0.9', 'HTTP/1.1 ', '') });
const ends = fc.oneof({ weight: 30, arbitrary: fc.constant('\r\n') }, { weight: 1, arbitrary: fc.constantFrom('\n', '\r', '\r\r\n', '\r\n ', '\r\n\t', '\0\r\n', ' \r\n', '\n\r\n') });
const names = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('Content-Length', 'Transfer-Encoding', 'Connection', 'Expect', 'Host', 'X', 'Cookie', 'content-length', 'TE', 'Trailer', 'X_Y', 'X.Y') },
  { weight: 1, arbitrary: fc.constantFrom('Content-Length ', ' Content-Length', 'Content\x00Length', '', 'X Y', 'Transfer-Encoding\t', 'X\xe4') },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 8 }) },
);
const values = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('0', '1', '5', '05', '+5', '5, 5', '0x5', 'chunked', 'Chunked', 'gzip, chunked', 'identity', 'chunked, chunked', 'close', 'keep-alive', 'h', 'h:80', '100-continue', '') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).map((text) => Buffer.from(text).toString('latin1')) },
);
const before = fc.constantFrom(' ', '', '\t', '  ', ' \t');
const behind = fc.constantFrom('', ' ', '  '); // no tab: Node's parser refuses one after a length, though RFC 9110 §5.5 takes it as white space
const fieldLines = fc.array(fc.tuple(names, before, values, behind, ends).map(([name, left, value, right, end]) => `${name}:${left}${value}${right}${end}`), { maxLength: 4 }).map((lines) => lines.join(''));
const hosts = fc.oneof({ weight: 9, arbitrary: fc.constant('Host: h\r\n') }, { weight: 1, arbitrary: fc.constant('') });
const heads = fc.tuple(methods, targets, versions, ends, hosts, fieldLines, ends)
  .map(([method, target, version, end, host, lines, last]) => `${method} ${target} ${version}${end}${host}${lines}${last}`);
const bodies = fc.constantFrom('', 'hello', 'x', '0\r\n\r\n', '5\r\nhello\r\n0\r\n\r\n', '1;a=b\r\nx\r\n5\r\nhello\r\n0\r\n\r\n', '0\r\nX: y\r\n\r\n', '5 \r\nhello\r\n0\r\n\r\n', '0x5\r\nhello\r\n0\r\n\r\n', '5\nhello\n0\n\n', '-1\r\n', '5\r\nhello0\r\n\r\n');

interface Seen { method: string; url: string; fields: string[]; body: string }

/** What Node's server makes of these bytes: its requests in order, with whole bodies. */
class Node {
  readonly #server: Server;
  #seen: Seen[] = [];

  constructor() {
    const take = (request: IncomingMessage): void => {
      const seen: Seen = { method: request.method!, url: request.url!, fields: request.rawHeaders, body: '' };
      request.setEncoding('latin1');
      request.on('data', (piece: string) => { seen.body += piece; });
      request.on('end', () => this.#seen.push(seen));
      request.on('error', () => { /* a cut body: it is not pushed */ });
    };
    this.#server = createServer({ insecureHTTPParser: false, maxHeaderSize: 131_072, requireHostHeader: false }, (request, response) => { take(request); request.on('end', () => response.end()); });
    this.#server.on('checkContinue', (request, response) => { take(request); request.on('end', () => response.end()); });
    this.#server.on('clientError', () => { /* its verdict is that there is no request */ });
  }

  async read(bytes: Buffer, enough: (seen: Seen[]) => boolean): Promise<Seen[]> {
    this.#seen = [];
    const socket = new Duplex({ read: () => { /* pushed below */ }, write: (_piece, _encoding, done) => { done(); } });
    this.#server.emit('connection', socket);
    socket.push(bytes);
    for (let turn = 0; turn < 50 && !enough(this.#seen); turn++) await new Promise((resolve) => { setImmediate(resolve); });
    socket.destroy();
    return this.#seen;
  }

  close(): void { this.#server.close(); }
}

function read(bytes: Uint8Array): RequestHead | Fault | undefined {
  return readRequestHead(bytes, 0, bytes.length, classify);
}

/** Head and body as we read them; undefined where we accept no whole request. */
function accepted(bytes: Buffer): { head: RequestHead; body: string; end: number } | undefined {
  const head = read(bytes);
  if (head === undefined || head instanceof Fault) return undefined;
  let body = '';
  const reader = createBodyReader(head, { side: 'request', classify, sink: (piece) => { body += Buffer.from(piece).toString('latin1'); } });
  const end = reader.read(bytes, head.size, bytes.length);
  return reader.done ? { head, body, end } : undefined;
}

suite('fuzzing HTTP/1.1', () => {
  const node = new Node();
  let compared = 0;
  let runs = 0;
  after(() => { node.close(); });

  test('what we accept, Node accepts as the same request', async () => {
    await fc.assert(fc.asyncProperty(heads, bodies, async (head, body) => {
      runs++;
      const text = head + body;
      const own = accepted(Buffer.from(text + NEXT, 'latin1'));
      // A body may reach into NEXT; what counts is that a request of ours begins where that body ended.
      if (own === undefined || own.end > text.length) return;
      if (/[^\x21-\x7e]/.test(text.slice(0, text.indexOf('\r\n', 2)).split(' ')[1]!)) return; // bytes from 0x80 on pass here, and Node's parser refuses them in targets
      const closes = !own.head.keepAlive;
      const bytes = Buffer.from(text.slice(0, own.end) + NEXT, 'latin1');
      const seen = await node.read(bytes, (all) => all.length >= (closes ? 1 : 2));
      const [first, second] = seen;
      assert.ok(first !== undefined, `Node refused ${JSON.stringify(text.slice(0, own.end))}`);
      assert.equal(first.method, own.head.method);
      const written = text.split(' ')[1]!;
      assert.equal(first.url, written);
      if (!written.startsWith('http')) assert.equal(own.head.target, written);
      assert.deepEqual(first.fields, own.head.fields.pairs().flat());
      assert.equal(first.body, own.body);
      if (!closes) assert.equal(second?.url, '/next', 'the next request begins where ours says');
      compared++;
    }), { interruptAfterTimeLimit: SECONDS * 1000, numRuns: 1_000_000, markInterruptAsFailure: false });
    assert.ok(compared > runs / 100, `only ${compared} of ${runs} requests were accepted and compared`);
  });

  test('where the bytes are cut never changes the verdict', () => {
    fc.assert(fc.property(heads, bodies, fc.array(fc.nat({ max: 120 }), { maxLength: 6 }), (head, body, cuts) => {
      const bytes = Buffer.from(head + body, 'latin1');
      const whole = read(bytes);
      const at = [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const collector = new HeadCollector();
      let from = 0;
      for (const to of at) {
        const prefix = read(bytes.subarray(0, to));
        const collected = collector.add(bytes.subarray(from, to));
        const judged = collected && read(collected);
        for (const verdict of [prefix, judged]) if (verdict !== undefined) assert.deepEqual(verdict, whole);
        if (judged !== undefined) return;
        from = to;
      }
    }), { interruptAfterTimeLimit: SECONDS * 1000, numRuns: 1_000_000, markInterruptAsFailure: false });
  });
});
