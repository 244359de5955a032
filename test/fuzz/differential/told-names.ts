// Invariant: whatever names and values a client sends, and whatever carries the request to its app, what the app reads of the family is exactly what the front wrote, once.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeFastCgi, decodeUwsgi, type Pair } from '../../helpers/cgi-decode.ts';
import { upstream } from '../../helpers/memory-front.ts';
import type { Random } from '../../helpers/random.ts';
import { Llhttp, readable } from './llhttp.ts';
import { readRequest } from './reference.ts';
import { MAX_BODY, Stage, fresh } from './stage.ts';
import type { Outcome } from './towards-app.ts';
import { fold, isFamily, values } from './what-passes.ts';

interface Truth { readonly scheme: 'http' | 'https'; readonly host: string }
const CLIENT = '192.0.2.7';
const quoted = (host: string): string => (/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(host) ? host : `"${host}"`);
const portOf = ({ scheme }: Truth): string => (scheme === 'https' ? '8443' : '8080');

/** What docs/settings.md says that an app is told; not taken from the code. */
const PROFILES: Record<'standard' | 'rfc7239' | 'legacy' | 'ssl-flag' | 'front-end-https' | 'none', (truth: Truth) => Pair[]> = {
  'standard': (truth) => [['X-Forwarded-For', CLIENT], ['X-Forwarded-Proto', truth.scheme], ['X-Forwarded-Host', truth.host], ['X-Forwarded-Port', portOf(truth)]],
  'rfc7239': ({ scheme, host }) => [['Forwarded', `for=${CLIENT};host=${quoted(host)};proto=${scheme}`]],
  'legacy': ({ scheme }) => [['X-Forwarded-For', CLIENT], ...(scheme === 'https' ? [['X-Forwarded-Protocol', 'https'] as const] : [])],
  'ssl-flag': ({ scheme }) => [['X-Forwarded-For', CLIENT], ['X-Forwarded-Ssl', scheme === 'https' ? 'on' : 'off']],
  'front-end-https': ({ scheme }) => [['X-Forwarded-For', CLIENT], ...(scheme === 'https' ? [['Front-End-Https', 'on'] as const] : [])],
  'none': () => [],
};
const OWN = [{ name: 'X-My-Secure', value: 'yes' }, { name: 'X-My-Scheme', value: '{scheme}' }];
const told = (truth: Truth): Pair[] => [...(truth.scheme === 'https' ? [['X-My-Secure', 'yes'] as const] : []), ['X-My-Scheme', truth.scheme]];

const NAMES = ['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host', 'X-Forwarded-Port', 'X-Forwarded-Ssl', 'X-Forwarded-Protocol', 'X-Forwarded-Scheme', 'X-Forwarded-Prefix', 'X-Forwarded', 'Forwarded', 'Front-End-Https', 'X-Real-IP', 'X-Scheme', 'X-Url-Scheme', 'Https', 'Proxy', 'X-Original-URL', 'X-Rewrite-URL', 'Remote-User', 'Remote-Addr', 'X-SSL-Client-Verify', 'Client-Cert', 'Script-Name', 'Path-Info', 'Server-Port', 'Request-Scheme', 'UWSGI-Scheme', 'Content-Length', 'Content-Type', 'Host', 'X-My-Secure', 'X-My-Scheme', 'X-Request-Id', 'HTTP-X-Forwarded-Proto', 'Sallyport-Secret', 'True-Client-IP', 'CF-Visitor', 'Document-Root', 'Script-Filename', 'Php-Value', 'Redirect-Status', 'Accept', 'Cookie', 'X-Free'];
const JOINTS = ['-', '-', '-', '-', '_', '.', '!', '+', '~', '--', '', '%2d', '`', '_-'];
const VALUES = ['http', 'https', 'on', 'off', '6.6.6.6', '127.0.0.1', 'for=6.6.6.6;proto=https;host=evil', 'a, b', '', 'evil.test', '1', '"https"', 'https, http', '\x80', '{"scheme":"https"}', 'HTTP_X_FORWARDED_PROTO'];

