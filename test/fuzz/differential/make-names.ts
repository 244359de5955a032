/** Requests with names that could carry the truth, in every way in which one can be brought past a front. */
import type { Random } from '../../helpers/random.ts';

export const WAYS = ['spelling', 'double', 'list', 'trailer', 'nomination', 'absolute', 'joint'] as const;
export type Way = (typeof WAYS)[number];

export interface NamedRequest { readonly text: string; readonly ways: ReadonlySet<Way> }

const NAMES = ['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host', 'X-Forwarded-Port', 'X-Forwarded-Ssl', 'X-Forwarded-Protocol', 'X-Forwarded-Scheme', 'X-Forwarded-Prefix', 'X-Forwarded', 'Forwarded', 'Front-End-Https', 'X-Real-IP', 'X-Scheme', 'X-Url-Scheme', 'Https', 'Proxy', 'X-Original-URL', 'X-Rewrite-URL', 'Remote-User', 'Remote-Addr', 'X-SSL-Client-Verify', 'Client-Cert', 'Script-Name', 'Path-Info', 'Server-Port', 'Request-Scheme', 'UWSGI-Scheme', 'Content-Length', 'Content-Type', 'Host', 'X-My-Secure', 'X-My-Scheme', 'X-Request-Id', 'HTTP-X-Forwarded-Proto', 'Sallyport-Secret', 'True-Client-IP', 'CF-Visitor', 'Document-Root', 'Script-Filename', 'Php-Value', 'Redirect-Status', 'Accept', 'Cookie', 'X-Free'];
const JOINTS = ['-', '-', '-', '-', '_', '.', '!', '+', '~', '--', '', '%2d', '`', '_-'];
const VALUES = ['http', 'https', 'on', 'off', '6.6.6.6', '127.0.0.1', 'for=6.6.6.6;proto=https;host=evil', 'a, b', '', 'evil.test', '1', '"https"', '\x80', '{"scheme":"https"}', 'HTTP_X_FORWARDED_PROTO'];
/** Where another line is another message, or nothing that may be said again. */
const FRAMES = /^(?:host|content-length|transfer-encoding|expect)$/i;

class Maker {
  readonly ways = new Set<Way>();
  readonly #random: Random;

  constructor(random: Random) { this.#random = random; }

  /** A name that matters, with its case and its joints bent; sometimes itself. */
  bent(name = this.#random.pick(NAMES)): string {
    const random = this.#random;
    const how = random.int(4);
    if (how === 0) return name;
    const bent = how === 1 ? random.chance(0.5) ? name.toUpperCase() : name.toLowerCase() : this.#joined(name, how === 3);
    if (bent !== name) this.ways.add('spelling');
    if (/[_.]/.test(bent)) this.ways.add('joint');
    return bent;
  }

  #joined(name: string, longer: boolean): string {
    const random = this.#random;
    const joined = name.split('-').map((word, i) => (i === 0 ? '' : random.pick(JOINTS)) + (random.chance(0.2) ? word.toUpperCase() : word)).join('');
    return longer ? joined + random.pick(['', '-', '_', '.', '2', '-x']) : joined;
  }

  value(): string {
    const random = this.#random;
    if (random.chance(0.8)) return random.pick(VALUES);
    this.ways.add('list');
    return random.many(2, 4, () => random.pick(VALUES)).join(random.pick([', ', ',', ' , ', ';']));
  }

  /** Field lines, some names in two or three of them, spelled alike or not. */
  lines(least: number, most: number): string {
    const random = this.#random;
    const names = random.many(least, most, () => this.bent());
    while (names.length > 0 && random.chance(0.3)) {
      const again = random.pick(names);
      names.splice(random.int(names.length + 1), 0, random.chance(0.5) ? again : this.bent(again));
      this.ways.add('double');
    }
    return names.filter((name) => !FRAMES.test(name) || random.chance(0.02)).map((name) => `${name}:${random.pick([' ', '', '\t'])}${this.value()}\r\n`).join('');
  }

  target(scheme: string, host: string, path: string): string {
    const random = this.#random;
    if (random.chance(0.75)) return path;
    this.ways.add('absolute');
    const authority = random.chance(0.85) ? host : random.pick(['evil.test', `${host}.evil.test`, `u@${host}`, `${host}@evil.test`, `${host}:81`, '']);
    return `${random.pick([scheme, 'http', 'https', 'HTTP'])}://${authority}${path}?x`;
  }

  body(): { readonly lines: string; readonly content: string } {
    const random = this.#random;
    const how = random.next();
    if (how < 0.5) return { lines: '', content: '' };
    if (how < 0.65) return { lines: 'Content-Length: 5\r\n', content: 'hello' };
    const trailers = random.chance(0.7) ? this.lines(1, 3) : '';
    if (trailers !== '') this.ways.add('trailer');
    return { lines: 'Transfer-Encoding: chunked\r\n', content: `5\r\nhello\r\n0\r\n${trailers}\r\n` };
  }

  nominations(): string {
    const random = this.#random;
    if (random.chance(0.6)) return '';
    this.ways.add('nomination');
    return `Connection: ${random.many(1, 4, () => this.bent()).join(', ')}\r\n`;
  }
}

export function namedRequest(random: Random, scheme: string, path: string): NamedRequest {
  const maker = new Maker(random);
  const host = random.pick(['shop.test', 'SHOP.test:8443', '[2001:db8::1]:81', '192.0.2.99']);
  const target = maker.target(scheme, host, path);
  const lines = maker.lines(0, 5);
  const nominations = maker.nominations();
  const body = maker.body();
  const text = `${body.content === '' ? 'GET' : 'POST'} ${target} HTTP/1.1\r\nHost: ${host}\r\n${lines}${nominations}${body.lines}\r\n${body.content}`;
  return { text: random.mutated(text, 0.1), ways: maker.ways };
}
