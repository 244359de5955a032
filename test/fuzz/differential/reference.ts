/**
 * Messages read by their grammar alone (RFC 9110, RFC 9112) and by what SECURITY.md says is refused. It shares nothing with
 * `src`, knows no state and no pieces: the whole text lies there, and one expression after the other has to fit.
 */

export interface Message {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly trailers: readonly (readonly [name: string, value: string])[];
  /** Where the next one begins. */
  readonly end: number;
}

export interface RequestRead extends Message {
  readonly method: string;
  /** Origin-form or `*`. */
  readonly target: string;
  readonly host: string;
  readonly minor: number;
  readonly framing: 'none' | 'length' | 'chunked';
  readonly keepAlive: boolean;
  readonly websocket: boolean;
}

/** `bad`: to be refused as soon as it is seen; `more`: good as far as it goes, and not all there. Of both: how far the head reached, if it was good. */
export interface Not { readonly not: 'bad' | 'more'; readonly head: boolean; /** Its Content-Length is more than the limit that was given. */ readonly large?: true }

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const LINE = new RegExp(`(?:\\r\\n)?(${TOKEN}) ([\\x21\\x22\\x24-\\x7e\\x80-\\xff]+) HTTP/1\\.([01])\\r\\n`, 'y'); // one empty line before it: RFC 9112 §2.2
const STATUS = /HTTP\/1\.([01]) ([1-5][0-9][0-9])(?: ([\t\x20-\x7e\x80-\xff]*))?\r\n/y;
const FIELD = new RegExp(`(${TOKEN}):[ \\t]*([\\t\\x20-\\x7e\\x80-\\xff]*?)[ \\t]*\\r\\n`, 'y');
const SIZE = new RegExp(`([0-9A-Fa-f]{1,16})((?:;[ \\t]*${TOKEN}[^;"\\x00-\\x08\\x0a-\\x1f\\x7f]*(?:"(?:[^"\\\\\\x00-\\x08\\x0a-\\x1f\\x7f]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"[^;"\\x00-\\x08\\x0a-\\x1f\\x7f]*)*)*)\\r\\n`, 'y'); // RFC 9112 §7.1, §7.1.1
const LABELS = '[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*\\.?';
const PORT = '(?::([1-9][0-9]{0,4}))?';
const NAMED = new RegExp(`^${LABELS}${PORT}$`);
const BRACKETED = new RegExp(`^\\[([0-9A-Fa-f:.]+)\\]${PORT}$`);
export const LIST = new RegExp(`^(?:[ \\t]*(?:${TOKEN})?[ \\t]*(?:,|$))*$`);

const MOST_HEAD = 65_536;

function at<T extends RegExp>(expression: T, text: string, from: number): RegExpExecArray | null {
  expression.lastIndex = from;
  return expression.exec(text);
}

export const valuesOf = (fields: Message['fields'], name: string): string[] => fields.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value);
export const options = (fields: Message['fields']): string[] => valuesOf(fields, 'connection').flatMap((value) => value.toLowerCase().split(',').map((option) => option.replace(/^[ \t]+|[ \t]+$/g, ''))).filter((option) => option !== '');

/** Field lines up to the empty one; the position behind it, -1 where they are not well-formed or not all there. */
export function section(text: string, from: number, most: number): { fields: [string, string][]; end: number } {
  const fields: [string, string][] = [];
  let end = from;
  while (!text.startsWith('\r\n', end)) {
    const found = at(FIELD, text, end);
    if (found === null || fields.length === most) return { fields, end: -1 };
    fields.push([found[1]!, found[2]!]);
    end = FIELD.lastIndex;
  }
  return { fields, end: end + 2 };
}

/** An IPv6 address by its grammar (RFC 3986 §3.2.2). */
function isIPv6(text: string): boolean {
  const v4 = /(?:^|:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (v4 !== null && !v4.slice(1).every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return false;
  const plain = v4 === null ? text : `${text.slice(0, v4.index + (v4[0].startsWith(':') ? 1 : 0))}0:0`;
  if (/\./.test(plain)) return false;
  const halves = plain.split('::');
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  return groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group)) && (halves.length === 2 ? groups.length <= 7 : halves.length === 1 && groups.length === 8);
}

function isHost(text: string): boolean {
  const found = NAMED.exec(text) ?? BRACKETED.exec(text);
  if (found === null || text.length > 260) return false;
  const port = text.startsWith('[') ? found[2] : found[1];
  return (port === undefined || Number(port) < 65_536) && (!text.startsWith('[') || isIPv6(found[1]!));
}

const withPort = (host: string, port: string): string => (/:\d+$/.test(host.replace(/^\[.*\]/, '')) ? host : `${host}:${port}`).toLowerCase();

/** Origin-form of the target, and whether it agrees with Host; undefined where the form is not one that the method may have (RFC 9112 §3.2). */
function originForm(method: string, target: string, host: string): string | undefined {
  if (target.startsWith('/')) return target;
  if (target === '*') return method === 'OPTIONS' ? '*' : undefined;
  const found = /^(https?):\/\/([^/?]*)(.*)$/is.exec(target);
  if (found === null) return undefined;
  const [, scheme = '', authority = '', rest = ''] = found;
  const port = scheme.toLowerCase() === 'https' ? '443' : '80';
  if (!isHost(authority) || withPort(authority, port) !== withPort(host, port)) return undefined;
  return rest === '' ? (method === 'OPTIONS' ? '*' : '/') : rest.startsWith('/') ? rest : `/${rest}`;
}

