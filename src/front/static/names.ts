/**
 * From the compared path of a request to the name of a file inside the folder. This looks at text only; that the file
 * really lies inside is checked on the opened file (open.ts), since links and mounts are not visible in a name.
 */
export interface NameRules {
  /** Windows gives some names a second meaning: devices, streams, short names. */
  readonly windows: boolean;
}

export const thisSystem: NameRules = { windows: process.platform === 'win32' };

const INDEX = 'index.html';
// Control characters cannot be typed into a link, and NUL ends a name for the kernel. A backslash separates folders on
// Windows; it is refused everywhere, so that a path means the same on every machine.
const NEVER = /[\x00-\x1f\x7f\\]/;
const BEYOND_ASCII = /[^\x00-\x7f]/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The name of the file that `rest` asks for, relative, with `/` between folders; a folder's is its `index.html`.
 * Undefined: nothing is ever served under that path. `rest` is what follows the prefix in the compared form of the path:
 * decoded, dot segments resolved, one character per byte. Names on disk are UTF-8; other bytes name nothing.
 */
export function fileName(rest: string, rules: NameRules): string | undefined {
  if (NEVER.test(rest)) return undefined;
  let name = rest;
  if (BEYOND_ASCII.test(rest)) {
    try { name = utf8.decode(Buffer.from(rest, 'latin1')); } catch { return undefined; }
  }
  if (name === '' || name.endsWith('/')) name += INDEX;
  const segments = name.split('/');
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i]!;
    if (segment === '') return undefined;
    // Also `.` and `..`, which the compared form no longer has: this room does not rely on it.
    // `.well-known/` is made to be seen (RFC 8615 §3); the folder may stand for any part of the site.
    if (segment.startsWith('.') && !(i === 0 && segment === '.well-known' && segments.length > 1)) return undefined;
    if (rules.windows && meansSomethingElseOnWindows(segment)) return undefined;
  }
  return name;
}

/** What is asked of a folder that was named without its slash: the same path with it. */
export const indexOf = (name: string): string => `${name}/${INDEX}`;

/**
 * Devices with any extension, streams (`file:name`), trailing dots and spaces that the system strips, and 8.3 short
 * names, which name a dot folder without its dot (https://learn.microsoft.com/windows/win32/fileio/naming-a-file).
 */
function meansSomethingElseOnWindows(segment: string): boolean {
  return /[<>:"|?*]|[. ]$|~\d/.test(segment) || /^(?:con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³]) *(?:\.|$)/i.test(segment);
}
