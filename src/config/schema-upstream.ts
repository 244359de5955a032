import { z } from 'zod';
import { list, numberOr } from './schema-parts.ts';

const APP = 'a port from 1 to 65535, or text such as "host:port", "http://host:port" or "unix:/path"';
const server = numberOr(1, 65535, APP);

/** Where an app listens. One text may hold several, separated by commas, as on the command line. */
export const app = z.union([server, list(server, APP).min(1, { error: 'at least one server' })], { error: `${APP}, or a list of those` }).optional();

/** How an app is reached. */
export const upstream = z.strictObject({
  balance: z.enum(['least-conn', 'round-robin', 'client'], { error: 'least-conn, round-robin or client' }).optional().describe(
    'Which of several servers gets a request. least-conn: the one with the fewest running; round-robin: each in turn; client: always the same for '
    + 'one client address, so that whoever has many addresses can choose. Default: least-conn.',
  ),
}, { error: 'an object' }).optional().describe(
  'How the app is reached. Keys of a route stand in the place of the site\'s keys of the same name; the others still count.',
);
