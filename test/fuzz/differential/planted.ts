// Leniencies that proxies have had, planted in the front one by one: a fuzzer that misses one of them looks at the wrong thing. Run by `npm run fuzz -- --planted`.
import type { CarrierKind } from './carriers.ts';
import { PLANTED_FASTCGI } from './planted-fastcgi.ts';
import { PLANTED_NAMES } from './planted-names.ts';

const scanner = 'core/http1/field-scanner.ts';
const line = 'core/http1/request-line.ts';
const framing = 'core/http1/framing.ts';
const chunked = 'core/http1/chunked-reader.ts';
const head = 'core/http1/request-head.ts';
const plain = 'core/http1/plain-readers.ts';

/** `through`: to be found in names that go through each of these carriers alone. */
export interface Planted { readonly what: string; readonly file: string; readonly from: string; readonly to: string; readonly through?: readonly CarrierKind[] }

export const PLANTED: readonly Planted[] = [
  // A line that others end elsewhere
  { what: 'a bare LF ends a field line', file: scanner, from: "      if (bytes[at] !== CR) return this.#badValue(bytes, lineStart, nameEnd, at);\n      if (at + 1 >= end) return MORE;\n      if (bytes[at + 1] !== LF) return this.#bareCr(bytes[at + 1]!);", to: "      const bare = bytes[at] === 0x0a;\n      if (bytes[at] !== CR && !bare) return this.#badValue(bytes, lineStart, nameEnd, at);\n      if (bare) at--;\n      else if (at + 1 >= end) return MORE;\n      else if (bytes[at + 1] !== LF) return this.#bareCr(bytes[at + 1]!);" },
  { what: 'a bare CR is a character of a value', file: scanner, from: 'if (bytes[at] !== CR) return this.#badValue(bytes, lineStart, nameEnd, at);', to: 'while (at + 1 < end && bytes[at] === CR && bytes[at + 1] !== LF) at = afterRun(bytes, at + 1, end, VALUE);\n      if (at >= end) return MORE;\n      if (bytes[at] !== CR) return this.#badValue(bytes, lineStart, nameEnd, at);' },
  { what: 'white space before the colon', file: scanner, from: 'if (bytes[at] !== COLON || at === lineStart) {', to: 'const gap = at;\n      while (at > lineStart && at < end && (bytes[at] === SP || bytes[at] === HTAB)) at++;\n      if (bytes[at] !== COLON) at = gap;\n      if (bytes[at] !== COLON || at === lineStart) {' },
  { what: 'a NUL is a character of a value', file: 'core/http1/chars.ts', from: '  table[HTAB]! |= VALUE;', to: '  table[HTAB]! |= VALUE; table[0]! |= VALUE;' },
  { what: 'a fragment in a target', file: 'core/http1/chars.ts', from: 'for (let byte = 0x21; byte < 0x100; byte++) if (byte !== 0x7f && byte !== 0x23)', to: 'for (let byte = 0x21; byte < 0x100; byte++) if (byte !== 0x7f)' },
  { what: 'a space behind the version', file: line, from: "if (bytes[digit + 1] !== CR) return this.#badVersion(bytes, start, digit + 1);", to: "if (bytes[digit + 1] === 0x20) return digit + 4;\n    if (bytes[digit + 1] !== CR) return this.#badVersion(bytes, start, digit + 1);" },
  { what: '"*" for every method', file: line, from: "if (method === 'OPTIONS' || method === 'PRI') return true;", to: 'return true;' },
  // The end of a body
  { what: 'the first of several Content-Lengths counts', file: framing, from: "if (lengths > 1) return new Fault('repeated-content-length', `${lengths} lines.`);", to: '' },
  { what: 'Content-Length beside chunked is ignored', file: framing, from: "if (lengths > 0) return new Fault('length-and-coding', 'One of the two hides a second message from somebody (RFC 9112 §6.1).');", to: '' },
  { what: 'a list of equal lengths', file: framing, from: "  if (text.length === 0 || text.length > 16) return -1;", to: "  text = text.split(',')[0]!;\n  if (text.length === 0 || text.length > 16) return -1;" },
  { what: 'a sign before a length', file: framing, from: "  if (text.length === 0 || text.length > 16) return -1;", to: "  text = text.replace('+', '');\n  if (text.length === 0 || text.length > 16) return -1;" },
  { what: 'an empty Content-Length is 0', file: framing, from: 'if (text.length === 0 || text.length > 16) return -1;', to: 'if (text.length > 16) return -1;' },
  { what: 'a coding that ends in chunked', file: framing, from: "if (!sameIgnoringCase(scanner.value(Name.TRANSFER_ENCODING), 'chunked')) return", to: "if (!scanner.value(Name.TRANSFER_ENCODING).toLowerCase().endsWith('chunked')) return" },
  { what: 'an unknown coding is none', file: framing, from: "if (!sameIgnoringCase(scanner.value(Name.TRANSFER_ENCODING), 'chunked')) return new Fault('bad-transfer-coding', 'The value is not \"chunked\" alone.');", to: "if (!sameIgnoringCase(scanner.value(Name.TRANSFER_ENCODING), 'chunked')) return UNANNOUNCED;" },
  { what: 'Transfer-Encoding in HTTP/1.0', file: framing, from: "if (minor === 0) return new Fault('bad-transfer-coding', 'HTTP/1.0 has no transfer codings (RFC 9112 §6.1).');", to: '' },
  { what: 'two Transfer-Encodings', file: framing, from: 'if (codings > 1) return new Fault(\'bad-transfer-coding\', `${codings} Transfer-Encoding lines.`);', to: '' },
  { what: 'anything after a chunk size', file: chunked, from: 'else return this.#bad(`${byteName(byte)} in or after a chunk size.`);', to: 'else return true;' },
  { what: 'an LF ends the line of a chunk size', file: chunked, from: 'if (byte === CR) this.#state = SIZE_LF;\n    else if', to: "if (byte === LF) { this.#state = this.#left === 0 ? TRAILERS : CONTENT; this.#digits = 0; return true; }\n    if (byte === CR) this.#state = SIZE_LF;\n    else if" },
  { what: 'an LF in a chunk extension', file: chunked, from: 'if ((CLASS[byte]! & VALUE) === 0) return', to: 'if ((CLASS[byte]! & VALUE) === 0 && byte !== LF) return' },
  { what: 'a chunk size wraps at 2^32', file: chunked, from: 'this.#left = this.#left * 16 + hexValue(byte);', to: 'this.#left = (this.#left * 16 + hexValue(byte)) % 4294967296;' },
  { what: 'no CRLF needed after the content of a chunk', file: chunked, from: 'if (byte !== CR) return this.#bad(`After the content of a chunk came ${byteName(byte)}, not CRLF.`);', to: '' },
  { what: 'a GET has no body, whatever it says', file: head, from: "framing: announced === UNANNOUNCED ? 'none' : announced === CHUNKED ? 'chunked' : 'length',\n    length: announced > 0 ? announced : 0,", to: "framing: announced === UNANNOUNCED || method === 'GET' ? 'none' : announced === CHUNKED ? 'chunked' : 'length',\n    length: announced > 0 && method !== 'GET' ? announced : 0," },
  { what: 'a byte of a body is taken for the next request', file: plain, from: 'get done(): boolean { return this.#left === 0; }', to: 'get done(): boolean { return this.#left <= 1; }' },
  { what: 'framing fields in trailers', file: 'core/http1/trailer-reader.ts', from: "if (scanner.count[Name.CONTENT_LENGTH] !== 0) this.problem = 'Content-Length is not allowed there.';\n    else ", to: '' },
  { what: 'reading goes on after Connection: close', file: head, from: 'keepAlive: !connection.close && (minor === 1', to: 'keepAlive: (minor === 1' },
  // Who is asked, and what is told
  { what: 'the first of two Hosts counts', file: head, from: 'if (count !== 1) {', to: 'if (count === 0) {' },
  { what: 'the target may name another host', file: head, from: "if (hostAndPort(host, line.defaultPort) === hostAndPort(line.authority, line.defaultPort)) return undefined;", to: 'return undefined;' },
  { what: 'userinfo in a target', file: line, from: 'const authorityStart = start + schemeLength;', to: 'const userinfo = bytes.subarray(start, end).indexOf(0x40);\n    const authorityStart = userinfo >= 0 ? start + userinfo + 1 : start + schemeLength;' },
  { what: 'Upgrade to anything', file: 'core/http1/connection.ts', from: "return scanner.count[Name.UPGRADE] === 1 && sameIgnoringCase(scanner.value(Name.UPGRADE), 'websocket');", to: 'return scanner.count[Name.UPGRADE] === 1;' },
  { what: 'names with _ pass', file: 'core/contract/classify.ts', from: "if (lower.includes('_') || lower.includes('.')) return", to: "if (lower.includes('.')) return" },
  { what: 'other spellings of the family pass', file: 'core/contract/family.ts', from: 'return familyEntry(folded)?.reason;', to: "return folded.startsWith('x-forwarded-s') ? undefined : familyEntry(folded)?.reason;" },
  { what: 'trailers pass as they are', file: 'core/contract/keep.ts', from: 'if (fields.code[i] === Name.OTHER && !NEVER_TRAILERS', to: 'if (!NEVER_TRAILERS' },
  { what: 'a field may be nominated away', file: 'core/contract/keep.ts', from: 'return nominated.has(lower) && !NEVER_NOMINATED.has(lower);', to: 'return nominated.has(lower);' },
  { what: 'nominations are not looked at', file: 'core/contract/keep.ts', from: 'return nominated.has(lower) && !NEVER_NOMINATED.has(lower);', to: 'return false;' },
  { what: 'HTTP_ variables for names of the server', file: 'core/cgi/variables.ts', from: 'const reserved = new Set([...NEVER_FROM_FIELDS, ', to: 'const reserved = new Set([' },
  // Answers
  { what: 'an app\'s connection is kept though bytes came behind its answer', file: 'front/upstream/connection.ts', from: 'if (this.#keepAlive && this.#requestWhole && !more && ', to: 'if (this.#keepAlive && this.#requestWhole && ' },
  { what: 'a cut answer is ended', file: 'front/exchange/exchange-answer.ts', from: '    this.#end();\n    this.down.cut();', to: "    this.#end();\n    this.down.finish('');" },
  { what: 'a cut answer to HTTP/1.0 ends in order', file: 'front/downstream/http1.ts', from: 'if (this.#line.writer.endsWithConnection) { this.#line.wire.reset(); return; }', to: '' },
  { what: 'a 101 that nobody asked for', file: 'front/upstream/connection.ts', from: 'if (!this.#maySwitch || !head.websocket) {', to: 'if (!head.websocket) {' },
  { what: '204 may have a body', file: 'core/http1/answer-head.ts', from: 'return status < 200 || status === 204;', to: 'return status < 200;' },
  { what: 'HEAD may have a body', file: 'core/http1/answer-head.ts', from: "if (method === 'HEAD' || hasNoContent", to: 'if (hasNoContent' },
  { what: 'a tab for the space in a status line', file: 'core/http1/answer-head.ts', from: "if (bytes[at] !== SP) return problem(`After the version", to: "if (bytes[at] !== SP && bytes[at] !== 0x09) return problem(`After the version" },
  ...PLANTED_FASTCGI,
  ...PLANTED_NAMES,
];
