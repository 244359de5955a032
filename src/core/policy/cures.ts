import type { Framework } from './frameworks.ts';
import type { ToldProfile } from './told.ts';

/** One thing to change: in which file, which lines to add, and what to know about them. */
export interface Change {
  readonly where: string;
  readonly lines: readonly string[];
  readonly note?: string;
}

export interface Cure {
  readonly name: string;
  /** By how the app is told. A profile that is not here is one that this framework cannot read. */
  readonly by: Partial<Record<ToldProfile, readonly Change[]>>;
  /** Reads `X-Forwarded-Proto` with nothing set: where the front says that, no line is needed. */
  readonly unasked?: true;
}

// In the lines: {header} and {value} as they are written, {meta} the header as a WSGI or CGI variable, {front} the
// address the front comes from, {proxy} the same for Express (`loopback` for this machine).
// What each framework reads, in which order, and whom it believes, was read in its source: Django 5.2, Gunicorn 26,
// Uvicorn 0.35, Werkzeug 3.2, Express 5.3, Fastify 5.12, Koa 3.3, Rack 2.2 and 3, Rails 6.1 and 8, Laravel 12 with Symfony's Request, Spring 7, ASP.NET Core
// 8.0.17, Next.js 16.

const GUNICORN_NOTE = 'Gunicorn sets the scheme by itself, but only when the request comes from an address in --forwarded-allow-ips (127.0.0.1 and ::1 by default); elsewhere give it the front\'s: --forwarded-allow-ips={front}.';

const django: Change = {
  where: 'settings.py (Django)',
  lines: ['SECURE_PROXY_SSL_HEADER = ("{meta}", "{value}")'],
  note: 'Django compares the whole value, and believes it from whoever can reach the app: let the app listen on loopback or a unix socket only.',
};
const flask: Change = {
  where: 'where the Flask app is made',
  lines: ['from werkzeug.middleware.proxy_fix import ProxyFix', 'app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_port=1)'],
  note: 'ProxyFix believes whoever can reach the app: let the app listen on loopback or a unix socket only.',
};
const gunicornOwnName: Change = {
  where: 'gunicorn.conf.py',
  lines: ['secure_scheme_headers = {"{HEADER}": "{value}"}', 'forwarded_allow_ips = "{front}"'],
  note: 'Then every WSGI framework behind Gunicorn sees https. Without this line Gunicorn takes X-Forwarded-Protocol for secure only where its value is "ssl".',
};
const gunicornTrust: Change = { where: 'the command that starts Gunicorn', lines: ['gunicorn --forwarded-allow-ips={front} …'], note: GUNICORN_NOTE };
const uvicorn: Change = {
  where: 'the command that starts Uvicorn',
  lines: ['uvicorn --proxy-headers --forwarded-allow-ips={front} …'],
  note: 'On a unix socket Uvicorn believes nobody unless --forwarded-allow-ips is "*", which is safe there as far as the socket\'s permissions are.',
};
const rails: Change = {
  where: 'config/environments/production.rb (Rails 7.1 and later)',
  lines: ['config.assume_ssl = true', 'config.force_ssl = true'],
  note: 'Rails reads {header} by itself, so something between the front and Rails takes it away or overwrites it: look there first. assume_ssl is only for apps of which every path is https, and it makes Rails believe in port 443.',
};
const railsForwarded: Change = {
  where: 'the front',
  lines: ['--speaks standard'],
  note: 'Rack reads Forwarded from version 3 on, Rack 2 does not; X-Forwarded-Proto both read, with nothing set in Rails.',
};
const laravel: Change = {
  where: 'bootstrap/app.php (Laravel 11 and later)',
  lines: ['->withMiddleware(function (Middleware $middleware) {', '    $middleware->trustProxies(at: [\'{front}\']);', '})'],
  note: 'Up to Laravel 10: protected $proxies = [\'{front}\']; in app/Http/Middleware/TrustProxies.php.',
};
const laravelForwarded: Change = {
  where: 'bootstrap/app.php (Laravel 11 and later)',
  lines: ['->withMiddleware(function (Middleware $middleware) {', '    $middleware->trustProxies(at: [\'{front}\'], headers: \\Illuminate\\Http\\Request::HEADER_FORWARDED);', '})'],
};
const spring: Change = {
  where: 'application.properties (Spring Boot)',
  lines: ['server.forward-headers-strategy=framework'],
  note: 'Spring then believes whoever can reach the app: let it listen on loopback only (server.address=127.0.0.1).',
};
const aspnet = (...more: string[]): Change => ({
  where: 'Program.cs (ASP.NET Core)',
  lines: [
    'builder.Services.Configure<ForwardedHeadersOptions>(options => {',
    '    options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;',
    ...more,
    '});',
    'app.UseForwardedHeaders(); // before UseHttpsRedirection and everything else',
  ],
  note: 'Only loopback is believed by default; where the front is elsewhere, also options.KnownProxies.Add(IPAddress.Parse("{front}")); since 8.0.17 and 9.0.6 that is checked for every header.',
});
const wordpress: Change = {
  where: 'wp-config.php, above "That\'s all, stop editing!" (WordPress)',
  lines: ['if (($_SERVER[\'{meta}\'] ?? \'\') === \'{value}\') {', '    $_SERVER[\'HTTPS\'] = \'on\';', '}'],
  note: 'WordPress looks only at $_SERVER[\'HTTPS\'] and at port 443. The addresses under Settings → General begin with https:// too.',
};
const nextjs: Change = {
  where: 'proxy.ts, or middleware.ts before Next.js 16',
  lines: ['const secure = request.headers.get(\'x-forwarded-proto\')?.split(\',\')[0].trim() === \'https\';'],
  note: 'Next.js itself redirects nothing to https, so the redirect is in the app or a library of it: decide by this line, since request.nextUrl.protocol is what Next.js was started with. Auth.js wants AUTH_TRUST_HOST=true and AUTH_URL with the public https URL.',
};
const express: Change = {
  where: 'where the Express app is made, before the first app.use',
  lines: ['app.set(\'trust proxy\', {proxy});'],
  note: 'Then req.secure, req.protocol and the Secure cookies of express-session are right. A number or true there would believe whoever can reach the app.',
};
const fastify: Change = {
  where: 'where the Fastify app is made',
  lines: ['const app = fastify({ trustProxy: {proxy} });'],
  note: 'Then request.protocol, request.host and request.ip are right. true there would believe whoever can reach the app, a number believes nobody.',
};
const koa: Change = {
  where: 'where the Koa app is made',
  lines: ['app.proxy = true;'],
  note: 'Koa then believes whoever can reach the app: let the app listen on loopback or a unix socket only.',
};
const apacheRedirect: Change = {
  where: 'Apache\'s configuration or .htaccess',
  lines: ['RewriteCond %{HTTP:{header}} !={value}', 'RewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L]'],
  note: 'To Apache every request is http, since the front ends TLS: RewriteCond %{HTTPS} and Redirect / https://… never end. The front redirects already, so Apache\'s redirect may as well go.',
};
const general: Change = {
  where: 'the app\'s setting for proxies',
  lines: ['{header}: {value}'],
  note: 'The app has to take a request with this header for https, when it comes from the front ({front}). The setting is often called "trust proxy", "trusted proxies", "forwarded headers" or "secure proxy header".',
};

