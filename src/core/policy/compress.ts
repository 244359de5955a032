/** Which answers are compressed for whom, and what becomes of their field lines. */
import type { RequestHead } from '../http1/heads.ts';
import type { BodyPlan } from '../http1/write-head.ts';
import { acceptedCodings, type Coding } from './codings.ts';
import { filterLines } from './field-changes.ts';

/** What an operator allows. */
export interface CompressRules {
  /** In the order that counts where a client has none. */
  readonly codings: readonly Coding[];
  /** Media types, lower case; `*` stands for any run of characters: `text/*`, `application/*+json`. */
  readonly types: readonly string[];
  /** Bytes: an answer that announces less stays as it is. */
  readonly minLength: number;
  /** Answers that set a cookie too. */
  readonly cookies: boolean;
}

/** Text, and what else is worth the work: formats that are not compressed in themselves. */
export const COMPRESSIBLE: readonly string[] = [
  'text/*', 'application/json', 'application/*+json', 'application/x-ndjson', 'application/javascript', 'application/x-javascript',
  'application/xml', 'application/*+xml', 'application/wasm', 'application/rtf', 'application/vnd.ms-fontobject',
  'font/ttf', 'font/otf', 'font/collection', 'image/svg+xml', 'image/bmp', 'image/x-icon', 'image/vnd.microsoft.icon',
];

/** A final answer that is about to be sent. */
export interface Compressible {
  readonly status: number;
  /** Each with its CRLF. */
  readonly lines: string;
  readonly body: BodyPlan;
}

export interface Compressed {
  /** The field lines to send. */
  readonly lines: string;
  /** The coding that the content gets; undefined: it stays as it is. */
  readonly coding: Coding | undefined;
}

/** `may`: there is room for one more to be compressed. */
export type Compress = (request: RequestHead, answer: Compressible, may: boolean) => Compressed;

/** Compiles the rules of a route. */
export function createCompress(rules: CompressRules): Compress {
  const types = matcher(rules.types);
  return (request, answer, may) => {
    const facts = readFacts(answer.lines);
    const length = answer.body.framing === 'length' ? answer.body.length : facts.length;
    const { lines } = answer;
    if (answer.status === 304) return { lines: notModified(request, lines, facts, types), coding: undefined };
    if (!mayChange(answer, facts, request.method) || (facts.setsCookie && !rules.cookies)) return { lines, coding: undefined };
    const { codings: [best], plain } = acceptedCodings(request.fields.all('accept-encoding'), rules.codings);
    const worthIt = types(facts.type) && !(length >= 0 && length < rules.minLength);
    // Whoever refuses an answer as it is gets any that may be changed in a coding (RFC 9110 §12.5.3).
    if (!worthIt && (plain || best === undefined)) return { lines, coding: undefined };
    // A part of an answer is one of the answer as it is (RFC 9110 §14.2); HTTP/1.0 knows neither chunks nor much of codings (nginx's gzip_http_version).
    const coding = answer.status === 206 || request.minor === 0 || !may || asksForNoTransform(request) ? undefined : best;
    return { lines: changed(lines, facts, coding), coding };
  };
}

/** What the field lines say, as far as it matters here. */
interface Facts {
  /** Without parameters, lower case; '' where none is said. */
  type: string;
  /** As announced (to HEAD), or -1. */
  length: number;
  setsCookie: boolean;
  /** It has a coding already, is not to be transformed, or carries a digest or a signature of its bytes. */
  fixed: boolean;
  etag: string;
  vary: string[];
}

function readFacts(lines: string): Facts {
  const facts: Facts = { type: '', length: -1, setsCookie: false, fixed: false, etag: '', vary: [] };
  for (let at = 0; at < lines.length;) {
    const end = lines.indexOf('\r\n', at);
    const colon = lines.indexOf(':', at);
    note(facts, lines.slice(at, colon).toLowerCase(), lines.slice(colon + 1, end).trim());
    at = end + 2;
  }
  return facts;
}

