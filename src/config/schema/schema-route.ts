import * as z from 'zod';
import { flag, list, size, text } from './schema-parts.ts';
import { app, upstream } from './schema-upstream.ts';

export const root = text('a folder').optional().describe(
  'The folder of a PHP site, for an app at fastcgi://; there it has to be named. The prefix of the route stands for it. Only an existing .php file inside it is '
  + 'run, by its real path; its source is never given out; other files are served to everybody (no dot files, no way out by links), and what is not there goes '
  + 'to its index.php. Whoever may write a .php file there can run it. A relative path counts from the configuration file. PHP-FPM has to see the folder under the same path.',
);
export const maxBody = size.optional().describe(
  'Largest request body; more is 413. It bounds what one client can make the front keep on disk. Bytes, or "100MiB", "64k". Default: 100MiB.',
);
export const streamBodies = flag.optional().describe(
  'Pass request bodies on as they come instead of collecting them first. A slow client then holds an app worker for as long as it likes. Default: false.',
);
export const readAhead = size.optional().describe(
  'Bytes of an answer read ahead of a slow client, so that the app\'s worker is free before the client has read. Memory per running answer. Default: 1MiB.',
);

export const protectedFolders = z.record(z.string(), text('a folder'), { error: 'an object of path prefixes and folders' }).optional().describe(
  'Folders whose files the app may have sent by X-Accel-Redirect, by the prefix that it names them with: { "/protected/": "./media" }. No client can ask '
  + 'for them past the app. The header is never shown to a client, and never taken from one. Default: none.',
);
export const sendfile = z.union([text('a folder'), list(text('a folder'), 'folders')], { error: 'a folder or a list of folders' }).optional().describe(
  'Folders whose files the app may have sent by X-Sendfile, by their absolute paths. Whoever can make the app name a path can read what is in them, so '
  + 'name no wider ones than it needs. Default: none.',
);

const MEDIA_TYPE = 'a media type such as application/json, or text/*';
export const compress = z.union([flag, z.strictObject({
  codings: list(z.enum(['br', 'zstd', 'gzip'], { error: 'br, zstd or gzip' }), 'a list of br, zstd and gzip').min(1, { error: 'at least one of br, zstd and gzip' }).optional().describe(
    'What may be made, the preferred first: a client\'s own weights come before. zstd needs Node 22.15 or Bun and is passed over elsewhere. Default: br, zstd, gzip.',
  ),
  types: list(z.string({ error: MEDIA_TYPE }).regex(/^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+$/, { error: MEDIA_TYPE }), 'a list of media types').min(1, { error: 'at least one media type' }).optional().describe(
    'Media types that are compressed, in the place of the usual ones; * stands for any run of characters. Default: text, JSON, XML, JavaScript, SVG, WebAssembly and fonts that are not compressed in themselves.',
  ),
  minLength: size.optional().describe('An answer that announces less stays as it is. Bytes, or "2k". Default: 1k.'),
  cookies: flag.optional().describe(
    'Compress answers that set a cookie too. Whoever can see how long answers are and make a page put words of theirs beside a secret can find the secret out (BREACH), and an answer '
    + 'that sets a cookie often has one. Default: false.',
  ),
}, { error: 'an object with codings, types, minLength or cookies' })], { error: 'true, false or an object' }).optional().describe(
  'Compress answers for clients that take it: text and its like, from 1 KiB on, that neither have a coding nor forbid it (no-transform). Event streams, parts (206) and by default answers '
  + 'that set a cookie stay as they are. A route\'s word counts before its site\'s: say false where an answer has a secret beside words of its visitor\'s (BREACH). '
  + 'Default: false; most apps\' servers and what stands before the front can do it too.',
);

const changes = z.strictObject({
  set: z.record(z.string(), text('a value'), { error: 'an object of header names and values' }).optional().describe('In the place of whatever was there under that name.'),
  add: z.record(z.string(), z.union([text('a value'), list(text('a value'), 'values')], { error: 'a value or a list of values' }), { error: 'an object of header names and values' }).optional()
    .describe('Beside what is there under that name.'),
  remove: list(text('the name of a header'), 'a list of header names').optional().describe('Taken off.'),
}, { error: 'an object with set, add or remove' });

