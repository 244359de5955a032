import * as z from 'zod';
import { duration, flag, howMany, list, numberOr, text } from './schema-parts.ts';

const APP = 'a port from 1 to 65535, or text such as "host:port", "http://host:port", "https://host:port" or "unix:/path"';
const server = numberOr(1, 65535, APP);

/** Where an app listens. One text may hold several, separated by commas, as on the command line. */
export const app = z.union([server, list(server, APP).min(1, { error: 'at least one server' })], { error: `${APP}, or a list of those` }).optional();

const count = (what: string, standard: number) => z.int({ error: 'a number from 1 to 1000' }).min(1, { error: 'a number from 1 to 1000' }).max(1000, { error: 'a number from 1 to 1000' })
  .optional().describe(`${what} Default: ${standard}.`);

const status = z.int({ error: 'a status from 200 to 599' }).min(200, { error: 'a status from 200 to 599' }).max(599, { error: 'a status from 200 to 599' });

const check = z.union([text('a path'), z.strictObject({
  path: text('a path').describe('What is asked for, as the app has it. Make it cheap: it is asked all the time.'),
  host: text('a host name').optional().describe('The Host that is asked for. Default: the site\'s first host, or localhost where it has none.'),
  interval: duration.optional().describe('Between the end of a check and the next. Default: 5s.'),
  timeout: duration.optional().describe('Until the answer begins. Default: 3s.'),
  rise: count('After this many good answers in a row a server is up again.', 2),
  fall: count('After this many bad ones in a row it is down; at the start the first one decides.', 3),
  status: z.union([status, list(status, 'a list of statuses')], { error: 'a status or a list of statuses' }).optional().describe('Which answers are good. Default: 200 to 299.'),
}, { error: 'a path, or an object with path' })], { error: 'a path, or an object with path and any of host, interval, timeout, rise, fall and status' });

const sticky = z.union([text('the name of a cookie'), z.strictObject({
  cookie: text('the name of a cookie').describe('The cookie\'s name.'),
  secretFile: text('a file').optional().describe(
    'File with one line of 16 to 256 characters that the cookie\'s values are made with; make it with: (umask 077; openssl rand -hex 32 > FILE); one that every user can read is refused. Whoever reads it can choose a '
    + 'server. Default: a secret that is made at each start, so that a restart sends clients to new servers.',
  ),
}, { error: 'a name, or an object with cookie' })], { error: 'the name of a cookie, or an object with cookie and perhaps secretFile' });

/** How an app is reached. */
export const upstream = z.strictObject({
  balance: z.enum(['least-conn', 'round-robin', 'client'], { error: 'least-conn, round-robin or client' }).optional().describe(
    'Which of several servers gets a request. least-conn: the one with the fewest running; round-robin: each in turn; client: always the same for '
    + 'one client address, so that whoever has many addresses can choose. Default: least-conn.',
  ),
  maxConcurrent: howMany(1).optional().describe(
    'How many requests the app has at once, over all its servers; more wait in the queue. Two sync workers want 2: what waits here waits in order, costs the app nothing, and is '
    + 'taken out when its client leaves. WebSockets and event streams count until their answer begins. Whoever has as many slow requests under way keeps others waiting, so do not make '
    + 'it small for an app that can do more. Default: 4096.',
  ),
  queue: howMany(0).optional().describe(
    'How many requests wait for that, first come, first served, for timeouts.queue at most. One more is answered 503 with Retry-After. 0: none waits. Default: 1024.',
  ),
  ca: text('a PEM file').optional().describe(
    'PEM file with the authorities, or the certificates themselves, that an https:// app may show; they stand in the place of Node\'s list. Whoever '
    + 'writes this file, or holds a key of one in it, can be the app. Default: the authorities that Node knows.',
  ),
  serverName: text('a host name').optional().describe(
    'The name that the certificate of an https:// app has to be for, and that is asked for by SNI, where it is not the host of the app\'s address. '
    + 'Whoever holds a certificate for this name can be the app. Default: that host.',
  ),
  insecure: flag.optional().describe(
    'Do not check the certificate of an https:// app. Whoever answers at the address, or stands on the way to it, is taken for the app: it reads '
    + 'every request, passwords and cookies too, and answers what it likes. The log warns at each start. Default: false.',
  ),
  sendProxy: z.enum(['v1', 'v2'], { error: 'v1 or v2' }).optional().describe(
    'Begin each connection to the app with a PROXY protocol header that names the client; v2 tells of TLS too. The app must expect it, and must take '
    + 'it from this front alone: whoever else can connect there can name any client. A connection then carries one client\'s requests only. Default: none.',
  ),
  check: check.optional().describe(
    'A path that each server is asked for all the time, with the site\'s own Host and told as a secure request is. A server that does not answer well gets '
    + 'no requests until it does; a sole server gets them all the same. Default: none.',
  ),
  sticky: sticky.optional().describe(
    'A client stays with the server it came to first, by a cookie of this name. The front sets it (HttpOnly, SameSite=Lax, Secure over https) and takes it '
    + 'out of what the app sees; its values name no address and cannot be made up. Default: none.',
  ),
  fails: count('After this many failures in a row (no connection, closed without an answer, no answer in time) one of several servers is left out for a while.', 3),
  pause: duration.optional().describe(
    'For how long, the first time; each failed trial after it doubles the pause, up to a minute. A fifth more or less is up to chance. Default: 1s.',
  ),
  lookup: duration.optional().describe(
    'How often the names of servers are looked up again, at least 1s. They are looked up when connecting fails, too. Default: 10s.',
  ),
}, { error: 'an object' }).optional().describe(
  'How the app is reached. Keys of a route stand in the place of the site\'s keys of the same name; the others still count.',
);
