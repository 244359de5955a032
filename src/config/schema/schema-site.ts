import * as z from 'zod';
import { answerHeaders, compress, maxBody, protectedFolders, readAhead, requestHeaders, root, route, sendfile, streamBodies } from './schema-route.ts';
import { duration, flag, list, numberOr, text } from './schema-parts.ts';
import { app, upstream } from './schema-upstream.ts';

const policy = z.enum(['https', 'http', 'either'], { error: 'https, http or either' });

const ownPage = (when: string) => text('an HTML file').optional().describe(when);

/** The keys of one site, at the top of the file or inside `sites`. */
export const siteKeys = {
  app: app.describe(
    'Where the app listens: a port or "localhost:port" (127.0.0.1, then ::1), "host:port", "http://host:port", "https://host:port", "unix:/path"; several servers as a list, or '
    + 'in one text with commas; uwsgi://host:port and uwsgi+unix:/path for uWSGI\'s own protocol, fastcgi://host:port and fastcgi+unix:/path with root for PHP. '
    + 'Whoever reaches the app past the front can forge everything, so let it listen on loopback or a socket.',
  ),
  upstream,
  static: z.record(z.string(), text('a folder'), { error: 'an object of path prefixes and folders' }).optional().describe(
    'Prefixes served straight from folders: { "/media/": "./media" }. For options write the prefix under routes instead.',
  ),
  routes: z.record(z.string(), route, { error: 'an object of path prefixes and routes' }).optional().describe(
    'What serves which path prefix, longest first. What no route serves goes to app.',
  ),
  scheme: z.record(z.string(), policy, { error: 'an object of path prefixes and https, http or either' }).optional().describe(
    'Policy by path prefix, longest first. https: plain requests are redirected to https. http: secure requests are redirected back. either: both '
    + 'are served as they come, so what is sent there can be read and changed on the way. Default: everything is https.',
  ),
  health: z.union([text('a path'), list(text('a path'), 'paths')], { error: 'a path or a list of paths' }).optional().describe(
    'Paths that the app answers over either door and for any Host, without redirect or 421, for balancers. Anybody can ask for them. Default: none.',
  ),
  pages: z.strictObject({
    401: ownPage('A guarded path, without a name and password that are right. Browsers show it to who cancels.'),
    403: ownPage('A file that the front may not read, or a client without the certificate, or from none of the addresses, that the site asks for.'),
    404: ownPage('No file, no route, or an app that named a file that is not there.'),
    413: ownPage('A request body over maxBody.'),
    429: ownPage('More requests than a rate lets through.'),
    500: ownPage('A defect of the front.'),
    502: ownPage('The app is down, or its answer makes no sense.'),
    503: ownPage('All servers of an app are out, or maintenance without a page of its own.'),
    504: ownPage('The app did not answer in time.'),
  }, { error: 'an object of statuses and HTML files' }).optional().describe(
    'HTML files of your own in the place of the front\'s pages, by status: { "502": "./502.html" }. Read at start; for clients that take HTML, others get '
    + 'JSON or text as before. An app\'s own answers are never replaced. Default: the front\'s pages.',
  ),
  maintenance: z.union([flag, text('a file'), z.strictObject({
    file: text('a file').optional().describe('On while this file is there; looked at once a second at most. Default: on for as long as this is configured.'),
    page: text('an HTML file').optional().describe('What visitors see. Default: what is in file, else the page for 503.'),
    allow: list(text('an address, a CIDR, loopback or unix'), 'a list of addresses').optional().describe('Clients that get through: addresses, CIDRs, "loopback", "unix". Default: nobody.'),
    retryAfter: duration.optional().describe('What Retry-After says. Default: 5m.'),
  }, { error: 'an object with file, page, allow or retryAfter' })], { error: 'true, a file that switches it on, or an object' }).optional().describe(
    'Answer everybody with 503 and Retry-After, but for health paths and the addresses in allow. A text is a file: on while it is there, and what is in it '
    + 'is the page. Default: off.',
  ),
  guards: z.record(z.string(), z.union([z.literal('off', { error: 'off' }), z.strictObject({
    basic: text('a file').optional().describe('File of names and hashed passwords, as htpasswd -B or openssl passwd -6 make them; a browser asks for one (Basic, RFC 7617). It crosses the network with every request: over plain http everybody on the way can read it.'),
    allow: list(text('an address, a CIDR, loopback or unix'), 'a list of addresses').optional().describe('The only clients that may come: addresses, CIDRs, "loopback", "unix". Default: everybody.'),
    deny: list(text('an address, a CIDR, loopback or unix'), 'a list of addresses').optional().describe('Clients that may not, whatever else is said. Default: nobody.'),
    any: flag.optional().describe('true: a client of allow needs no password, everybody else does. Default: false, both are needed.'),
    keepAuthorization: flag.optional().describe('true: the app sees the Authorization header with the password, too. Default: false; an app that has passwords of its own would take it for one of them.'),
  }, { error: 'an object with basic, allow or deny' })], { error: 'off, or an object with basic, allow or deny' }), { error: 'an object of path prefixes and guards' }).optional().describe(
    'Who may come to a path prefix, longest prefix first: { "/": { basic: "staging.htpasswd" } }. "off": everybody, below a guarded one. The address is the true client\'s (trust). Health paths and '
    + '/.well-known/acme-challenge/ are open unless a guard of their own is named for the latter. Thirty passwords may be tried from one address, then one every two seconds. Default: everybody may.',
  ),
  rates: z.record(z.string(), text('a rate'), { error: 'an object of path prefixes and rates' }).optional().describe(
    'How often a path prefix may be asked for, longest prefix first: { "/login/": "5/m" } is five in a minute from one address and one every twelve seconds after that. "20/s burst=100": so many '
    + 'at once after a pause (else as many as the number says). "50/s all": from all addresses together, so that whoever asks that often keeps others out. "off": no limit below a wider one. Counted by the '
    + 'true client address (trust), of IPv6 by its first 64 bits, over all workers; what is too much gets 429 with Retry-After. People behind one address share its bucket. Health paths are not counted. Default: none.',
  ),
  www: z.enum(['remove', 'add'], { error: 'remove or add' }).optional().describe(
    'remove redirects visitors of www.example.com to example.com, add the other way, together with https in one redirect. Both names have to be among '
    + 'the hosts. Health paths are left alone. Default: both names are served as they are.',
  ),
  hsts: numberOr(0, Number.MAX_SAFE_INTEGER, 'seconds, or text such as "31536000,subdomains,preload"').optional().describe(
    'Strict-Transport-Security: seconds, then ",subdomains" and ",preload" if wanted. Browsers then refuse plain HTTP for that long, which nobody can '
    + 'take back for them; 0 tells them to forget. Needs every path to be https. Default: the app\'s own line, if it sends one.',
  ),
  clientCertificates: z.strictObject({
    ca: text('a PEM file').describe('PEM file with the authorities that sign your clients\' certificates. Whoever has the key of one of them can let in anybody under any name: name an authority of your own, never a public one.'),
    optional: flag.optional().describe('true: clients without a certificate are let in too, and the app is told. One that is expired or of another authority is refused all the same. Default: false, nobody without one is answered.'),
  }, { error: '{ ca } and optional: true or false' }).optional().describe(
    'Ask clients of this site for a certificate (mutual TLS). Only connections that were made for this site count: a Host of it over another site\'s connection gets '
    + '421. The app is told the certificate in Client-Cert (RFC 9440), or in headers of your own (tell, with {client-cert-subject} and others); what clients send of that '
    + 'kind is removed. Default: nobody is asked.',
  ),
  speaks: z.enum(['standard', 'rfc7239', 'legacy', 'ssl-flag', 'front-end-https', 'none'], {
    error: 'standard, rfc7239, legacy, ssl-flag, front-end-https or none',
  }).optional().describe(
    'In which headers the app is told scheme, client, host and port. Every other header of that kind is removed, whoever sent it. Default: standard '
    + '(X-Forwarded-For, -Proto, -Host, -Port).',
  ),
  tell: list(text('"Name: value"'), 'a list of "Name: value"').optional().describe(
    'Headers of your own: "Name: value". {scheme} {on} {client} {host} {port} expand, and with clientCertificates {client-verified} (SUCCESS or NONE) {client-cert} {client-cert-pem} '
    + '{client-cert-subject} {client-cert-issuer} {client-cert-serial} {client-cert-fingerprint}; a value without any of them is written on https requests only. What a '
    + 'client sends under such a name is removed. Default: none.',
  ),
  secureCookies: flag.optional().describe(
    'Whether Set-Cookie on an https request gets Secure where the app left it out. Default: yes where every path is https, else no.',
  ),
  protected: protectedFolders,
  sendfile,
  compress,
  requestHeaders,
  answerHeaders,
  root,
  maxBody,
  streamBodies,
  readAhead,
};

export const site = z.strictObject({
  hosts: list(text('a host name'), 'a list of host names').optional().describe(
    'The hosts of this site; "*.example.com" is one level below. One site may have none: it then serves every host the others do not name.',
  ),
  ...siteKeys,
}, { error: 'an object' });