export const requestHeaders = changes.optional().describe(
  'Changes to the headers that an app is sent: set, add, remove. What a client sends under a name that is set never reaches the app, in any spelling. '
  + 'Not for the names by which apps are told the truth (speaks, tell) nor for framing. A route\'s word about a name counts before its site\'s.',
);
export const answerHeaders = changes.optional().describe(
  'Changes to the headers of every answer, whoever gives it and whatever its status: app, files, and the front\'s own pages and redirects (whose own '
  + 'lines stay). Not for framing, nor for Strict-Transport-Security (hsts). A route\'s word about a name counts before its site\'s.',
);

export const route = z.strictObject({
  app: app.describe('What this prefix goes to: as the site\'s own app. A route has app or static, not both.'),
  upstream,
  root,
  maxBody,
  streamBodies,
  readAhead,
  strip: flag.optional().describe(
    'The app gets the path without this prefix, and is told the prefix: an HTTP app in prefixHeader, a uwsgi one in SCRIPT_NAME. Redirects and cookie '
    + 'paths of its answers get the prefix again where the app did not write it. A spelling that servers read differently is refused with 400. Default: false.',
  ),
  prefixHeader: z.enum(['X-Forwarded-Prefix', 'X-Script-Name', 'none'], { error: 'X-Forwarded-Prefix, X-Script-Name or none' }).optional().describe(
    'The header in which an HTTP app is told the stripped prefix; a client\'s own is always removed. Default: X-Forwarded-Prefix.',
  ),
  protected: protectedFolders,
  sendfile,
  compress,
  requestHeaders,
  answerHeaders,
  answer: z.strictObject({
    status: z.int({ error: 'a status from 200 to 599' }).min(200, { error: 'a status from 200 to 599' }).max(599, { error: 'a status from 200 to 599' }).optional().describe('Default: 200.'),
    body: z.string({ error: 'a text' }).optional().describe('Sent as UTF-8. Default: none.'),
    type: text('a media type').optional().describe('Content-Type of the body. Default: text/plain; charset=utf-8.'),
    headers: z.record(z.string(), text('a value'), { error: 'an object of header names and values' }).optional().describe('More headers. Default: none.'),
  }, { error: 'an object with status, body, type or headers' }).optional().describe(
    'The same answer to every request below this prefix, whatever its method. Where servers may read a path in two ways, it counts before an app.',
  ),
  redirect: z.strictObject({
    to: text('a URL or a path').describe('An absolute URL, or a path of the same site.'),
    status: z.union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)], { error: '301, 302, 303, 307 or 308' }).optional().describe('301 and 308 are kept by browsers for good; 307 and 308 keep the method. Default: 307.'),
    rest: flag.optional().describe('Put what follows the prefix, and the query, behind it. Default: true.'),
  }, { error: 'an object with to' }).optional().describe('A redirect for every request below this prefix.'),
  static: text('a folder').optional().describe(
    'Files of this folder are served to everybody, without asking the app. A relative path counts from the configuration file. '
    + 'No listing, no dot files but /.well-known/, no way out by links.',
  ),
  cacheControl: text('a Cache-Control value').optional().describe('Cache-Control of these files, as written. Default: none.'),
  precompressed: z.union([flag, list(z.enum(['br', 'zstd', 'gzip'], { error: 'br, zstd or gzip' }), 'a list of br, zstd and gzip')], { error: 'true, false or a list of br, zstd and gzip' }).optional().describe(
    'Send app.js.br, app.js.zst or app.js.gz in the place of app.js to clients that take it, where it lies beside it and is not older. Whoever may write into the folder '
    + 'decides what is in them. A list says which are looked for, the preferred first. Default: false.',
  ),
  fallback: text('a file inside the folder').optional().describe('File inside the folder that answers for paths that have none (single-page apps). Default: none.'),
  missing: z.enum(['404', 'app'], { error: '"404" or "app"' }).optional().describe('What a missing file is: 404, or the app\'s to answer. Default: 404.'),
}, { error: 'an object with app or static' });

