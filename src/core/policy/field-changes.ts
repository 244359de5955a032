import { familyReason, fold } from '../contract/family.ts';
import { Name, STANDARD_NAMES } from '../http1/names.ts';

export interface FieldLine {
  readonly name: string;
  readonly value: string;
}

/** What an operator changes in the field lines of a message. No name is in two of them. */
export interface FieldChanges {
  /** In the place of every line of that name. */
  readonly set: readonly FieldLine[];
  /** Beside the lines of that name. */
  readonly add: readonly FieldLine[];
  readonly remove: readonly string[];
}

/** Field lines (each with its CRLF) changed. */
export interface ChangeFields {
  /** For a message of somebody else's. */
  change(lines: string): string;
  /** For a message of the front's own: its lines stay, what it has not is added. */
  complete(lines: string): string;
  /** Takes off what is set or removed, and adds nothing: for trailers, which some servers merge into the header section. */
  drop(lines: string): string;
}

/** Compiles changes. Names are the same if they fold alike: a client's `X!Token` is no way around `X-Token`. */
export function compileChanges({ set, add, remove }: FieldChanges): ChangeFields {
  const gone = new Set([...set.map(({ name }) => fold(name)), ...remove.map(fold)]);
  const ours = [...set, ...add].map((field) => ({ name: fold(field.name), line: `${field.name}: ${field.value}\r\n` }));
  const all = ours.map(({ line }) => line).join('');
  const drop = (lines: string): string => (gone.size === 0 ? lines : filterLines(lines, (name) => !gone.has(fold(name))));
  return {
    drop,
    change: (lines) => drop(lines) + all,
    complete: (lines) => {
      const there = new Set<string>();
      filterLines(lines, (name) => there.add(fold(name)) !== undefined);
      return lines + ours.filter(({ name }) => !there.has(name)).map(({ line }) => line).join('');
    },
  };
}

/** The lines whose name is wanted. */
export function filterLines(lines: string, wanted: (name: string) => boolean): string {
  let kept = '';
  for (let at = 0; at < lines.length;) {
    const end = lines.indexOf('\r\n', at) + 2;
    if (wanted(lines.slice(at, lines.indexOf(':', at)))) kept += lines.slice(at, end);
    at = end;
  }
  return kept;
}

/** A route's changes on top of its site's: for a name that both have, the route's count. */
export function mergeChanges(site: FieldChanges | undefined, route: FieldChanges | undefined): FieldChanges | undefined {
  if (site === undefined || route === undefined) return route ?? site;
  const own = new Set([...route.set, ...route.add].map(({ name }) => fold(name)).concat(route.remove.map(fold)));
  const others = (fields: readonly FieldLine[]): FieldLine[] => fields.filter(({ name }) => !own.has(fold(name)));
  return {
    set: [...others(site.set), ...route.set],
    add: [...others(site.add), ...route.add],
    remove: [...site.remove.filter((name) => !own.has(fold(name))), ...route.remove],
  };
}

/** Why a value cannot be written, or undefined (RFC 9110 §5.5). A line break would be a line of its own. */
export function fieldValueProblem(value: string): string | undefined {
  if (value === '') return 'it has no value; remove takes a header off';
  if (/[^\t\x20-\x7e]/.test(value)) return 'its value has a line break, a control character or a letter outside ASCII; write plain text on one line';
  if (value !== value.trim()) return 'its value begins or ends with white space, which HTTP takes off; leave it out';
  return undefined;
}

/** Why an operator may not change this name, and what is meant for it instead; or undefined. */
export function fieldNameProblem(name: string, where: 'request' | 'answer'): string | undefined {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) return 'it is not a header name; expected one run of letters, digits and "-"';
  const folded = fold(name);
  if (name.toLowerCase() !== folded) return `apps read "_", "." and other signs in a name as "-"; write ${name.replace(/[^A-Za-z0-9]/g, '-')}`;
  if (folded === 'x-request-id') return 'the front writes the id of each request there, which is in its log';
  const code = STANDARD_NAMES.get(folded);
  if (code !== undefined && code !== Name.OTHER) {
    if (code === Name.HOST) return 'Host goes on as the client wrote it; an app may be told another name by --tell';
    if (code <= Name.HOP_BY_HOP) return 'the front frames each message and manages each connection itself';
  }
  if (where === 'answer' && Object.hasOwn(ANSWER_ONLY, folded)) return ANSWER_ONLY[folded];
  if (familyReason(folded) !== undefined) {
    if (folded === 'x-forwarded-prefix') return 'it tells a prefix: write strip: true, which tells it and takes the prefix off';
    return `it is of the names by which apps are told the truth: a client's is always removed, and ${where === 'request' ? '--speaks and --tell write one' : 'it means nothing in an answer'}`;
  }
  return where === 'request' ? REQUEST_ONLY[folded] : undefined;
}

const NEVER_SHOWN = 'it is a word to the front and never shown to a client';
const REQUEST_ONLY: Readonly<Record<string, string>> = {
  'content-type': 'it says what the client\'s content is, which goes on unchanged',
};
const ANSWER_ONLY: Readonly<Record<string, string>> = {
  'strict-transport-security': '--hsts writes it, on https alone, and says where it cannot be had',
  'location': 'write a route with redirect',
  'content-location': 'it names what the app answered with',
  'refresh': 'write a route with redirect',
  'content-range': 'it belongs to the content',
  'date': 'the front writes it where an app does not',
  'x-accel-redirect': NEVER_SHOWN,
  'x-accel-buffering': NEVER_SHOWN,
  'x-sendfile': NEVER_SHOWN,
};
