/**
 * Which file answers a request at a PHP site. Only text is looked at here; what exists is for the caller to say.
 *
 * A script is run only if that very file exists, so the server behind never has to guess: with PHP's own guessing
 * (`cgi.fix_pathinfo`) `/upload/photo.jpg/x.php` runs the photo. And what could be source is never given out as a file,
 * however its name is written.
 */

export type ScriptChoice =
  /** Run `script`; `pathInfo` is what followed it, empty or beginning with a slash. */
  | { readonly kind: 'script'; readonly script: string; readonly pathInfo: string }
  /** No such file: the app's own router decides, as the rewrite rules of WordPress and Laravel have it. It reads REQUEST_URI. */
  | { readonly kind: 'front-controller'; readonly script: string; readonly pathInfo: '' }
  /** A file that is not source, as it is. */
  | { readonly kind: 'static'; readonly path: string }
  /** A folder with an index, named without its slash: its own links would not work. Send the client to `path`. */
  | { readonly kind: 'redirect'; readonly path: string }
  | { readonly kind: 'not-found'; readonly why: string };

/** Whether a regular file is there under the root (its path in latin1, beginning with a slash), with its links resolved inside the root. */
export type Exists = (path: string) => boolean;

const FRONT_CONTROLLER = '/index.php';
/** Each segment that ends in `.php` costs one look at the disk. No app nests scripts so deep. */
const MAX_CANDIDATES = 8;
/** NUL ends a name for the kernel and for PHP; a backslash is a folder on Windows and in some PHP code. */
const NEVER = /[\x00-\x1f\x7f\\]/;
/**
 * Names of source: PHP's own extensions in any case, wherever in the name they stand, so also copies that editors and people
 * leave (`config.php.bak`, `config.php~`, `.config.php.swp`), and what Windows takes for the same file (`a.php.`, `a.php::$DATA`).
 */
const SOURCE = /\.(?:php\d*|phps|phtml|pht|phar|inc)(?![a-z0-9])/i;

/** `path` is the compared path of a request: decoded, dot segments resolved, latin1. Asks `exists` at most twelve times. */
export function chooseScript(path: string, exists: Exists): ScriptChoice {
  if (!path.startsWith('/')) return { kind: 'not-found', why: 'The path does not begin with a slash.' };
  if (NEVER.test(path)) return { kind: 'not-found', why: 'The path has a control character or a backslash.' };
  const hidden = firstHidden(path);
  const found = findScript(hidden < 0 ? path : path.slice(0, hidden), path, exists);
  if (found !== undefined) return found;
  if (hidden >= 0) return { kind: 'not-found', why: 'The path has an empty segment, or one that begins with a dot.' };
  const isFolder = path.endsWith('/');
  const folder = isFolder ? path : `${path}/`;
  if (!isFolder && exists(path)) return mayBeGivenOut(path) ? { kind: 'static', path } : { kind: 'not-found', why: 'A source file that is not run is not given out either.' };
  for (const index of ['index.php', 'index.html']) {
    if (!exists(folder + index)) continue;
    if (!isFolder) return { kind: 'redirect', path: folder };
    return index === 'index.php' ? { kind: 'script', script: folder + index, pathInfo: '' } : { kind: 'static', path: folder + index };
  }
  if (exists(FRONT_CONTROLLER)) return { kind: 'front-controller', script: FRONT_CONTROLLER, pathInfo: '' };
  return { kind: 'not-found', why: 'There is no such file, and no /index.php that could answer for it.' };
}

/** Whether a file of this name is anything else than source. */
export function mayBeGivenOut(path: string): boolean {
  return !SOURCE.test(path.slice(path.lastIndexOf('/') + 1));
}

/**
 * The first `.php` segment that exists, as nginx's `fastcgi_split_path_info ^(.+?\.php)(/.*)$`. The letters count as they
 * are: a lower-cased copy can have other positions (CVE-2026-27590 in Caddy). `visible` is where scripts may be.
 */
function findScript(visible: string, path: string, exists: Exists): ScriptChoice | undefined {
  let candidates = 0;
  for (let end = visible.indexOf('/', 1); ; end = visible.indexOf('/', end + 1)) {
    const script = end < 0 ? visible : visible.slice(0, end);
    if (script.endsWith('.php')) {
      if (++candidates > MAX_CANDIDATES) return { kind: 'not-found', why: `More than ${MAX_CANDIDATES} segments that end in .php.` };
      if (exists(script)) return { kind: 'script', script, pathInfo: path.slice(script.length) };
    }
    if (end < 0) return undefined;
  }
}

/**
 * Where the first segment stands that no file is served under, with its slash, or -1: an empty one, or one that begins with
 * a dot (`.git`, `.env`, `.htaccess`; also `.` and `..`, which the compared path no longer has: nothing here relies on
 * that). `.well-known/` is made to be seen (RFC 8615 §3). Behind a script such segments are PATH_INFO, as WebDAV needs.
 */
function firstHidden(path: string): number {
  let start = 0;
  for (let i = 1; i <= path.length; i++) {
    if (i < path.length && path.charCodeAt(i) !== 0x2f) continue;
    const segment = path.slice(start + 1, i);
    const wellKnown = start === 0 && segment === '.well-known' && i < path.length;
    if ((segment === '' && i < path.length) || (segment.startsWith('.') && !wellKnown)) return start;
    start = i;
  }
  return -1;
}
