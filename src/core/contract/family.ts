/**
 * The family: every request field name that some app, framework or server takes a proxy's word from. All of them are
 * removed from what a client sent, before the truth is written. Names are compared folded (see {@link fold}), since
 * WSGI, CGI and Rack make one variable of `X-Forwarded-Proto` and `X_Forwarded_Proto`.
 *
 * To add one: one line here, with the reader that would believe it. Nothing else needs to change.
 */
export interface FamilyEntry {
  /** Folded. */
  readonly name: string;
  /** Whether every name that begins so belongs. */
  readonly prefix?: true;
  /** What a forged one would do. */
  readonly reason: string;
  /** Where that is written. */
  readonly source: string;
}

export const FAMILY: readonly FamilyEntry[] = [
  // Everything at once
  { name: 'forwarded', reason: 'scheme, host and client; Rack 3, Spring and Symfony read it first', source: 'RFC 7239 §4; rack lib/rack/request.rb' },
  { name: 'x-forwarded', reason: 'client address in the old Squid form', source: 'django-ipware precedence list' },
  { name: 'x-forwarded-', prefix: true, reason: 'scheme, host, port, client, path prefix, user: -Proto, -Protocol, -Scheme, -Ssl, -HTTPS, -For, -Host, -Port, -Server, -Prefix, -User, -Tls-Client-Cert …', source: 'traefik pkg/middlewares/forwardedheaders; rack; gunicorn secure_scheme_headers' },
  // Scheme
  { name: 'x-scheme', reason: 'scheme; Tornado reads it before X-Forwarded-Proto', source: 'tornado httpserver.py; mod_wsgi WSGITrustedProxyHeaders' },
  { name: 'x-url-scheme', reason: 'scheme', source: 'MDN X-Forwarded-Proto, "Other non-standard forms"' },
  { name: 'https', reason: 'scheme flag: HTTP_HTTPS to PHP apps, which made HTTPS of it', source: 'woocommerce issue 8479' },
  { name: 'x-https', reason: 'scheme flag', source: 'mod_wsgi WSGITrustedProxyHeaders' },
  { name: 'x-ssl', reason: 'scheme flag read by PHP and Ruby helpers beside X-ARR-SSL', source: 'public is-https helpers that test HTTP_X_SSL' },
  { name: 'front-end-https', reason: 'scheme flag of Microsoft front ends', source: 'MDN X-Forwarded-Proto, "Other non-standard forms"' },
  { name: 'x-arr-ssl', reason: 'its mere presence means https to apps made for IIS ARR and Azure', source: 'Azure App Service front ends; WordPress on Azure templates' },
  { name: 'x-appservice-proto', reason: 'scheme on Azure App Service', source: 'Azure App Service server variables' },
  { name: 'cf-visitor', reason: 'scheme as JSON', source: 'Cloudflare HTTP request headers' },
  { name: 'cloudfront-forwarded-proto', reason: 'scheme', source: 'CloudFront request headers' },
  { name: 'wl-proxy-', prefix: true, reason: 'scheme (-SSL), client (-Client-IP) and certificate (-Client-Cert) for WebLogic', source: 'Oracle WebLogic Server proxy plug-ins; WeblogicPluginEnabled' },
  // Host and path
  { name: 'x-host', reason: 'host', source: 'mod_wsgi WSGITrustedProxyHeaders' },
  { name: 'x-original-', prefix: true, reason: 'path, host, scheme, client before a proxy changed them: -URL, -URI, -Host, -Proto, -For', source: 'ASP.NET Core ForwardedHeadersDefaults; Symfony X-Original-URL (CVE-2018-14773)' },
  { name: 'x-rewrite-url', reason: 'path behind IIS rewriting, around path rules of the front', source: 'Symfony CVE-2018-14773; Zend ZF2018-01' },
  { name: 'x-script-name', reason: 'mount path; goes into every URL the app writes', source: 'mod_wsgi WSGITrustedProxyHeaders' },
  { name: 'script-name', reason: 'mount path; helpers read HTTP_SCRIPT_NAME, Gunicorn a header SCRIPT_NAME', source: 'gunicorn forwarder_headers; flask reverse proxy snippets' },
  // Client address
  { name: 'x-real-ip', reason: 'client; Tornado reads it before X-Forwarded-For', source: 'nginx ngx_http_realip_module; tornado httpserver.py' },
  { name: 'x-client-ip', reason: 'client', source: 'mod_wsgi WSGITrustedProxyHeaders; django-ipware precedence list' },
  { name: 'client-ip', reason: 'client; beside another X-Forwarded-For Rails answers 500 (IpSpoofAttackError)', source: 'rails remote_ip.rb' },
  { name: 'true-client-ip', reason: 'client', source: 'Akamai and Cloudflare Enterprise' },
  { name: 'x-cluster-client-ip', reason: 'client', source: 'Rackspace and Riverbed balancers; django-ipware precedence list' },
  { name: 'forwarded-for', reason: 'client', source: 'django-ipware precedence list' },
  { name: 'cf-connecting-ip', reason: 'client', source: 'Cloudflare HTTP request headers' },
  { name: 'cf-connecting-ipv6', reason: 'client', source: 'Cloudflare HTTP request headers' },
  { name: 'cf-pseudo-ipv4', reason: 'client', source: 'Cloudflare HTTP request headers' },
  { name: 'fastly-client-ip', reason: 'client', source: 'Fastly; django-ipware precedence list' },
  { name: 'fly-client-ip', reason: 'client', source: 'Fly.io request headers' },
  // Proofs
  { name: 'sallyport-secret', reason: 'the proof by which an app believes its front', source: 'core/contract/tell.ts' },
  // Who the user is
  { name: 'remote-user', reason: 'a login: apps behind an authenticating proxy take the name as it stands', source: 'Django RemoteUserMiddleware with a header' },
  { name: 'x-remote-user', reason: 'a login', source: 'Kubernetes --requestheader-username-headers' },
  { name: 'x-ssl-', prefix: true, reason: 'client certificate facts: X-SSL-Client-Verify, -S-DN, -Cert, -SHA1', source: 'HAProxy and nginx mutual TLS guides' },
  { name: 'ssl-client-', prefix: true, reason: 'client certificate facts: SSL-Client-Cert, -Verify, -S-DN', source: 'Tomcat SSLValve; ingress-nginx mutual TLS' },
  { name: 'client-cert', reason: 'client certificate', source: 'RFC 9440 §2.2, §2.4' },
  { name: 'client-cert-chain', reason: 'client certificate', source: 'RFC 9440 §2.3, §2.4' },
  { name: 'x-client-cert', reason: 'client certificate', source: 'nginx and Envoy mutual TLS guides' },
  { name: 'x-client-dn', reason: 'client certificate subject', source: 'nginx mutual TLS guides' },
  // Files
  { name: 'x-accel-', prefix: true, reason: 'where files lie: Rack::Sendfile makes X-Accel-Redirect of a client\'s X-Accel-Mapping, so that it names files that were never meant', source: 'CVE-2025-61780' },
  { name: 'x-sendfile', prefix: true, reason: 'X-Sendfile-Type makes Rack::Sendfile answer with a header instead of the file', source: 'CVE-2025-61780' },
  // Environment
  { name: 'proxy', reason: 'becomes HTTP_PROXY in CGI, and the app sends its own requests through the attacker (httpoxy)', source: 'CVE-2016-5385' },
];

const EXACT: ReadonlyMap<string, FamilyEntry> = new Map(FAMILY.filter((entry) => entry.prefix === undefined).map((entry) => [entry.name, entry]));
const PREFIXES: readonly FamilyEntry[] = FAMILY.filter((entry) => entry.prefix === true);

/** Lower case, everything that is neither letter nor digit read as `-`: what is left of a name in WSGI, CGI and Rack. */
export function fold(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '-');
}

/** The entry that a folded name falls under, or undefined. */
export function familyEntry(folded: string): FamilyEntry | undefined {
  return EXACT.get(folded) ?? PREFIXES.find((entry) => folded.startsWith(entry.name));
}

/** Why a folded name is of the family, or undefined where it is not. */
export function familyReason(folded: string): string | undefined {
  return familyEntry(folded)?.reason;
}