function note(facts: Facts, name: string, value: string): void {
  switch (name) {
    case 'content-type': facts.type = value.split(';', 1)[0]!.trim().toLowerCase(); break;
    case 'content-length': facts.length = Number(value); break;
    case 'set-cookie': facts.setsCookie = true; break;
    case 'etag': facts.etag = value; break;
    case 'vary': facts.vary.push(value); break;
    case 'content-encoding': if (value.toLowerCase() !== 'identity') facts.fixed = true; break;
    case 'cache-control': if (noTransform(value)) facts.fixed = true; break;
    // Of the content in its coding (RFC 9530 §2, §3; RFC 9421): another one would make them wrong.
    case 'content-digest': case 'repr-digest': case 'digest': case 'content-md5': case 'signature': facts.fixed = true;
  }
}

/** RFC 9111 §5.2.2.6; as a directive of its own, not inside another's quoted text. */
const noTransform = (cacheControl: string): boolean => /(?:^|,)\s*no-transform\s*(?:,|$)/i.test(cacheControl.replace(/"[^"]*"/g, '""'));

/** RFC 9111 §5.2.1.6. */
const asksForNoTransform = ({ fields }: RequestHead): boolean => fields.all('cache-control').some(noTransform);

function mayChange({ status, body }: Compressible, { fixed, type }: Facts, method: string): boolean {
  if (fixed || status < 200 || status === 204 || status === 205) return false;
  if (type === 'text/event-stream') return false; // each event has to leave at once, and there may be none for hours
  return body.framing === 'length' ? body.length > 0 : body.framing !== 'none' || method === 'HEAD';
}

/** A range would be one of bytes that nobody has, and the length is not known before the end. */
const OF_THE_BYTES = ['content-length', 'content-encoding', 'accept-ranges'];

/** The lines of an answer that is compressed for some: in this coding, or for this client as it is. */
function changed(lines: string, { vary, etag }: Facts, coding: Coding | undefined): string {
  const listed = vary.some((value) => /(?:^|,)\s*(?:\*|accept-encoding)\s*(?:,|$)/i.test(value));
  const more = listed ? '' : 'Vary: Accept-Encoding\r\n';
  if (coding === undefined) return lines + more;
  const strong = etag.startsWith('"');
  const kept = without(lines, strong ? [...OF_THE_BYTES, 'etag'] : OF_THE_BYTES);
  // Other bytes of the same meaning: the tag is no longer that of bytes (RFC 9110 §8.8.1).
  return kept + (strong ? `ETag: W/${etag}\r\n` : '') + `Content-Encoding: ${coding}\r\n` + more;
}

/** A 304 says what the 200 would have said (RFC 9110 §15.4.5): of a client that has the weakened tag, that one. */
function notModified(request: RequestHead, lines: string, facts: Facts, types: (type: string) => boolean): string {
  if (facts.fixed || (facts.type !== '' && !types(facts.type))) return lines;
  const has = facts.etag.startsWith('"') && request.fields.all('if-none-match').some((list) => list.includes(`W/${facts.etag}`));
  const said = has ? `${without(lines, ['etag', 'content-length'])}ETag: W/${facts.etag}\r\n` : lines;
  return changed(said, facts, undefined);
}

const without = (lines: string, names: readonly string[]): string => filterLines(lines, (name) => !names.includes(name.toLowerCase()));

function matcher(patterns: readonly string[]): (type: string) => boolean {
  const pattern = new RegExp(`^(?:${patterns.map((one) => one.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')).join('|')})$`);
  const known = new Map<string, boolean>(); // an app has few types; those that it invents are not kept for ever
  return (type) => {
    let fits = known.get(type);
    if (fits === undefined) {
      if (known.size >= 256) known.clear();
      known.set(type, fits = pattern.test(type));
    }
    return fits;
  };
}