/** A name that matters, with its case and its joints bent; sometimes itself. */
function bent(random: Random): string {
  const name = random.pick(NAMES);
  const how = random.int(4);
  if (how === 0) return name;
  if (how === 1) return random.chance(0.5) ? name.toUpperCase() : name.toLowerCase();
  const joined = name.split('-').map((word, i) => (i === 0 ? '' : random.pick(JOINTS)) + (random.chance(0.2) ? word.toUpperCase() : word)).join('');
  return how === 2 ? joined : joined + random.pick(['', '-', '_', '.', '2', '-x']);
}

/** What PHP and WSGI apps know without `HTTP_`, and some read with it (RFC 3875 §4.1). */
const OF_THE_SERVER = /^HTTP_(?:AUTH_TYPE|CONTENT_LENGTH|CONTENT_TYPE|PATH_INFO|PATH_TRANSLATED|QUERY_STRING|REMOTE_ADDR|REMOTE_HOST|REMOTE_USER|REMOTE_PORT|REQUEST_METHOD|REQUEST_SCHEME|REQUEST_URI|SCRIPT_NAME|SCRIPT_FILENAME|SERVER_NAME|SERVER_PORT|SERVER_ADDR|SERVER_PROTOCOL|DOCUMENT_ROOT|REDIRECT_STATUS|UWSGI_SCHEME|HTTPS)$/;

interface Carrier { readonly kind: 'http' | 'uwsgi' | 'fastcgi'; readonly profile: keyof typeof PROFILES; readonly own: boolean; readonly stage: Stage; readonly path: string; readonly streams: boolean }

export class ToldNames {
  readonly #carriers: Carrier[] = [];
  readonly #root = mkdtempSync(join(tmpdir(), 'sallyport-fuzz-'));

