/**
 * What was read in their sources: Rack 2.2 and 3, Rails 6.1 and 8, Laravel 12 with Symfony's Request, Spring 7, Tomcat's
 * RemoteIpValve, ASP.NET Core 8.0.17, Plug 1.18.
 */
import { named, type Entry, type Setting } from './setting.ts';

const forceSsl: Setting = {
  where: 'config/environments/production.rb (Rails)',
  language: 'ruby',
  lines: ['config.force_ssl = true'],
  why: 'Puma, Rack and Rails read {header} with nothing set: request.ssl?, base_url and the origin check of forms are right without a line. force_ssl adds Secure to cookies and HSTS.',
  trap: 'They believe it from whoever can reach Puma: let it listen on loopback or a unix socket only. HSTS of force_ssl is two years with all subdomains, which a site with paths over http cannot have. assume_ssl (7.1) is not needed, and makes every request https, those from the http door too.',
};
const assumeSsl: Setting = {
  where: 'config/environments/production.rb (Rails 7.1 and later)',
  language: 'ruby',
  lines: ['config.assume_ssl = true', 'config.force_ssl = true'],
  why: 'Rails takes every request for https.',
  trap: 'Rails reads {header} by itself, so something between the front and Rails takes it away or overwrites it: look there first. assume_ssl is only for apps of which every path is https, and it makes Rails believe in port 443.',
};

const laravelAt = (headers: string, trap: string): Setting => ({
  where: 'bootstrap/app.php (Laravel 11 and later)',
  language: 'php',
  lines: ['->withMiddleware(function (Middleware $middleware) {', `    $middleware->trustProxies(at: ['{front}']${headers});`, '})'],
  why: '$request->secure(), url(), asset(), signed URLs and $request->ip() are right. Behind the front\'s own FastCGI (sallyport fastcgi://… --root) nothing of this is needed.',
  trap,
});
const laravelStandard = laravelAt('', 'at: \'*\' believes whoever can reach the app. Up to Laravel 10: protected $proxies = [\'{front}\']; in app/Http/Middleware/TrustProxies.php.');
const laravelForwarded = laravelAt(', headers: \\Illuminate\\Http\\Request::HEADER_FORWARDED', 'Without headers: Laravel reads the X-Forwarded-* names only. at: \'*\' believes whoever can reach the app.');

const symfonyTrust = (headers: string): Setting => ({
  where: 'config/packages/framework.yaml (Symfony)',
  language: 'yaml',
  lines: ['framework:', '    trusted_proxies: \'{front}\'', `    trusted_headers: [${headers}]`],
  why: '$request->isSecure(), getSchemeAndHttpHost(), getClientIp() and generated absolute URLs are right, and so is requires_channel: https. Behind the front\'s own FastCGI (sallyport fastcgi://… --root) nothing of this is needed.',
  trap: 'The word REMOTE_ADDR for trusted_proxies believes whoever can reach the app. Trust the headers of one family only: where Forwarded and X-Forwarded-* contradict each other, Symfony throws a ConflictingHeadersException.',
});

const springFilter: Setting = {
  where: 'application.properties (Spring Boot)',
  language: 'properties',
  lines: ['server.forward-headers-strategy=framework'],
  why: 'request.isSecure(), getScheme(), links, redirect_uri of OAuth logins and Spring Security\'s redirect to https are right.',
  trap: 'Spring then believes whoever can reach the app: let it listen on loopback only (server.address=127.0.0.1). The strategy "native" leaves it to Tomcat, which believes private addresses only, and reads no Forwarded. On Kubernetes "native" is the default.',
};
const springTomcat: Setting = {
  where: 'application.properties (Spring Boot on Tomcat)',
  language: 'properties',
  lines: ['server.forward-headers-strategy=native', 'server.tomcat.remoteip.protocol-header={header}', 'server.tomcat.remoteip.protocol-header-https-value={value}', 'server.tomcat.remoteip.internal-proxies={regex}'],
  why: 'Tomcat\'s RemoteIpValve makes request.isSecure() and getScheme() of this header.',
  trap: 'internal-proxies is a regular expression for whole addresses. Port 443 is assumed, as nothing else is told: where the public port is another, use --speaks standard.',
};

const aspnetHeaders = (...more: string[]): Setting => ({
  where: 'Program.cs (ASP.NET Core)',
  language: 'csharp',
  lines: [
    'builder.Services.Configure<ForwardedHeadersOptions>(options => {',
    '    options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;',
    ...more,
    '});',
    'app.UseForwardedHeaders(); // before UseHttpsRedirection and everything else',
  ],
  why: 'Request.IsHttps, Request.Scheme, Connection.RemoteIpAddress, generated links and the redirect_uri of OAuth logins are right; UseHttpsRedirection does not loop.',
  trap: 'Only loopback is believed by default; where the front is elsewhere, also options.KnownProxies.Add(IPAddress.Parse("{front}")); since 8.0.17, 9.0.6 and 2.3.4 that is checked for every header. On a unix socket there is no address to check and everybody is believed. UseForwardedHeaders() without ForwardedHeaders set reads nothing.',
});