export const CURES: Readonly<Record<Framework, Cure>> = {
  django: { name: 'Django', by: { 'standard': [django], 'legacy': [django], 'ssl-flag': [django], 'front-end-https': [django], 'custom': [django] } },
  flask: { name: 'Flask', by: { 'standard': [flask], 'legacy': [gunicornOwnName], 'ssl-flag': [gunicornTrust], 'custom': [gunicornOwnName] } },
  rails: { name: 'Rails', by: { 'standard': [rails], 'rfc7239': [railsForwarded], 'ssl-flag': [rails] }, unasked: true },
  express: { name: 'Express', by: { standard: [express] } },
  fastify: { name: 'Fastify', by: { standard: [fastify] } },
  koa: { name: 'Koa', by: { standard: [koa] } },
  laravel: { name: 'Laravel', by: { standard: [laravel], rfc7239: [laravelForwarded] } },
  spring: { name: 'Spring', by: { 'standard': [spring], 'rfc7239': [spring], 'ssl-flag': [spring] } },
  aspnet: { name: 'ASP.NET Core', by: { standard: [aspnet()], legacy: [aspnet('    options.ForwardedProtoHeaderName = "{header}";')] } },
  wordpress: { name: 'WordPress', by: { 'standard': [wordpress], 'legacy': [wordpress], 'ssl-flag': [wordpress], 'front-end-https': [wordpress], 'custom': [wordpress] } },
  nextjs: { name: 'Next.js', by: { standard: [nextjs] } },
  wsgi: {
    name: 'Django or Flask behind Gunicorn',
    by: { 'standard': [gunicornTrust, django, flask], 'legacy': [gunicornOwnName, django], 'ssl-flag': [gunicornTrust, django], 'front-end-https': [gunicornOwnName, django], 'custom': [gunicornOwnName, django] },
  },
  asgi: { name: 'an ASGI app (FastAPI, Starlette, Django)', by: { standard: [uvicorn] } },
  php: { name: 'a PHP app (Laravel or WordPress)', by: { 'standard': [laravel, wordpress], 'legacy': [wordpress], 'ssl-flag': [wordpress], 'front-end-https': [wordpress], 'custom': [wordpress] } },
  node: { name: 'a Node app (Express, Koa, Fastify)', by: { standard: [express, koa, fastify] } },
  apache: { name: 'Apache httpd', by: { 'standard': [apacheRedirect], 'legacy': [apacheRedirect], 'ssl-flag': [apacheRedirect], 'front-end-https': [apacheRedirect], 'custom': [apacheRedirect] } },
  unknown: { name: 'an unknown framework', by: { 'standard': [general], 'rfc7239': [general], 'legacy': [general], 'ssl-flag': [general], 'front-end-https': [general], 'custom': [general] } },
};

/** Where an app that has its own redirect between schemes can be told to leave that to the front; {path} is the path's prefix. */
export const OWN_REDIRECT: Readonly<Partial<Record<Framework, Change>>> = {
  django: { where: 'settings.py (Django)', lines: ['SECURE_SSL_REDIRECT = False'], note: 'Or leave single paths out: SECURE_REDIRECT_EXEMPT, patterns without the first slash, as in [r"^feed/"]. A middleware or decorator of the app\'s own that goes by view wants the same.' },
  rails: { where: 'config/environments/production.rb (Rails)', lines: ['config.ssl_options = { redirect: { exclude: ->(request) { request.path.start_with?("{path}") } } }'] },
  aspnet: { where: 'Program.cs (ASP.NET Core)', lines: ['// app.UseHttpsRedirection();'], note: 'Leave the line out: the front redirects.' },
  wordpress: { where: 'Settings → General (WordPress)', lines: ['https://…'], note: 'Both addresses begin with the scheme that the front serves; WordPress redirects every page to it.' },
};