  constructor() {
    writeFileSync(join(this.#root, 'index.php'), '<?php');
    for (const profile of Object.keys(PROFILES) as Carrier['profile'][]) {
      for (const kind of ['http', 'uwsgi', 'fastcgi'] as const) {
        const own = this.#carriers.length % 2 === 0;
        const streams = kind === 'http' && this.#carriers.length % 4 === 0;
        const stage = new Stage({ site: { speaks: profile, tell: own ? OWN : [] }, route: { app: upstream({ protocol: kind }), streamBodies: streams, ...(kind === 'fastcgi' && { root: this.#root }) } });
        this.#carriers.push({ kind, profile, own, stage, streams, path: kind === 'fastcgi' ? '/index.php' : '/app' });
      }
    }
  }

  close(): void { rmSync(this.#root, { recursive: true }); }

  /** One input; throws at a breach. */
  run(random: Random): Outcome {
    const carrier = random.pick(this.#carriers);
    const { stage, path } = carrier;
    const scheme = random.pick(['http', 'https'] as const);
    const host = random.pick(['shop.test', 'SHOP.test:8443', '[2001:db8::1]:81', '192.0.2.99']);
    const target = random.chance(0.8) ? path : `${random.pick(['http', 'https', 'HTTP'])}://${host}${path}?x`;
    const line = (): string => `${bent(random)}:${random.pick([' ', '', '\t'])}${random.pick(VALUES)}\r\n`;
    const lines = random.many(0, 6, line).filter((text) => !/^(?:host|content-length|transfer-encoding|expect):/i.test(text)).join('');
    const nominated = random.chance(0.4) ? `Connection: ${random.many(1, 4, () => bent(random)).join(', ')}\r\n` : '';
    const framing = random.next();
    const trailers = random.chance(0.5) ? random.many(1, 3, line).filter((text) => !/^(?:host|content-length|transfer-encoding):/i.test(text)).join('') : '';
    const body = framing < 0.6 ? '\r\n' : framing < 0.75 ? 'Content-Length: 5\r\n\r\nhello' : `Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n${trailers}\r\n`;
    const text = random.mutated(`${body === '\r\n' ? 'GET' : 'POST'} ${target} HTTP/1.1\r\nHost: ${host}\r\n${lines}${nominated}${body}`, 0.1);
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
      if ('not' in found) { assert.ok(carrier.streams, 'a request was forwarded that is none'); return { forwarded: 0, refused: 1 }; }
      look(carrier, { scheme, host: found.host }, { bytes: fresh(stage.apps[0]!), body: found.body });
      return { forwarded: 1, refused: 0 };
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${JSON.stringify({ kind: carrier.kind, profile: carrier.profile, sent: text, forwarded: stage.apps.map(({ wire }) => wire.text) }, undefined, 1)}`, { cause: error });
    } finally {
      stage.end(client);
    }
  }
}

function look(carrier: Carrier, truth: Truth, { bytes, body }: { readonly bytes: Buffer; readonly body: string }): void {
  const written = [...PROFILES[carrier.profile](truth), ...(carrier.own ? told(truth) : [])];
  const isTold = (folded: string): boolean => isFamily(folded) || (carrier.own && /^x-my-(?:secure|scheme)$/.test(folded));
  if (carrier.kind === 'http') {
    const parser = new Llhttp('requests');
    parser.read(readable(bytes).bytes);
    parser.done();
    const [read] = parser.seen;
    assert.equal(parser.error ?? String(read?.whole), 'true', 'another parser reads no whole request');
    const { fields, trailers } = read!;
    const seen: Pair[] = [];
    for (let i = 0; i < fields.length; i += 2) {
      assert.doesNotMatch(fields[i]!, /[_.]/);
      if (fold(fields[i]!) !== 'x-request-id' && isTold(fold(fields[i]!))) seen.push([fields[i]!, fields[i + 1]!]);
    }
    assert.deepEqual(seen, written, 'the family as the app reads it');
    assert.deepEqual(values(fields, 'host'), [truth.host]);
    assert.equal(values(fields, 'x-request-id').length, 1);
    for (let i = 0; i < trailers.length; i += 2) assert.ok(!isTold(fold(trailers[i]!)) && !/[_.]/.test(trailers[i]!), `the trailer ${trailers[i]}`);
    assert.equal(read!.body, body);
    return;
  }
  let pairs: readonly Pair[];
  if (carrier.kind === 'uwsgi') {
    const size = 4 + bytes.readUInt16LE(1);
    pairs = decodeUwsgi(bytes.subarray(0, size));
    assert.equal(bytes.toString('latin1', size), body);
  } else {
    const read = decodeFastCgi(bytes);
    pairs = read.params;
    assert.deepEqual([read.stdin, read.whole], [body, true]);
  }
  const found = new Map(pairs);
  assert.equal(found.size, pairs.length, 'a variable twice');
  assert.equal(new Set(pairs.map(([name]) => fold(name))).size, pairs.length, 'two variables that fold into one');
  const https = truth.scheme === 'https';
  const server: Record<string, string | undefined> = { HTTPS: https ? 'on' : undefined, REQUEST_SCHEME: truth.scheme, SERVER_PORT: portOf(truth), REMOTE_ADDR: CLIENT, HTTP_HOST: truth.host, CONTENT_LENGTH: found.has('CONTENT_LENGTH') || body !== '' ? String(body.length) : undefined, REMOTE_USER: undefined, HTTP_PROXY: undefined, HTTP_HTTPS: undefined, ...(carrier.kind === 'uwsgi' && { UWSGI_SCHEME: truth.scheme }) };
  for (const name in server) assert.equal(found.get(name), server[name], name);
  const seen = pairs.filter(([name]) => name.startsWith('HTTP_') && name !== 'HTTP_X_REQUEST_ID' && isTold(fold(name.slice(5))));
  assert.deepEqual(new Map(seen), new Map(written.map(([name, value]) => [`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, value])), 'the family as the app reads it');
  for (const [name] of pairs) assert.doesNotMatch(name, OF_THE_SERVER, 'a variable that an app could take for the server\'s');
}
