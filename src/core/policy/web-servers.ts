import type { Change } from './cures.ts';
import type { Told } from './told.ts';

/** A web server that answered: by itself, or for an app that stands behind it. */
export interface WebServer {
  readonly name: 'nginx' | 'Apache';
  /** The line it was recognised by, cut short. */
  readonly sign: string;
}

const SERVERS: readonly (readonly [name: WebServer['name'], pattern: RegExp])[] = [
  ['nginx', /^(?:nginx|openresty|tengine|angie|freenginx)\b/i],
  ['Apache', /^Apache(?:\/|$)/], // not Apache-Coyote or Apache Tomcat
];

/**
 * By its `Server`. nginx puts its own name into every answer, also into those of an app behind it (`proxy_pass_header`).
 * Apache leaves the name that came from behind mod_proxy: its own says that the answer is its own, or that of an app inside it.
 */
export function webServer(server: string | undefined): WebServer | undefined {
  const found = server === undefined ? undefined : SERVERS.find(([, pattern]) => pattern.test(server));
  return found && { name: found[0], sign: `Server: ${server!.slice(0, 60)}` };
}

/** What the lines of a change depend on. */
export interface Around {
  /** How the app is told. */
  readonly told: Told;
  /** The address the front's connections come from, as the server sees it. */
  readonly front: string;
  /** The site's public scheme, host and port. */
  readonly origin: string;
}

type Changes = Readonly<Partial<Record<WebServer['name'], (around: Around) => Change>>>;

/** Where a server between the front and the app tells the app something else than it was told. */
export const PASS_ON: Changes = {
  nginx: ({ told: { header }, front }) => ({
    where: 'the nginx between the front and the app',
    lines: [`proxy_set_header ${header} $http_${header.toLowerCase().replaceAll('-', '_')};`],
    note: `In place of "proxy_set_header ${header} $scheme;": there $scheme is how the front came to nginx, http. nginx then passes on what it is sent, so nobody but the front may reach it: let it listen on loopback or a unix socket, or write "allow ${front}; deny all;".`,
  }),
};

/** Where a server redirects to https by itself. (Apache's own redirects show, and have a cure as a framework has.) */
export const WEB_REDIRECT: Changes = {
  nginx: () => ({
    where: 'the nginx behind the front, if it redirects by itself',
    lines: ['# return 301 https://$host$request_uri;'],
    note: 'Leave this line out: the front redirects to https, and to nginx all that the front sends is plain http.',
  }),
};

/** Where a server writes whole URLs from what it knows of itself. */
export const OWN_ADDRESS: Required<Changes> = {
  nginx: () => ({
    where: 'nginx, in http, server or location',
    lines: ['absolute_redirect off;'],
    note: 'Then it writes paths alone, which are right from everywhere. "port_in_redirect off;" takes away the port only; http: stays and is repaired.',
  }),
  Apache: ({ origin }) => ({
    where: 'Apache, in the server or virtual host',
    lines: [`ServerName ${origin}`, 'UseCanonicalName On'],
    note: 'Then its own redirects have the site\'s public scheme, name and port.',
  }),
};

/** Where a server between tells the app another host than the client wrote. */
export const PASS_HOST: Changes = {
  nginx: () => ({
    where: 'the nginx between the front and the app',
    lines: ['proxy_set_header Host $http_host;'],
    note: 'In place of $host, which has no port, and of $host:$server_port and $proxy_host, which have nginx\'s or the app\'s own.',
  }),
};
