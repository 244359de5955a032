/**
 * The configuration file, in one schema: `sallyport.config.ts`, `.js` or `.json`, and the flags too, which only write
 * another hand of the same value. It checks shapes; what texts mean is read in resolve.ts. No transforms here, so that the
 * JSON Schema made of it says exactly what is accepted.
 *
 * A description is a contract: what the option derives, who could abuse it, each value, its default.
 */
import * as z from 'zod';
import { site, siteKeys } from './schema-site.ts';
import { duration, howMany, list, numberOr, portNumber, text } from './schema-parts.ts';

const door = (name: string, low: number, high: number) => numberOr(0, 65535, 'a port from 0 to 65535, or text such as "127.0.0.1:8443", "unix:/path" or "off"').optional().describe(
  `The ${name} door: a port, "addr:port", "unix:/path" or "off". Without an address it listens on loopback (IPv4 and IPv6) `
  + `while a local authority signs, on every address when certificates are given. Default: ${low} where the process may bind it, else ${high}.`,
);

const publicPort = (name: string) => portNumber.optional().describe(
  `The ${name} port the world sees where it is not the door's own (a container's published port, a port forwarded by a router). `
  + 'Redirects and the port told to the app use it; nothing a client sends can change it. Default: the port of the door.',
);

const MOST_WORKERS = 256;
const WORKERS = `a number of processes from 1 to ${MOST_WORKERS}, or "auto"`;

const fieldName = text('the name of a header');

const trustHeaders = z.strictObject({
  scheme: fieldName.optional().describe('Header that says http or https. Default: X-Forwarded-Proto.'),
  client: fieldName.optional().describe('Header that lists client addresses, read from the right; only trusted addresses are skipped. Default: X-Forwarded-For.'),
  host: fieldName.optional().describe('Header whose value replaces Host. Not read unless named: most proxies pass on the one a client made up.'),
  port: fieldName.optional().describe('Header with the public port. Not read unless named.'),
  id: fieldName.optional().describe('Header with the request\'s id, which is then told to the app and the client and logged. Default: X-Request-Id, except from published networks (cloudflare), which pass on what a client made up: there name one of theirs, such as CF-Ray.'),
}, { error: 'an object with scheme, client, host, port or id' }).optional().describe(
  'Which headers of a trusted peer count, one per fact. There is no fallback to another name, since most proxies let a client\'s '
  + 'Forwarded or X-Forwarded-Host through untouched. Name only headers that the trusted proxy overwrites on every request: one it '
  + 'passes on is the client\'s word.',
);

const timeout = (what: string, standard: string) => duration.optional().describe(`${what} Default: ${standard}.`);

const timeouts = z.strictObject({
  handshake: timeout('A whole TLS handshake.', '10s'),
  head: timeout('The whole head of a request, from its first byte.', '30s'),
  body: timeout('Between two pieces of a request body.', '60s'),
  keepAlive: timeout('Between two requests on one connection.', '75s'),
  connect: timeout('Until an app accepts a connection.', '5s'),
  answer: timeout('Until the first byte of an app\'s answer.', '60s'),
  answerIdle: timeout('Between two pieces of an app\'s answer.', '5m'),
  tunnelIdle: timeout('Between two pieces, either way, in a WebSocket.', '1h'),
  send: timeout('Until a client takes more of its answer.', '60s'),
  queue: timeout('Until an app that has as many requests as it may have (maxConcurrent) takes one more.', '10s'),
}, { error: 'an object of durations' }).optional().describe(
  'How long the front waits for whom. They bound what a slow or silent client or app can hold; each is seconds as a number or "500ms", "30s", "5m", "1h".',
);

const RATE = 'bytes a second: a number, text such as "2k", or "off"';
const bodyRate = numberOr(1, Number.MAX_SAFE_INTEGER, RATE).optional().describe(
  'The least rate of a request body in bytes a second, or "off". A body has the time of timeouts.body, and then a second for each so many bytes that came, as the client was read: '
  + 'one that is slower is answered 408. It bounds how long a body that comes byte by byte holds a connection. Where clients keep a streamed request open and '
  + 'send little (streamBodies), it has to be off. Default: 500.',
);
const sendRate = numberOr(1, Number.MAX_SAFE_INTEGER, RATE).optional().describe(
  'The least rate, in bytes a second or "off", at which a client takes an answer that waits for it: it has the time of timeouts.send, and then a second for each so many '
  + 'bytes that it took. One that is slower is dropped; it bounds how long an answer read byte by byte holds a connection and its read-ahead. Default: 500.',
);

