/** Each way in which a name can come, planted once for each of the three writers (see `carriers.ts` for the kinds that share one); and what is each carrier's own. */
import type { CarrierKind } from './carriers.ts';
import type { Planted } from './planted.ts';

const WRITERS: readonly CarrierKind[] = ['http', 'uwsgi', 'fastcgi'];
const keep = 'core/contract/keep.ts';
const passes = 'return !isDropped(fields.code[i]!) && (nominated';
const writer = 'front/upstream/request-writer.ts';
const pool = 'front/upstream/pool.ts';
const proxy = 'front/upstream/proxy-header.ts';
const merge = 'const into = this.head.fields, from = trailers, at = into.start[into.count];\n      into.text = into.text.slice(0, at) + from.text;\n      for (const key of ["start", "nameEnd", "valueStart", "valueEnd"]) { if (key === "start") into.start.pop(); for (let i = 0; i < from.count + (key === "start" ? 1 : 0); i++) into[key].push(from[key][i] + at); }\n      into.code.push(...from.code); into.count += from.count;';

export const PLANTED_NAMES: readonly Planted[] = [
  ...([
    { what: 'spellings: a name of the family in capitals passes', file: 'core/contract/classify.ts', from: 'if (told.has(folded) || familyReason(folded) !== undefined) return Name.FAMILY;', to: 'if (name !== name.toUpperCase() && (told.has(folded) || familyReason(folded) !== undefined)) return Name.FAMILY;' },
    { what: 'doubles: of two lines of a name the second passes', file: keep, from: passes, to: 'const first = Array.from({ length: i }, (_, j) => fields.name(j).toLowerCase()).indexOf(fields.name(i).toLowerCase()) < 0;\n  return (!isDropped(fields.code[i]!) || !first && fields.code[i] === Name.FAMILY) && (nominated' },
    { what: 'lists: a list of values passes', file: keep, from: passes, to: "return (!isDropped(fields.code[i]!) || fields.code[i] === Name.FAMILY && fields.value(i).includes(', ')) && (nominated" },
    { what: 'trailers: those of a collected body join the header section', file: 'front/exchange/exchange.ts', from: 'if (this.#body !== undefined) this.#app!.beginWith(this.#body);', to: `if (this.#body !== undefined && trailers !== undefined) {\n      ${merge}\n    }\n    if (this.#body !== undefined) this.#app!.beginWith(this.#body);` },
    { what: 'nominations: an honest name is not dropped', file: keep, from: 'return nominated.has(lower) && !NEVER_NOMINATED.has(lower);', to: 'return false;' },
    { what: 'absolute targets: another host may be named', file: 'core/http1/request-head.ts', from: 'if (hostAndPort(host, line.defaultPort) === hostAndPort(line.authority, line.defaultPort)) return undefined;', to: 'return undefined;' },
    { what: 'underscores: a name with _ passes', file: 'core/contract/classify.ts', from: "if (lower.includes('_') || lower.includes('.')) return", to: "if (lower.includes('.')) return" },
    { what: 'dots: a name with . passes', file: 'core/contract/classify.ts', from: "if (lower.includes('_') || lower.includes('.')) return", to: "if (lower.includes('_')) return" },
  ].map((planted) => ({ ...planted, through: WRITERS }))),
  // The writers' own
  { what: 'nominations: what the front writes is named away from lines', through: ['http'], file: writer, from: 'const lines = keep(head) + teller.lines(truth)', to: "const lines = keep(head) + (head.nominated?.includes('x-forwarded-proto') ? '' : teller.lines(truth))" },
  { what: 'nominations: what the front writes is named away from variables', through: ['uwsgi', 'fastcgi'], file: 'core/cgi/variables.ts', from: "if (variable !== 'HTTP_PROXY') variables.set", to: "if (variable !== 'HTTP_PROXY' && head.nominated?.includes(name.toLowerCase()) !== true) variables.set" },
  { what: 'trailers: of a streamed body all pass', through: ['http'], file: 'front/forwarding/app-request.ts', from: 'const kept = keepTrailers(trailers);', to: 'const kept = Array.from({ length: trailers.count }, (_, i) => trailers.line(i)).join(\'\');' },
  { what: 'spellings: a field may take the variable of another', through: ['uwsgi', 'fastcgi'], file: 'core/cgi/variables.ts', from: 'if (!hasOwnVariable(name)) continue;', to: '' },
  { what: 'doubles: a client\'s field joins what was told', through: ['uwsgi', 'fastcgi'], file: 'core/cgi/variables.ts', from: 'if (reserved.has(variable) || variables.has(variable)) continue;', to: 'if (variable === \'HTTP_HTTPS\' || variable === \'HTTP_SCRIPT_FILENAME\') { variables.set(variable.slice(5), fields.value(i)); continue; }' },
  { what: 'a body\'s length is the client\'s word', through: ['uwsgi', 'fastcgi'], file: 'core/cgi/variables.ts', from: "variables.set('CONTENT_LENGTH', String(contentLength));", to: "variables.set('CONTENT_LENGTH', String(head.length));" },
  // What the lines go over
  { what: 'a unix socket is taken for a port', through: ['unix'], file: 'front/upstream/dial.ts', from: 'address: addresses[index]!,', to: "address: { kind: 'ip', host: '127.0.0.1', port: 80 }," },
  { what: 'an app that speaks TLS is asked in the clear', through: ['https'], file: 'front/upstream/dial.ts', from: '...(tls && { tls: tls.connect }),', to: '' },
  { what: 'the certificate of an app is not checked', through: ['https'], file: 'front/upstream/app-tls.ts', from: 'verify: tls?.insecure !== true', to: 'verify: false' },
  { what: 'no PROXY header', through: ['proxy-v1', 'proxy-v2'], file: 'front/upstream/dial.ts', from: '...(this.#prelude !== undefined && { prelude: this.#prelude }),', to: '' },
  { what: 'the PROXY header names the front itself', through: ['proxy-v1', 'proxy-v2'], file: proxy, from: 'source: { address: truth.client,', to: "source: { address: '127.0.0.1'," },
  { what: 'a PROXY header of version 2 always says TLS', through: ['proxy-v2'], file: proxy, from: "secure: truth.scheme === 'https',", to: 'secure: true,' },
  { what: 'a connection behind a PROXY header is lent to another client', through: ['proxy-v1', 'proxy-v2'], file: pool, from: "const idle = taker === 'front' ? this.#idle : taker.down.ownConnections.of(this, header);", to: 'const idle = this.#idle;' },
];