const phoenixRewrite: Setting = {
  where: 'lib/my_app_web/endpoint.ex (Phoenix), first of the plugs',
  language: 'elixir',
  lines: ['plug Plug.RewriteOn, [:x_forwarded_proto, :x_forwarded_port, :x_forwarded_for]'],
  why: 'conn.scheme, conn.port and conn.remote_ip are right for everything after it. Host is the visitor\'s already.',
  trap: 'Plug believes whoever can reach the app: bind it to loopback (http: [ip: {127, 0, 0, 1}]). Leave :x_forwarded_host out: Plug would put the host with its port into conn.host. A Plug that raises "unknown rewrite: :x_forwarded_for" is older: leave that name out.',
};
const phoenixForce: Setting = {
  where: 'config/prod.exs (Phoenix), if the app redirects to https itself',
  language: 'elixir',
  lines: ['config :my_app, MyAppWeb.Endpoint,', '  url: [scheme: "https", host: "www.example.com", port: 443],', '  force_ssl: [rewrite_on: [:x_forwarded_proto]]'],
  why: 'Plug.SSL, which force_ssl puts before every plug of the endpoint, takes the request for https and does not loop. Generated URLs and check_origin of sockets come from url, and never from the request.',
  trap: 'force_ssl is read when the app is compiled: compile again after changing it.',
};

const whereHttps = (where: string, why: string, trap: string): Setting => ({ where, language: 'php', lines: ['if (($_SERVER[\'{meta}\'] ?? \'\') === \'{value}\') {', '    $_SERVER[\'HTTPS\'] = \'on\';', '}'], why, trap });
const wordpressHttps = whereHttps(
  'wp-config.php, above "That\'s all, stop editing!" (WordPress)',
  'is_ssl() is right, so that the login and FORCE_SSL_ADMIN do not loop and cookies get Secure. Behind the front\'s own FastCGI (sallyport fastcgi://… --root) nothing of this is needed.',
  'WordPress looks only at $_SERVER[\'HTTPS\'] and at port 443. The lines believe whoever can reach the app. The addresses under Settings → General begin with https:// too.',
);
const phpFastcgi: Setting = {
  where: 'the command that starts the front, with PHP-FPM',
  language: 'sh',
  lines: ['sallyport fastcgi+unix:/run/php/php8.2-fpm.sock --root /var/www/html'],
  why: 'Over FastCGI the scheme is a variable and no header: $_SERVER[\'HTTPS\'], REMOTE_ADDR and SERVER_PORT are right with nothing set, whatever profile the front speaks.',
  trap: 'Whoever may write a .php file below the root can run it.',
};
const phpHttps = whereHttps(
  'a file that runs before all others (auto_prepend_file in php.ini), where PHP is behind a web server of its own',
  'Everything that looks at $_SERVER[\'HTTPS\'] is right.',
  'The lines believe whoever can reach the web server: let it listen on loopback or a unix socket only.',
);
const phpBy = named(phpFastcgi, phpHttps);

/** ASP.NET Core makes the scheme of the header's value itself. */
const ON = 'it takes a header\'s value for the scheme itself, and "on" is none';

export const rails: Entry = {
  name: 'Rails', unasked: true, unreadable: { rfc7239: 'Rack reads it from version 3 on only, and Rails\' remote_ip never does' },
  by: { 'standard': [forceSsl], 'ssl-flag': [forceSsl] }, looping: { 'standard': [assumeSsl], 'ssl-flag': [assumeSsl] },
};
export const laravel: Entry = { name: 'Laravel', by: { standard: [laravelStandard], rfc7239: [laravelForwarded] } };
export const symfony: Entry = { name: 'Symfony', by: {
  standard: [symfonyTrust('\'x-forwarded-for\', \'x-forwarded-host\', \'x-forwarded-proto\', \'x-forwarded-port\'')], rfc7239: [symfonyTrust('\'forwarded\'')],
} };
export const spring: Entry = { name: 'Spring', by: {
  'standard': [springFilter], 'rfc7239': [springFilter], 'ssl-flag': [springFilter], 'legacy': [springTomcat], 'front-end-https': [springTomcat], 'custom': [springTomcat],
} };
export const aspnet: Entry = {
  name: 'ASP.NET Core', by: { standard: [aspnetHeaders()], legacy: [aspnetHeaders('    options.ForwardedProtoHeaderName = "{header}";')] },
  unreadable: { 'ssl-flag': ON, 'front-end-https': ON },
};
export const phoenix: Entry = { name: 'Phoenix', by: { standard: [phoenixRewrite, phoenixForce] } };
export const wordpress: Entry = { name: 'WordPress', by: named(wordpressHttps) };
export const php: Entry = { name: 'PHP', by: { ...phpBy, rfc7239: [phpFastcgi] } };
