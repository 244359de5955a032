import { Name, STANDARD_NAMES, type Classify, type NameCode } from '../http1/names.ts';
import { ContractError } from './contract-error.ts';
import { familyReason, fold } from './family.ts';

export interface ClassifierOptions {
  /** Every name that the configuration uses for telling or for believing (a teller's `names`, the trusted headers): of the family too. */
  readonly tellNames?: readonly string[];
  /** Names with `_` or `.` in them that pass all the same. Exact but for case: other spellings of them do not. */
  readonly allowHeaders?: readonly string[];
}

/** A name is remembered up to this length; the longest usual one has 32 characters. */
const MAX_LEARNED_LENGTH = 64;
/** So many names are remembered; a busy site sees about 100. */
const MAX_LEARNED = 1024;

/** Standard names by their fold, for spellings that CGI would make the same variable of (`Content!Length`). */
const STANDARD_FOLDS: ReadonlySet<string> = new Set(STANDARD_NAMES.keys());

/**
 * Compiles the judgement on field names. It is asked once per field of every request, with the name as it was sent, so
 * the answer for a name seen before is one map look-up.
 *
 * Order: a standard name is itself and nothing else; a name with `_` or `.` is AMBIGUOUS unless allowed; a name that
 * folds onto the family or a name used for telling is FAMILY; one that folds onto a standard name without being it is
 * AMBIGUOUS; the rest is OTHER.
 *
 * What is learned is bounded in count and length, so no client can grow memory. When it is full it starts afresh: were
 * it to stop learning, one client with 1024 invented names would slow everybody down for good; so it slows them for one
 * request each.
 *
 * @throws ContractError where an option would open a door: an allowed name that folds onto the family, a standard name
 * or a told one; a told name that is a standard name.
 */
export function createClassifier(options: ClassifierOptions = {}): Classify {
  const told = new Set((options.tellNames ?? []).map(checkTold));
  const allowed = new Set((options.allowHeaders ?? []).map((name) => checkAllowed(name, told)));
  const learned = new Map<string, NameCode>(STANDARD_NAMES);

  const judge = (name: string): NameCode => {
    const lower = name.toLowerCase();
    const standard = STANDARD_NAMES.get(lower);
    if (standard !== undefined) return standard;
    if (lower.includes('_') || lower.includes('.')) return allowed.has(lower) ? Name.OTHER : Name.AMBIGUOUS;
    const folded = fold(lower);
    if (told.has(folded) || familyReason(folded) !== undefined) return Name.FAMILY;
    return STANDARD_FOLDS.has(folded) ? Name.AMBIGUOUS : Name.OTHER;
  };

  return (name) => {
    const known = learned.get(name);
    if (known !== undefined) return known;
    const code = judge(name);
    if (name.length <= MAX_LEARNED_LENGTH) {
      if (learned.size >= MAX_LEARNED) learned.clear();
      learned.set(ownCopy(name), code);
    }
    return code;
  };
}

/** A name cut out of a head keeps the whole head alive in some engines (V8 slices longer than 12 characters); this copy does not. */
function ownCopy(name: string): string {
  const codes: number[] = [];
  for (let i = 0; i < name.length; i++) codes.push(name.charCodeAt(i));
  return String.fromCharCode(...codes);
}

function checkTold(name: string): string {
  const folded = fold(name);
  if (STANDARD_FOLDS.has(folded)) {
    throw new ContractError('tell', name, `The header "${name}" cannot carry the truth: it is a standard name with a meaning of its own. Choose another name, such as X-Forwarded-Proto.`);
  }
  return folded;
}

function checkAllowed(name: string, told: ReadonlySet<string>): string {
  const folded = fold(name);
  const wrong = (why: string): ContractError => new ContractError('allow-header', name, `The header "${name}" cannot be allowed: ${why}. Rename it on the side that sends it.`);
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) throw wrong('a header name is one run of letters, digits, "-", "_" and "."');
  const reason = familyReason(folded);
  if (reason !== undefined) throw wrong(`apps read it as "${folded}" (${reason}), so any client could forge that`);
  if (told.has(folded)) throw wrong(`apps read it as "${folded}", which this configuration uses to tell them the truth`);
  if (STANDARD_FOLDS.has(folded)) throw wrong(`apps read it as "${folded}", which this front has to write itself`);
  return name.toLowerCase();
}
