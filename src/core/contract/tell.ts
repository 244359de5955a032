/** Telling an app the truth: what is written into a request's head after everything of the family has been removed. */
import { STANDARD_NAMES } from '../http1/names.ts';
import { trim } from './address.ts';
import { ContractError } from './contract-error.ts';
import { fold } from './family.ts';
import { PROFILES, type ProfileName, type Tell } from './profiles.ts';
import { asksCertificate, CERTIFICATE_WORDS, createWriter, cut, isWord, lacksCertificate, render, type Template } from './tell-template.ts';
import type { Scheme, Truth } from './truth.ts';

export interface Teller {
  /** Every name it may write, so that a client's copies can be removed (the classifier's `tellNames`). */
  readonly names: readonly string[];
  /** Field lines for HTTP/1, each with its CRLF; each name once. */
  lines(truth: Truth): string;
  /** The same as pairs, for carriers that have no lines (uwsgi, FastCGI, HTTP/2). */
  pairs(truth: Truth): [name: string, value: string][];
}

/** In which a front proves to an app that it is its own. */
export const SECRET_HEADER = 'Sallyport-Secret';

interface Compiled {
  readonly name: string;
  readonly template: Template;
  /** Has no word in it: written on https requests only. */
  readonly constant: boolean;
}

/** The words a person may use; the others are for profiles. */
const OFFERED: ReadonlySet<string> = new Set(['{scheme}', '{on}', '{client}', '{host}', '{port}', ...CERTIFICATE_WORDS]);
const OFFERED_TEXT = '{scheme} {on} {client} {host} {port}';

/**
 * Compiles a profile and a person's own headers. One of the person's own that folds onto a name of the profile takes
 * its place, so that no name has two values. `secret` is told with every request, by which an app believes the rest.
 *
 * @throws ContractError naming the wrong entry: an unknown profile, a name that is no token or that has a meaning of
 * its own (Host, framing, hop-by-hop, Content-Type …), two entries for one name, an unknown `{word}`, a character that
 * would end or break the line.
 */
export function compileTeller(profile: ProfileName, tells: readonly Tell[] = [], secret?: string): Teller {
  if (!Object.hasOwn(PROFILES, profile)) {
    throw new ContractError('speaks', profile, `There is no profile "${String(profile)}": expected one of ${Object.keys(PROFILES).join(', ')}.`);
  }
  const own = new Map<string, Tell>();
  for (const tell of tells) {
    checkTell(tell);
    const folded = fold(tell.name);
    const other = own.get(folded);
    if (other !== undefined) throw wrong(tell, `it names the same header as "${other.name}: ${other.value}" (apps cannot tell the two names apart); keep one of them`);
    own.set(folded, tell);
  }
  const all = [...PROFILES[profile].filter((tell) => !own.has(fold(tell.name))), ...own.values()].map(compile);
  if (secret !== undefined) all.push({ name: SECRET_HEADER, template: [secret], constant: false }); // on http too: there it proves the http
  const on = { https: all, http: all.filter((tell) => !tell.constant) };
  const writeHttps = createWriter(linesOf(on.https.filter(isPlain)), 'https');
  const writeHttp = createWriter(linesOf(on.http.filter(isPlain)), 'http');
  const ofCertificate = all.filter((tell) => !isPlain(tell));
  const plain = (truth: Truth): string => (truth.scheme === 'https' ? writeHttps(truth) : writeHttp(truth));
  return {
    names: all.map((tell) => tell.name),
    lines: ofCertificate.length === 0 ? plain : (truth) => plain(truth) + certificateLines(ofCertificate, truth),
    pairs: (truth) => on[truth.scheme satisfies Scheme].filter(({ template }) => !lacksCertificate(template, truth)).map(({ name, template }) => [name, render(template, truth)]),
  };
}

function compile({ name, value }: Tell): Compiled {
  const template = cut(value);
  return { name, template, constant: !template.some(isWord) };
}

/** Says nothing of a client's certificate, so that all requests of a host are nearly alike. */
const isPlain = ({ template }: Compiled): boolean => !asksCertificate(template);

function certificateLines(tells: readonly Compiled[], truth: Truth): string {
  let lines = '';
  for (const { name, template } of tells) if (!lacksCertificate(template, truth)) lines += `${name}: ${render(template, truth)}\r\n`;
  return lines;
}

/** Whether a value says something of the client's certificate. */
export const tellsCertificate = (value: string): boolean => asksCertificate(cut(value));

const linesOf = (tells: readonly Compiled[]): Template => tells.flatMap(({ name, template }) => [`${name}: `, ...template, '\r\n']);

/**
 * Reads a flag's `'Name: value'`.
 * @throws ContractError as {@link compileTeller} does, and where there is no colon or no value.
 */
export function parseTell(text: string): Tell {
  const colon = text.indexOf(':');
  if (colon < 0) throw new ContractError('tell', text, `tell "${text}": expected a header name, a colon and a value, such as 'X-Forwarded-Proto: {scheme}'.`);
  const tell = { name: text.slice(0, colon).trim(), value: trim(text.slice(colon + 1)) };
  checkTell(tell);
  return tell;
}

function checkTell(tell: Tell): void {
  const { name, value } = tell;
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) throw wrong(tell, `"${name}" is not a header name; expected one run of letters, digits and "-"`);
  if (fold(name) === fold(SECRET_HEADER)) throw wrong(tell, 'that header carries the secret of --secret-file and nothing else; use that, or another name');
  if (STANDARD_NAMES.has(fold(name))) throw wrong(tell, `${name} has a meaning of its own in HTTP and cannot carry the truth; choose another name, such as X-Forwarded-Proto`);
  if (value === '') throw wrong(tell, `there is no value; expected text or ${OFFERED_TEXT}`);
  if (/[^\t\x20-\x7e]/.test(value)) throw wrong(tell, 'the value has a line break, a control character or a letter outside ASCII; servers read those in different ways, so write plain text');
  if (value !== value.trim()) throw wrong(tell, 'the value begins or ends with white space, which HTTP takes off; leave it out');
  for (const part of cut(value)) {
    if (/^\{[A-Za-z][\w-]*\}$/.test(part) && !OFFERED.has(part)) throw wrong(tell, `there is no ${part}; expected ${OFFERED_TEXT}`);
  }
}

function wrong(tell: Tell, why: string): ContractError {
  const entry = `${tell.name}: ${tell.value}`;
  return new ContractError('tell', entry, `tell '${entry}': ${why}.`);
}
