// Invariant: whatever names and values a client sends, and whatever carries the request to its app, what the app reads is the client's own fields that may pass and exactly what the front wrote, once.
import assert from 'node:assert/strict';
import { decodeFastCgi, decodeUwsgi, type Pair } from '../../helpers/cgi-decode.ts';
import type { Random } from '../../helpers/random.ts';
import { CARRIERS, createCarriers, lookAtConnection, type Carrier, type CarrierKind } from './carriers.ts';
import { Llhttp, readable } from './llhttp.ts';
import { WAYS, namedRequest, type Way } from './make-names.ts';
import { readRequest, type RequestRead } from './reference.ts';
import { MAX_BODY, fresh } from './stage.ts';
import { CLIENT, PROFILES, ownTold, portOf, type Truth } from './told.ts';
import type { Outcome } from './towards-app.ts';
import { fold, isFamily, passes, values } from './what-passes.ts';

/** What PHP and WSGI apps know without `HTTP_`, and some read with it (RFC 3875 §4.1). */
const OF_THE_SERVER = /^HTTP_(?:AUTH_TYPE|CONTENT_LENGTH|CONTENT_TYPE|PATH_INFO|PATH_TRANSLATED|QUERY_STRING|REMOTE_ADDR|REMOTE_HOST|REMOTE_USER|REMOTE_PORT|REQUEST_METHOD|REQUEST_SCHEME|REQUEST_URI|SCRIPT_NAME|SCRIPT_FILENAME|SERVER_NAME|SERVER_PORT|SERVER_ADDR|SERVER_PROTOCOL|DOCUMENT_ROOT|REDIRECT_STATUS|UWSGI_SCHEME|HTTPS)$/;

export class ToldNames {
  readonly #carriers: readonly Carrier[];
  readonly #root: string;
  /** How many requests that came in each way were forwarded by each carrier, and compared. */
  readonly compared = Object.fromEntries(CARRIERS.map((kind) => [kind, Object.fromEntries(WAYS.map((way) => [way, 0]))])) as Record<CarrierKind, Record<Way, number>>;

  /** `root`: a folder with an `index.php`. */
  constructor(root: string, through?: CarrierKind) {
    this.#root = root;
    this.#carriers = createCarriers(root, through);
  }