/** What the fields say of the body: its length, `chunked`, undefined for nothing, `bad`. */
export function announced(fields: Message['fields'], minor: number): number | 'chunked' | 'bad' | undefined {
  const lengths = valuesOf(fields, 'content-length');
  const codings = valuesOf(fields, 'transfer-encoding');
  if (lengths.length + codings.length === 0) return undefined;
  if (lengths.length + codings.length > 1) return 'bad';
  if (codings.length === 1) return minor === 1 && /^chunked$/i.test(codings[0]!) ? 'chunked' : 'bad';
  return /^[0-9]{1,16}$/.test(lengths[0]!) && BigInt(lengths[0]!) < 2n ** 53n ? Number(lengths[0]) : 'bad';
}

interface Body { readonly body: string; readonly trailers: [string, string][]; readonly end: number }

function chunked(text: string, from: number): Body | 'bad' | 'more' {
  let body = '';
  for (let position = from; ;) {
    const line = at(SIZE, text, position);
    if (line === null || line[2]!.length > 256) return 'bad'; // RFC 9112 §7.1.1 asks for a limit
    const size = Number.parseInt(line[1]!, 16);
    if (size > Number.MAX_SAFE_INTEGER) return 'bad';
    position = SIZE.lastIndex;
    if (size === 0) {
      const { fields: trailers, end } = section(text, position, 50);
      if (end < 0 || end - position > 8192 || trailers.some(([name]) => /^(?:content-length|transfer-encoding|host)$/i.test(name))) return 'bad';
      return { body, trailers, end };
    }
    if (position + size + 2 > text.length) return 'more';
    body += text.slice(position, position + size);
    if (!text.startsWith('\r\n', position + size)) return 'bad';
    position += size + 2;
  }
}

function bodyOf(text: string, from: number, length: number | 'chunked' | undefined): Body | 'bad' | 'more' {
  if (length === 'chunked') return chunked(text, from);
  const end = from + (length ?? 0);
  return end > text.length ? 'more' : { body: text.slice(from, end), trailers: [], end };
}

/** The request that begins at `from`. What is cut short of a chunked body counts as bad here: neither may be told to an app as whole. */
export function readRequest(text: string, from: number, mostBody: number): RequestRead | Not {
  const bad: Not = { not: 'bad', head: false };
  const line = at(LINE, text, from);
  if (line === null || line[1]!.length > 64 || line[2]!.length > 16_384 || line[1] === 'CONNECT') return bad;
  const [, method = '', target = ''] = line;
  const minor = Number(line[3]);
  const { fields, end } = section(text, LINE.lastIndex, 200);
  if (end < 0 || end - from > MOST_HEAD) return bad;
  const hosts = valuesOf(fields, 'host');
  if (hosts.length !== 1 || !isHost(hosts[0]!)) return bad;
  const origin = originForm(method, target, hosts[0]!);
  const length = announced(fields, minor);
  if (origin === undefined || length === 'bad') return bad;
  const connection = valuesOf(fields, 'connection');
  const said = options(fields);
  if (connection.some((value) => !LIST.test(value)) || said.length > 64) return bad;
  const expected = minor === 1 ? valuesOf(fields, 'expect') : [];
  if (expected.length > 1 || (expected.length === 1 && !/^100-continue$/i.test(expected[0]!))) return bad;
  if (typeof length === 'number' && length > mostBody) return { not: 'bad', head: true, large: true };
  const body = bodyOf(text, end, length);
  if (typeof body === 'string') return { not: body, head: true };
  if (body.body.length > mostBody) return { not: 'bad', head: true };
  const upgrades = valuesOf(fields, 'upgrade');
  return {
    method, target: origin, host: hosts[0]!, minor, fields, ...body,
    framing: length === undefined ? 'none' : length === 'chunked' ? 'chunked' : 'length',
    keepAlive: !said.includes('close') && (minor === 1 || said.includes('keep-alive')),
    websocket: method === 'GET' && minor === 1 && (length === undefined || length === 0) && said.includes('upgrade') && upgrades.length === 1 && /^websocket$/i.test(upgrades[0]!),
  };
}

export interface AnswerRead extends Message {
  readonly status: number;
  readonly reason: string;
  readonly interim: readonly number[];
  /** `waiting`: it ends with the connection, which has not ended in order. `loose`: see `readFastCgiAnswer`. */
  readonly state: 'whole' | 'waiting' | 'loose';
  readonly length: number | 'chunked' | undefined;
}

/** The answer to one request. `ended`: the connection ended in order behind the text. `bad`: to be told as a failure; its `head`: after the final head. */
export function readAnswer(text: string, method: string, ended: boolean): AnswerRead | Not {
  const interim: number[] = [];
  for (let from = 0; ;) {
    const line = at(STATUS, text, from);
    if (line === null) return { not: 'bad', head: false };
    const status = Number(line[2]);
    const minor = Number(line[1]);
    const { fields, end } = section(text, STATUS.lastIndex, 400);
    const length = announced(fields, minor);
    if (end < 0 || end - from > MOST_HEAD || length === 'bad' || valuesOf(fields, 'connection').some((value) => !LIST.test(value)) || options(fields).length > 64 || status === 101) return { not: 'bad', head: false };
    if (status < 200) { interim.push(status); from = end; continue; }
    const whole = { status, reason: line[3] ?? '', interim, fields, length };
    if (method === 'HEAD' || status === 204 || status === 304) return { ...whole, body: '', trailers: [], end, state: 'whole' };
    if (length === undefined) return { ...whole, body: text.slice(end), trailers: [], end: text.length, state: ended ? 'whole' : 'waiting' };
    const body = bodyOf(text, end, length);
    if (typeof body === 'object') return { ...whole, ...body, state: 'whole' };
    return { not: body, head: true };
  }
}
