import { CLASS, TOKEN, sameIgnoringCase } from './chars.ts';
import { MAX_CONNECTION_OPTIONS } from './limits.ts';
import { Name } from './names.ts';
import type { FieldScanner } from './field-scanner.ts';

/** What the `Connection` lines of one head say together (RFC 9110 §7.6.1). */
export interface ConnectionOptions {
  readonly close: boolean;
  readonly keepAlive: boolean;
  readonly upgrade: boolean;
  /** The other options, in lower case: names of fields that are for this hop only. */
  readonly nominated: readonly string[] | undefined;
}

const NOTHING: ConnectionOptions = { close: false, keepAlive: false, upgrade: false, nominated: undefined };
const KEEP_ALIVE: ConnectionOptions = { ...NOTHING, keepAlive: true };
const CLOSE: ConnectionOptions = { ...NOTHING, close: true };
const UPGRADE: ConnectionOptions = { ...NOTHING, upgrade: true };

/** Reads all `Connection` lines that the scanner found. A text says what is wrong with them. */
export function connectionOptions(scanner: FieldScanner): ConnectionOptions | string {
  const lines = scanner.count[Name.CONNECTION]!;
  if (lines === 0) return NOTHING;
  if (lines === 1) {
    const value = scanner.value(Name.CONNECTION);
    if (sameIgnoringCase(value, 'keep-alive')) return KEEP_ALIVE;
    if (sameIgnoringCase(value, 'close')) return CLOSE;
    if (sameIgnoringCase(value, 'upgrade')) return UPGRADE;
  }
  return list(scanner);
}

function list({ fields, first }: FieldScanner): ConnectionOptions | string {
  const options = { close: false, keepAlive: false, upgrade: false };
  const nominated: string[] = [];
  let seen = 0;
  for (let i = first[Name.CONNECTION]!; i !== -1; i = fields.find(Name.CONNECTION, i + 1)) {
    for (const element of fields.value(i).split(',')) {
      const option = withoutSpace(element).toLowerCase();
      if (option === '') continue; // empty elements are allowed and mean nothing (RFC 9110 §5.6.1.2)
      if (!isToken(option)) return 'An option is not a token.';
      if (++seen > MAX_CONNECTION_OPTIONS) return `More than ${MAX_CONNECTION_OPTIONS} options.`;
      if (option === 'close') options.close = true;
      else if (option === 'keep-alive') options.keepAlive = true;
      else if (option === 'upgrade') options.upgrade = true;
      else nominated.push(option);
    }
  }
  return { ...options, nominated: nominated.length > 0 ? nominated : undefined };
}

/** Without the SP and HTAB around it. `trim` would take a no-break space (0xA0 in latin1) as well. */
function withoutSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && (text[start] === ' ' || text[start] === '\t')) start++;
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return text.slice(start, end);
}

function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) if ((CLASS[text.charCodeAt(i)]! & TOKEN) === 0) return false;
  return true;
}

/** `Upgrade: websocket` alone (RFC 6455 §4.2.1); a list would let the app choose a protocol that we cannot follow. */
export function upgradesToWebSocket(scanner: FieldScanner): boolean {
  return scanner.count[Name.UPGRADE] === 1 && sameIgnoringCase(scanner.value(Name.UPGRADE), 'websocket');
}
