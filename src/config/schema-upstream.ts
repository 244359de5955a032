import { z } from 'zod';
import { flag, list, numberOr, text } from './schema-parts.ts';

const APP = 'a port from 1 to 65535, or text such as "host:port", "http://host:port", "https://host:port" or "unix:/path"';
const server = numberOr(1, 65535, APP);

/** Where an app listens. One text may hold several, separated by commas, as on the command line. */
export const app = z.union([server, list(server, APP).min(1, { error: 'at least one server' })], { error: `${APP}, or a list of those` }).optional();

/** How an app is reached. */
export const upstream = z.strictObject({
  balance: z.enum(['least-conn', 'round-robin', 'client'], { error: 'least-conn, round-robin or client' }).optional().describe(
    'Which of several servers gets a request. least-conn: the one with the fewest running; round-robin: each in turn; client: always the same for '
    + 'one client address, so that whoever has many addresses can choose. Default: least-conn.',
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
}, { error: 'an object' }).optional().describe(
  'How the app is reached. Keys of a route stand in the place of the site\'s keys of the same name; the others still count.',
);
