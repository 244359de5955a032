import * as node from '../settings/node.ts';
import * as python from '../settings/python.ts';
import type { ByProfile, Entry, Setting } from '../settings/setting.ts';
import { named } from '../settings/setting.ts';
import * as servers from '../settings/servers.ts';
import type { Framework } from './frameworks.ts';
import type { ToldProfile } from './told.ts';

/** One thing to change: in which file, which lines to add, and what to know about them. */
export interface Change {
  readonly where: string;
  readonly lines: readonly string[];
  readonly note?: string;
}

/** What ends a loop: the settings of src/core/settings, or where only a server or a language shows, those of what it may be. */
export type Cure = Pick<Entry, 'name' | 'by' | 'unasked' | 'unreadable'>;

const apacheRedirect: Setting = {
  where: 'Apache\'s configuration or .htaccess',
  language: 'apache',
  lines: ['RewriteCond %{HTTP:{header}} !={value}', 'RewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L]'],
  why: 'Apache redirects only what the front was asked for over http.',
  trap: 'To Apache every request is http, since the front ends TLS: RewriteCond %{HTTPS} and Redirect / https://… never end. The front redirects already, so Apache\'s redirect may as well go.',
};
const general: Setting = {
  where: 'the app\'s setting for proxies',
  language: 'text',
  lines: ['{header}: {value}'],
  why: 'The app takes a request with this header for https.',
  trap: 'The app has to take a request with this header for https, when it comes from the front ({front}). The setting is often called "trust proxy", "trusted proxies", "forwarded headers" or "secure proxy header".',
};

const loop = ({ name, by, looping, unasked, unreadable }: Entry): Cure => ({ name, by: looping ?? by, ...(unasked && { unasked }), ...(unreadable && { unreadable }) });

/** The settings of several, each once, in this order. */
function together(...all: readonly ByProfile[]): ByProfile {
  const by: Partial<Record<ToldProfile, readonly Setting[]>> = {};
  for (const one of all) {
    for (const profile of Object.keys(one) as ToldProfile[]) by[profile] = [...new Set([...by[profile] ?? [], ...one[profile]!])];
  }
  return by;
}

export const CURES: Readonly<Record<Framework, Cure>> = {
  django: loop(python.django),
  flask: loop(python.flask),
  rails: loop(servers.rails),
  express: loop(node.express),
  fastify: loop(node.fastify),
  koa: loop(node.koa),
  laravel: loop(servers.laravel),
  spring: loop(servers.spring),
  aspnet: loop(servers.aspnet),
  wordpress: loop(servers.wordpress),
  nextjs: loop(node.next),
  wsgi: { name: 'Django or Flask behind Gunicorn', by: together(python.gunicorn.by, python.django.by, { standard: python.flask.by.standard! }) },
  asgi: { name: 'an ASGI app (FastAPI, Starlette, Django)', by: python.fastapi.by },
  php: { name: 'a PHP app (Laravel or WordPress)', by: together({ standard: servers.laravel.by.standard! }, servers.wordpress.by) },
  node: { name: 'a Node app (Express, Koa, Fastify)', by: together(node.express.by, node.koa.by, node.fastify.by) },
  apache: { name: 'Apache httpd', by: named(apacheRedirect) },
  unknown: { name: 'an unknown framework', by: { ...named(general), rfc7239: [general] } },
};

/** Where an app that has its own redirect between schemes can be told to leave that to the front; {path} is the path's prefix. */
export const OWN_REDIRECT: Readonly<Partial<Record<Framework, Change>>> = {
  django: { where: 'settings.py (Django)', lines: ['SECURE_SSL_REDIRECT = False'], note: 'Or leave single paths out: SECURE_REDIRECT_EXEMPT, patterns without the first slash, as in [r"^feed/"]. A middleware or decorator of the app\'s own that goes by view wants the same.' },
  rails: { where: 'config/environments/production.rb (Rails)', lines: ['config.ssl_options = { redirect: { exclude: ->(request) { request.path.start_with?("{path}") } } }'] },
  aspnet: { where: 'Program.cs (ASP.NET Core)', lines: ['// app.UseHttpsRedirection();'], note: 'Leave the line out: the front redirects.' },
  wordpress: { where: 'Settings → General (WordPress)', lines: ['https://…'], note: 'Both addresses begin with the scheme that the front serves; WordPress redirects every page to it.' },
};