export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('Address of this schema, for editors. Not read.'),

  https: door('TLS', 443, 8443),
  http: door('plain HTTP', 80, 8080),
  publicHttpsPort: publicPort('https'),
  publicHttpPort: publicPort('http'),
  certificates: list(z.strictObject({
    cert: text('a PEM file with the certificate and its intermediates').describe('PEM file: the certificate first, then its intermediates.'),
    key: text('a PEM file with the key').describe('PEM file with the private key. Whoever reads it can be this site; keep it readable by the one user that runs the front: one that every user can read is refused.'),
    passFile: text('a file with one line').optional().describe('File whose one line is the passphrase of an encrypted key. Whoever reads both files has the key, so it is no safer than a key without one that only one user can read. Default: the key has none.'),
  }, { error: '{ cert, key }' }), 'a list of { cert, key }').optional().describe(
    'Certificates, picked by server name; files that change are taken up without a restart. Default: none, and a local authority signs for localhost and the given domains.',
  ),
  tls: z.strictObject({
    min: z.enum(['1.2', '1.3'], { error: '1.2 or 1.3' }).optional().describe('The least version of TLS that clients may speak. Default: 1.2; older ones are broken (RFC 8996).'),
    ciphers: z.union([text('a list of ciphers'), list(text('a cipher'), 'a list of ciphers')], { error: 'a list of ciphers' }).optional().describe(
      'The ciphers of TLS 1.2, by OpenSSL\'s names, in your order: "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384". Only ones that keep what was said secret when '
      + 'the key is stolen later. Those of TLS 1.3 are all good and all on. Too short a list keeps clients out. Default: what the runtime has.',
    ),
  }, { error: '{ min, ciphers }' }).optional().describe('What the https door speaks. Default: TLS 1.2 and 1.3.'),
  trust: list(text('an address, a CIDR, loopback, unix or cloudflare'), 'a list of addresses').optional().describe(
    'Peers whose forwarding headers are believed: addresses, CIDRs, "loopback", "unix", "cloudflare" (the networks it publishes; a list older than a '
    + 'year is warned about at start). Whoever can connect from one of them can claim any scheme and any client address, so list proxies of your own '
    + 'and nothing wider; with "cloudflare" that is Cloudflare and, for what they send through it to this front, its customers. Default: nobody; what clients send of that kind is removed.',
  ),
  acceptProxy: z.boolean({ error: 'true or false' }).optional().describe(
    'Whether both doors expect the PROXY protocol, version 1 or 2, at the beginning of each connection. It names the client, and in version 2 '
    + 'whether it came over TLS; only the peers in trust may send it, anybody else and any connection without it is refused. Default: false.',
  ),
  trustHeaders,
  secretFile: text('a file').optional().describe(
    'File with one line of 16 to 256 visible ASCII characters, told to every app in Sallyport-Secret: for apps that cannot see who connects to '
    + 'them (Sallyport\'s app half, trust: { secret }). Whoever reads it can tell those apps anything; make it with: (umask 077; openssl rand -hex 32 > FILE); one that every user can read is refused. Default: none is told.',
  ),
  allowHeaders: list(fieldName, 'a list of header names').optional().describe(
    'Header names with _ or . in them that reach the app all the same. WSGI, CGI and Rack fold "_" and "-" into one, so such a name can '
    + 'pose as another header: name only those that no app behind this front reads under another spelling. Default: none.',
  ),
  log: z.enum(['pretty', 'json', 'combined', 'off'], { error: 'pretty, json, combined or off' }).optional().describe(
    'How requests are logged. Default: pretty on a terminal, json elsewhere and with logFile.',
  ),
  logFile: text('a file').optional().describe(
    'File that a line per request is appended to; events stay on standard output (with combined and off: standard error), where whoever runs '
    + 'the front looks. It is made with mode 0640, since it holds addresses of people, and opened anew at SIGUSR2 or `sallyport reopen`. Default: standard output.',
  ),
  logHide: list(text('the name of a query parameter'), 'a list of names').optional().describe(
    'Query parameters whose values are logged as ***, in targets and in Referer, besides those of the usual names (token, password, secret, key, code, '
    + 'signature, session and others; docs/operations.md lists them). A name counts as the last word of longer ones too: token hides access_token. '
    + 'Whoever reads a log could use what is in it; secrets in paths are the app\'s to keep out. Default: none besides.',
  ),
  workers: z.union([z.int({ error: WORKERS }).min(1, { error: WORKERS }).max(MOST_WORKERS, { error: WORKERS }), z.literal('auto', { error: WORKERS })], { error: WORKERS }).optional().describe(
    'How many processes serve, behind one process that keeps the ports and the keys and replaces one that ends; with 1 there is a single process. '
    + '"auto": one for each core that this process may use where certificates are given, else one. Default: auto.',
  ),
  user: text('a user, or user:group').optional().describe(
    'The user, or "user:group", by name or number, that the processes which serve clients become, where the front is started as root. A process of root\'s that '
    + 'reads no byte of a client then keeps the ports, the keys and the secrets, writes the log and replaces workers; folders that are served, pages of your own and apps\' '
    + 'sockets have to be open to the user. Whoever finds a hole in what reads requests is that user and no more, so name one that owns nothing. Default: whoever starts the front.',
  ),
  admin: numberOr(0, 65535, 'a port, or text such as "127.0.0.1:9443", "unix:/path" or "off"').optional().describe(
    'Where metrics (/metrics, for Prometheus) and the status page (/) are: a port of 127.0.0.1, "addr:port", "unix:/path" or "off". They tell how much '
    + 'is asked for, what goes wrong and where apps are, and change nothing. An address that other machines reach needs adminPasswordFile, and speaks TLS with the '
    + 'front\'s certificates unless https is off. Default: off.',
  ),
  adminPasswordFile: text('a file').optional().describe(
    'File with one line of 16 to 256 visible ASCII characters: the password of the admin address, with any user name (Basic, RFC 7617). '
    + 'Whoever reads it can read the metrics; make it with: (umask 077; openssl rand -hex 32 > FILE); one that every user can read is refused. Default: none is asked for.',
  ),
  adminHosts: list(text('a host name'), 'a list of host names').optional().describe(
    'Host names by which the admin address may be asked for, besides localhost, IP addresses and the names of the sites. Any other is refused: a page of '
    + 'somebody else\'s, whose name was made to lead here, could read it in an operator\'s browser (DNS rebinding). Default: none besides.',
  ),
  maxConnections: howMany(1).optional().describe(
    'How many clients\' connections are open at once, over both doors and all workers (each has its part). One more is closed at once, before its handshake. An idle one costs about 50 KiB of '
    + 'memory on Node. Whoever opens that many keeps others out, and without a limit takes the machine with it. Default: 10000.',
  ),
  grace: duration.optional().describe('How long running answers get at a stop; seconds, or text such as "30s". Default: 30.'),
  reloadGrace: duration.optional().describe(
    'How long WebSockets and event streams from before a reload go on after it; seconds, or text such as "10m". Until then a client that was let in by the configuration from before, by a '
    + 'guard or a trust list that has changed since, stays in. 0 ends them at once. Default: until one of their ends closes them.',
  ),
  timeouts,
  bodyRate,
  sendRate,

  ...siteKeys,
  domains: list(text('a host name'), 'a list of host names').optional().describe(
    'The only hosts that are served; any other gets 421 and never reaches the app. Host is the client\'s claim: without domains the app sees '
    + 'whatever a client wrote. "*.example.com" is one level below. Default: every host.',
  ),
  sites: list(site, 'a list of sites').min(1, { error: 'at least one site' }).optional().describe(
    'Several sites, told apart by host name, each with the keys that otherwise stand at the top. With sites, none of those may stand there too.',
  ),
}, { error: 'an object: the configuration itself, as the default export' });

/** The same as JSON Schema (draft 2020-12), for editors; published as `sallyport/schema.json`. */
export const configJsonSchema = (): Record<string, unknown> => ({
  title: 'Sallyport configuration',
  ...z.toJSONSchema(configSchema, { io: 'input' }),
});