  /** One input; throws at a breach. */
  run(random: Random): Outcome {
    const carrier = random.pick(this.#carriers);
    const { stage, kind } = carrier;
    const scheme = random.pick(['http', 'https'] as const);
    const { text, ways } = namedRequest(random, scheme, carrier.path);
    stage.begin();
    const client = stage.client(scheme === 'https');
    try {
      for (const piece of random.pieces(text, 200)) {
        client.say(piece);
        if (carrier.streams) stage.settle();
      }
      stage.settle();
      assert.deepEqual(stage.defects, [], 'a defect of the front');
      const found = readRequest(text, 0, MAX_BODY);
      if (stage.judged.length === 0) return { forwarded: 0, refused: 1 };
      if ('not' in found) { assert.ok(carrier.streams && found.head, 'a request was forwarded that is none'); return { forwarded: 0, refused: 1 }; }
      lookAtConnection(carrier, scheme, CLIENT);
      const bytes = fresh(stage.apps[0]!);
      const truth = { scheme, host: found.host };
      if (kind === 'uwsgi' || kind === 'fastcgi') lookAtVariables(carrier, truth, { found, bytes, root: this.#root });
      else lookAtLines(carrier, truth, { found, bytes });
      if (kind === 'proxy-v1' || kind === 'proxy-v2') another(carrier, scheme);
      for (const way of ways) this.compared[kind][way]++;
      return { forwarded: 1, refused: 0 };
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${JSON.stringify({ kind, profile: carrier.profile, streams: carrier.streams, sent: text, forwarded: stage.apps.map(({ wire }) => wire.text) }, undefined, 1)}`, { cause: error });
    } finally {
      stage.end(client);
    }
  }
}

/** The first client's connection is free again; another client's request goes behind a header of its own. */
function another(carrier: Carrier, scheme: 'http' | 'https'): void {
  const { stage } = carrier;
  stage.apps[0]!.wire.say('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  const client = stage.client(scheme === 'https', '192.0.2.8');
  client.say('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n');
  stage.settle();
  const { made } = stage.front.transport;
  client.break();
  assert.equal(made.length, 2, 'a client\'s request went over a connection that names another client');
  lookAtConnection(carrier, scheme, '192.0.2.8');
}

const isTold = (carrier: Carrier, folded: string): boolean => isFamily(folded) || (carrier.own && /^x-my-(?:secure|scheme)$/.test(folded));
const told = (carrier: Carrier, truth: Truth): Pair[] => [...PROFILES[carrier.profile](truth), ...(carrier.own ? ownTold(truth) : [])];
/** The client's own fields that the app gets. */
const clients = (carrier: Carrier, { fields }: RequestRead): (readonly [string, string])[] => passes(fields).filter(([name]) => !isTold(carrier, fold(name)));

interface Arrived { readonly found: RequestRead; readonly bytes: Buffer }

function lookAtLines(carrier: Carrier, truth: Truth, { found, bytes }: Arrived): void {
  const line = readable(bytes);
  const parser = new Llhttp('requests');
  parser.read(line.bytes);
  parser.done();
  const [read] = parser.seen;
  assert.equal(parser.error ?? String(read?.whole), 'true', 'another parser reads no whole request');
  const { fields, trailers, body } = read!;
  const family: Pair[] = [];
  const rest: Pair[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i]!;
    if (isTold(carrier, fold(name))) { if (fold(name) !== 'x-request-id') family.push([name, fields[i + 1]!]); }
    else if (!/^(?:host|content-length|transfer-encoding|expect)$/i.test(name)) rest.push([name, fields[i + 1]!]);
  }
  assert.deepEqual(family, told(carrier, truth), 'the family as the app reads it');
  assert.deepEqual(rest, clients(carrier, found), 'the fields that pass');
  assert.deepEqual([line.method, line.target, values(fields, 'host'), body], [found.method, found.target, [truth.host], found.body]);
  assert.equal(values(fields, 'x-request-id').length, 1);
  for (let i = 0; i < trailers.length; i += 2) assert.ok(!isTold(carrier, fold(trailers[i]!)) && !/[_.]/.test(trailers[i]!), `the trailer ${trailers[i]}`);
}

function lookAtVariables(carrier: Carrier, truth: Truth, { found, bytes, root }: Arrived & { readonly root: string }): void {
  const pairs = variables(carrier, bytes, found.body);
  const got = new Map(pairs);
  assert.equal(got.size, pairs.length, 'a variable twice');
  assert.equal(new Set(pairs.map(([name]) => fold(name))).size, pairs.length, 'two variables that fold into one');
  const server: Record<string, string | undefined> = {
    HTTPS: truth.scheme === 'https' ? 'on' : undefined, REQUEST_SCHEME: truth.scheme, SERVER_PORT: portOf(truth), REMOTE_ADDR: CLIENT, HTTP_HOST: truth.host, REMOTE_USER: undefined,
    REQUEST_METHOD: found.method, REQUEST_URI: found.target, QUERY_STRING: /\?(.*)$/s.exec(found.target)?.[1] ?? '',
    CONTENT_LENGTH: got.has('CONTENT_LENGTH') || found.body !== '' ? String(found.body.length) : undefined,
    ...(carrier.kind === 'uwsgi' ? { UWSGI_SCHEME: truth.scheme } : { GATEWAY_INTERFACE: 'CGI/1.1', REDIRECT_STATUS: '200', DOCUMENT_ROOT: root, SCRIPT_FILENAME: `${root}/index.php` }),
  };
  for (const name in server) assert.equal(got.get(name), server[name], name);
  const expected = new Map(told(carrier, truth).map(([name, value]) => [`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, value]));
  for (const [name, value] of clients(carrier, found)) {
    const variable = name.toLowerCase() === 'content-type' ? 'CONTENT_TYPE' : `HTTP_${name.toUpperCase().replaceAll('-', '_')}`;
    if (!/^[A-Za-z0-9-]+$/.test(name) || OF_THE_SERVER.test(variable)) continue; // another name's variable, or one of the server's
    const before = expected.get(variable);
    expected.set(variable, before === undefined ? value : `${before}${variable === 'HTTP_COOKIE' ? ';' : ','} ${value}`);
  }
  for (const name of ['SERVER_NAME', 'SERVER_PROTOCOL', 'SERVER_SOFTWARE', 'SCRIPT_NAME', 'PATH_INFO', 'HTTP_X_REQUEST_ID', ...Object.keys(server)]) got.delete(name);
  assert.deepEqual(new Map([...got].sort()), new Map([...expected].sort()), 'the family and the client\'s fields as the app reads them');
}

function variables({ kind }: Carrier, bytes: Buffer, body: string): readonly Pair[] {
  if (kind === 'uwsgi') {
    const size = 4 + bytes.readUInt16LE(1);
    assert.equal(bytes.toString('latin1', size), body);
    return decodeUwsgi(bytes.subarray(0, size));
  }
  const read = decodeFastCgi(bytes);
  assert.deepEqual([read.stdin, read.whole], [body, true]);
  return read.params;
}
