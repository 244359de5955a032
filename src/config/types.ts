// Written by `npm run docs` from schema.ts; change it there.

/** What a configuration file holds, as it is written. */
export interface Config {
  /** Address of this schema, for editors. Not read. */
  readonly $schema?: string | undefined;
  /** The TLS door: a port, "addr:port", "unix:/path" or "off". Without an address it listens on loopback (IPv4 and IPv6) while a local authority signs, on every address when certificates are given. Default: 443 where the process may bind it, else 8443. */
  readonly https?: number | string | undefined;
  /** The plain HTTP door: a port, "addr:port", "unix:/path" or "off". Without an address it listens on loopback (IPv4 and IPv6) while a local authority signs, on every address when certificates are given. Default: 80 where the process may bind it, else 8080. */
  readonly http?: number | string | undefined;
  /** The https port the world sees where it is not the door's own (a container's published port, a port forwarded by a router). Redirects and the port told to the app use it; nothing a client sends can change it. Default: the port of the door. */
  readonly publicHttpsPort?: number | undefined;
  /** The http port the world sees where it is not the door's own (a container's published port, a port forwarded by a router). Redirects and the port told to the app use it; nothing a client sends can change it. Default: the port of the door. */
  readonly publicHttpPort?: number | undefined;
  /** Certificates, picked by server name; files that change are taken up without a restart. Default: none, and a local authority signs for localhost and the given domains. */
  readonly certificates?: readonly ({
    /** PEM file: the certificate first, then its intermediates. */
    readonly cert: string;
    /** PEM file with the private key. Whoever reads it can be this site; keep it readable by the one user that runs the front: one that every user can read is refused. */
    readonly key: string;
    /** File whose one line is the passphrase of an encrypted key. Whoever reads both files has the key, so it is no safer than a key without one that only one user can read. Default: the key has none. */
    readonly passFile?: string | undefined;
  })[] | undefined;
  /** What the https door speaks. Default: TLS 1.2 and 1.3. */
  readonly tls?: {
    /** The least version of TLS that clients may speak. Default: 1.2; older ones are broken (RFC 8996). */
    readonly min?: '1.2' | '1.3' | undefined;
    /** The ciphers of TLS 1.2, by OpenSSL's names, in your order: "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384". Only ones that keep what was said secret when the key is stolen later. Those of TLS 1.3 are all good and all on. Too short a list keeps clients out. Default: what the runtime has. */
    readonly ciphers?: string | readonly string[] | undefined;
  } | undefined;
  /** Peers whose forwarding headers are believed: addresses, CIDRs, "loopback", "unix", "cloudflare" (the networks it publishes; a list older than a year is warned about at start). Whoever can connect from one of them can claim any scheme and any client address, so list proxies of your own and nothing wider; with "cloudflare" that is Cloudflare and, for what they send through it to this front, its customers. Default: nobody; what clients send of that kind is removed. */
  readonly trust?: readonly string[] | undefined;
  /** Whether both doors expect the PROXY protocol, version 1 or 2, at the beginning of each connection. It names the client, and in version 2 whether it came over TLS; only the peers in trust may send it, anybody else and any connection without it is refused. Default: false. */
  readonly acceptProxy?: boolean | undefined;
  /** Which headers of a trusted peer count, one per fact. There is no fallback to another name, since most proxies let a client's Forwarded or X-Forwarded-Host through untouched. Name only headers that the trusted proxy overwrites on every request: one it passes on is the client's word. */
  readonly trustHeaders?: {
    /** Header that says http or https. Default: X-Forwarded-Proto. */
    readonly scheme?: string | undefined;
    /** Header that lists client addresses, read from the right; only trusted addresses are skipped. Default: X-Forwarded-For. */
    readonly client?: string | undefined;
    /** Header whose value replaces Host. Not read unless named: most proxies pass on the one a client made up. */
    readonly host?: string | undefined;
    /** Header with the public port. Not read unless named. */
    readonly port?: string | undefined;
    /** Header with the request's id, which is then told to the app and the client and logged. Default: X-Request-Id, except from published networks (cloudflare), which pass on what a client made up: there name one of theirs, such as CF-Ray. */
    readonly id?: string | undefined;
  } | undefined;
  /** File with one line of 16 to 256 visible ASCII characters, told to every app in Sallyport-Secret: for apps that cannot see who connects to them (Sallyport's app half, trust: { secret }). Whoever reads it can tell those apps anything; make it with: (umask 077; openssl rand -hex 32 > FILE); one that every user can read is refused. Default: none is told. */
  readonly secretFile?: string | undefined;
  /** Header names with _ or . in them that reach the app all the same. WSGI, CGI and Rack fold "_" and "-" into one, so such a name can pose as another header: name only those that no app behind this front reads under another spelling. Default: none. */
  readonly allowHeaders?: readonly string[] | undefined;
  /** How requests are logged. Default: pretty on a terminal, json elsewhere and with logFile. */
  readonly log?: 'pretty' | 'json' | 'combined' | 'off' | undefined;
  /** File that a line per request is appended to; events stay on standard output (with combined and off: standard error), where whoever runs the front looks. It is made with mode 0640, since it holds addresses of people, and opened anew at SIGUSR2 or `sallyport reopen`. Default: standard output. */
  readonly logFile?: string | undefined;
  /** Query parameters whose values are logged as ***, in targets and in Referer, besides those of the usual names (token, password, secret, key, code, signature, session and others; docs/operations.md lists them). A name counts as the last word of longer ones too: token hides access_token. Whoever reads a log could use what is in it; secrets in paths are the app's to keep out. Default: none besides. */
  readonly logHide?: readonly string[] | undefined;
  /** How many processes serve, behind one process that keeps the ports and the keys and replaces one that ends; with 1 there is a single process. "auto": one for each core that this process may use where certificates are given, else one. Default: auto. */
  readonly workers?: number | 'auto' | undefined;
  /** The user, or "user:group", by name or number, that the processes which serve clients become, where the front is started as root. A process of root's that reads no byte of a client then keeps the ports, the keys and the secrets, writes the log and replaces workers; folders that are served, pages of your own and apps' sockets have to be open to the user. Whoever finds a hole in what reads requests is that user and no more, so name one that owns nothing. Default: whoever starts the front. */
  readonly user?: string | undefined;
  /** Where metrics (/metrics, for Prometheus) and the status page (/) are: a port of 127.0.0.1, "addr:port", "unix:/path" or "off". They tell how much is asked for, what goes wrong and where apps are, and change nothing. An address that other machines reach needs adminPasswordFile, and speaks TLS with the front's certificates unless https is off. Default: off. */
  readonly admin?: number | string | undefined;
  /** File with one line of 16 to 256 visible ASCII characters: the password of the admin address, with any user name (Basic, RFC 7617). Whoever reads it can read the metrics; make it with: (umask 077; openssl rand -hex 32 > FILE); one that every user can read is refused. Default: none is asked for. */
  readonly adminPasswordFile?: string | undefined;
  /** Host names by which the admin address may be asked for, besides localhost, IP addresses and the names of the sites. Any other is refused: a page of somebody else's, whose name was made to lead here, could read it in an operator's browser (DNS rebinding). Default: none besides. */
  readonly adminHosts?: readonly string[] | undefined;
  /** How many clients' connections are open at once, over both doors and all workers (each has its part). One more is closed at once, before its handshake. An idle one costs about 50 KiB of memory on Node. Whoever opens that many keeps others out, and without a limit takes the machine with it. Default: 10000. */
  readonly maxConnections?: number | undefined;
  /** How long running answers get at a stop; seconds, or text such as "30s". Default: 30. */
  readonly grace?: number | string | undefined;
  /** How long WebSockets and event streams from before a reload go on after it; seconds, or text such as "10m". Until then a client that was let in by the configuration from before, by a guard or a trust list that has changed since, stays in. 0 ends them at once. Default: until one of their ends closes them. */
  readonly reloadGrace?: number | string | undefined;
  /** How long the front waits for whom. They bound what a slow or silent client or app can hold; each is seconds as a number or "500ms", "30s", "5m", "1h". */
  readonly timeouts?: {
    /** A whole TLS handshake. Default: 10s. */
    readonly handshake?: number | string | undefined;
    /** The whole head of a request, from its first byte. Default: 30s. */
    readonly head?: number | string | undefined;
    /** Between two pieces of a request body. Default: 60s. */
    readonly body?: number | string | undefined;
    /** Between two requests on one connection. Default: 75s. */
    readonly keepAlive?: number | string | undefined;
    /** Until an app accepts a connection. Default: 5s. */
    readonly connect?: number | string | undefined;
    /** Until the first byte of an app's answer. Default: 60s. */
    readonly answer?: number | string | undefined;
    /** Between two pieces of an app's answer. Default: 5m. */
    readonly answerIdle?: number | string | undefined;
    /** Between two pieces, either way, in a WebSocket. Default: 1h. */
    readonly tunnelIdle?: number | string | undefined;
    /** Until a client takes more of its answer. Default: 60s. */
    readonly send?: number | string | undefined;
    /** Until an app that has as many requests as it may have (maxConcurrent) takes one more. Default: 10s. */
    readonly queue?: number | string | undefined;
  } | undefined;
  /** The least rate of a request body in bytes a second, or "off". A body has the time of timeouts.body, and then a second for each so many bytes that came, as the client was read: one that is slower is answered 408. It bounds how long a body that comes byte by byte holds a connection. Where clients keep a streamed request open and send little (streamBodies), it has to be off. Default: 500. */
  readonly bodyRate?: number | string | undefined;
  /** The least rate, in bytes a second or "off", at which a client takes an answer that waits for it: it has the time of timeouts.send, and then a second for each so many bytes that it took. One that is slower is dropped; it bounds how long an answer read byte by byte holds a connection and its read-ahead. Default: 500. */
  readonly sendRate?: number | string | undefined;
  /** Where the app listens: a port or "localhost:port" (127.0.0.1, then ::1), "host:port", "http://host:port", "https://host:port", "unix:/path"; several servers as a list, or in one text with commas; uwsgi://host:port and uwsgi+unix:/path for uWSGI's own protocol, fastcgi://host:port and fastcgi+unix:/path with root for PHP. Whoever reaches the app past the front can forge everything, so let it listen on loopback or a socket. */
  readonly app?: number | string | readonly (number | string)[] | undefined;
  /** How the app is reached. Keys of a route stand in the place of the site's keys of the same name; the others still count. */
  readonly upstream?: UpstreamConfig | undefined;
  /** Prefixes served straight from folders: { "/media/": "./media" }. For options write the prefix under routes instead. */
  readonly static?: Readonly<Record<string, string>> | undefined;
  /** What serves which path prefix, longest first. What no route serves goes to app. */
  readonly routes?: Readonly<Record<string, RouteConfig>> | undefined;
  /** Policy by path prefix, longest first. https: plain requests are redirected to https. http: secure requests are redirected back. either: both are served as they come, so what is sent there can be read and changed on the way. Default: everything is https. */
  readonly scheme?: Readonly<Record<string, 'https' | 'http' | 'either'>> | undefined;
  /** Paths that the app answers over either door and for any Host, without redirect or 421, for balancers. Anybody can ask for them. Default: none. */
  readonly health?: string | readonly string[] | undefined;
  /** HTML files of your own in the place of the front's pages, by status: { "502": "./502.html" }. Read at start; for clients that take HTML, others get JSON or text as before. An app's own answers are never replaced. Default: the front's pages. */
  readonly pages?: PagesConfig | undefined;
  /** Answer everybody with 503 and Retry-After, but for health paths and the addresses in allow. A text is a file: on while it is there, and what is in it is the page. Default: off. */
  readonly maintenance?: boolean | string | MaintenanceConfig | undefined;
  /** Who may come to a path prefix, longest prefix first: { "/": { basic: "staging.htpasswd" } }. "off": everybody, below a guarded one. The address is the true client's (trust). Health paths and /.well-known/acme-challenge/ are open unless a guard of their own is named for the latter. Thirty passwords may be tried from one address, then one every two seconds. Default: everybody may. */
  readonly guards?: Readonly<Record<string, 'off' | GuardConfig>> | undefined;
  /** How often a path prefix may be asked for, longest prefix first: { "/login/": "5/m" } is five in a minute from one address and one every twelve seconds after that. "20/s burst=100": so many at once after a pause (else as many as the number says). "50/s all": from all addresses together, so that whoever asks that often keeps others out. "off": no limit below a wider one. Counted by the true client address (trust), of IPv6 by its first 64 bits, over all workers; what is too much gets 429 with Retry-After. People behind one address share its bucket. Health paths are not counted. Default: none. */
  readonly rates?: Readonly<Record<string, string>> | undefined;
  /** remove redirects visitors of www.example.com to example.com, add the other way, together with https in one redirect. Both names have to be among the hosts. Health paths are left alone. Default: both names are served as they are. */
  readonly www?: 'remove' | 'add' | undefined;
  /** Strict-Transport-Security: seconds, then ",subdomains" and ",preload" if wanted. Browsers then refuse plain HTTP for that long, which nobody can take back for them; 0 tells them to forget. Needs every path to be https. Default: the app's own line, if it sends one. */
  readonly hsts?: number | string | undefined;
  /** Ask clients of this site for a certificate (mutual TLS). Only connections that were made for this site count: a Host of it over another site's connection gets 421. The app is told the certificate in Client-Cert (RFC 9440), or in headers of your own (tell, with {client-cert-subject} and others); what clients send of that kind is removed. Default: nobody is asked. */
  readonly clientCertificates?: ClientCertificatesConfig | undefined;
  /** In which headers the app is told scheme, client, host and port. Every other header of that kind is removed, whoever sent it. Default: standard (X-Forwarded-For, -Proto, -Host, -Port). */
  readonly speaks?: 'standard' | 'rfc7239' | 'legacy' | 'ssl-flag' | 'front-end-https' | 'none' | undefined;
  /** Headers of your own: "Name: value". {scheme} {on} {client} {host} {port} expand, and with clientCertificates {client-verified} (SUCCESS or NONE) {client-cert} {client-cert-pem} {client-cert-subject} {client-cert-issuer} {client-cert-serial} {client-cert-fingerprint}; a value without any of them is written on https requests only. What a client sends under such a name is removed. Default: none. */
  readonly tell?: readonly string[] | undefined;
  /** Whether Set-Cookie on an https request gets Secure where the app left it out. Default: yes where every path is https, else no. */
  readonly secureCookies?: boolean | undefined;
  /** Folders whose files the app may have sent by X-Accel-Redirect, by the prefix that it names them with: { "/protected/": "./media" }. No client can ask for them past the app. The header is never shown to a client, and never taken from one. Default: none. */
  readonly protected?: Readonly<Record<string, string>> | undefined;
  /** Folders whose files the app may have sent by X-Sendfile, by their absolute paths. Whoever can make the app name a path can read what is in them, so name no wider ones than it needs. Default: none. */
  readonly sendfile?: string | readonly string[] | undefined;
  /** Compress answers for clients that take it: text and its like, from 1 KiB on, that neither have a coding nor forbid it (no-transform). Event streams, parts (206) and by default answers that set a cookie stay as they are. A route's word counts before its site's: say false where an answer has a secret beside words of its visitor's (BREACH). Default: false; most apps' servers and what stands before the front can do it too. */
  readonly compress?: boolean | CompressConfig | undefined;
  /** Changes to the headers that an app is sent: set, add, remove. What a client sends under a name that is set never reaches the app, in any spelling. Not for the names by which apps are told the truth (speaks, tell) nor for framing. A route's word about a name counts before its site's. */
  readonly requestHeaders?: {
    /** In the place of whatever was there under that name. */
    readonly set?: Readonly<Record<string, string>> | undefined;
    /** Beside what is there under that name. */
    readonly add?: Readonly<Record<string, string | readonly string[]>> | undefined;
    /** Taken off. */
    readonly remove?: readonly string[] | undefined;
  } | undefined;
  /** Changes to the headers of every answer, whoever gives it and whatever its status: app, files, and the front's own pages and redirects (whose own lines stay). Not for framing, nor for Strict-Transport-Security (hsts). A route's word about a name counts before its site's. */
  readonly answerHeaders?: {
    /** In the place of whatever was there under that name. */
    readonly set?: Readonly<Record<string, string>> | undefined;
    /** Beside what is there under that name. */
    readonly add?: Readonly<Record<string, string | readonly string[]>> | undefined;
    /** Taken off. */
    readonly remove?: readonly string[] | undefined;
  } | undefined;
  /** The folder of a PHP site, for an app at fastcgi://; there it has to be named. The prefix of the route stands for it. Only an existing .php file inside it is run, by its real path; its source is never given out; other files are served to everybody (no dot files, no way out by links), and what is not there goes to its index.php. Whoever may write a .php file there can run it. A relative path counts from the configuration file. PHP-FPM has to see the folder under the same path. */
  readonly root?: string | undefined;
  /** Largest request body; more is 413. It bounds what one client can make the front keep on disk. Bytes, or "100MiB", "64k". Default: 100MiB. */
  readonly maxBody?: number | string | undefined;
  /** Pass request bodies on as they come instead of collecting them first. A slow client then holds an app worker for as long as it likes. Default: false. */
  readonly streamBodies?: boolean | undefined;
  /** Bytes of an answer read ahead of a slow client, so that the app's worker is free before the client has read. Memory per running answer. Default: 1MiB. */
  readonly readAhead?: number | string | undefined;
  /** The only hosts that are served; any other gets 421 and never reaches the app. Host is the client's claim: without domains the app sees whatever a client wrote. "*.example.com" is one level below. Default: every host. */
  readonly domains?: readonly string[] | undefined;
  /** Several sites, told apart by host name, each with the keys that otherwise stand at the top. With sites, none of those may stand there too. */
  readonly sites?: readonly SiteConfig[] | undefined;
}

/** One of several sites. */
export interface SiteConfig {
  /** The hosts of this site; "*.example.com" is one level below. One site may have none: it then serves every host the others do not name. */
  readonly hosts?: readonly string[] | undefined;
  /** Where the app listens: a port or "localhost:port" (127.0.0.1, then ::1), "host:port", "http://host:port", "https://host:port", "unix:/path"; several servers as a list, or in one text with commas; uwsgi://host:port and uwsgi+unix:/path for uWSGI's own protocol, fastcgi://host:port and fastcgi+unix:/path with root for PHP. Whoever reaches the app past the front can forge everything, so let it listen on loopback or a socket. */
  readonly app?: number | string | readonly (number | string)[] | undefined;
  /** How the app is reached. Keys of a route stand in the place of the site's keys of the same name; the others still count. */
  readonly upstream?: UpstreamConfig | undefined;
  /** Prefixes served straight from folders: { "/media/": "./media" }. For options write the prefix under routes instead. */
  readonly static?: Readonly<Record<string, string>> | undefined;
  /** What serves which path prefix, longest first. What no route serves goes to app. */
  readonly routes?: Readonly<Record<string, RouteConfig>> | undefined;
  /** Policy by path prefix, longest first. https: plain requests are redirected to https. http: secure requests are redirected back. either: both are served as they come, so what is sent there can be read and changed on the way. Default: everything is https. */
  readonly scheme?: Readonly<Record<string, 'https' | 'http' | 'either'>> | undefined;
  /** Paths that the app answers over either door and for any Host, without redirect or 421, for balancers. Anybody can ask for them. Default: none. */
  readonly health?: string | readonly string[] | undefined;
  /** HTML files of your own in the place of the front's pages, by status: { "502": "./502.html" }. Read at start; for clients that take HTML, others get JSON or text as before. An app's own answers are never replaced. Default: the front's pages. */
  readonly pages?: PagesConfig | undefined;
  /** Answer everybody with 503 and Retry-After, but for health paths and the addresses in allow. A text is a file: on while it is there, and what is in it is the page. Default: off. */
  readonly maintenance?: boolean | string | MaintenanceConfig | undefined;
  /** Who may come to a path prefix, longest prefix first: { "/": { basic: "staging.htpasswd" } }. "off": everybody, below a guarded one. The address is the true client's (trust). Health paths and /.well-known/acme-challenge/ are open unless a guard of their own is named for the latter. Thirty passwords may be tried from one address, then one every two seconds. Default: everybody may. */
  readonly guards?: Readonly<Record<string, 'off' | GuardConfig>> | undefined;
  /** How often a path prefix may be asked for, longest prefix first: { "/login/": "5/m" } is five in a minute from one address and one every twelve seconds after that. "20/s burst=100": so many at once after a pause (else as many as the number says). "50/s all": from all addresses together, so that whoever asks that often keeps others out. "off": no limit below a wider one. Counted by the true client address (trust), of IPv6 by its first 64 bits, over all workers; what is too much gets 429 with Retry-After. People behind one address share its bucket. Health paths are not counted. Default: none. */
  readonly rates?: Readonly<Record<string, string>> | undefined;
  /** remove redirects visitors of www.example.com to example.com, add the other way, together with https in one redirect. Both names have to be among the hosts. Health paths are left alone. Default: both names are served as they are. */
  readonly www?: 'remove' | 'add' | undefined;
  /** Strict-Transport-Security: seconds, then ",subdomains" and ",preload" if wanted. Browsers then refuse plain HTTP for that long, which nobody can take back for them; 0 tells them to forget. Needs every path to be https. Default: the app's own line, if it sends one. */
  readonly hsts?: number | string | undefined;
  /** Ask clients of this site for a certificate (mutual TLS). Only connections that were made for this site count: a Host of it over another site's connection gets 421. The app is told the certificate in Client-Cert (RFC 9440), or in headers of your own (tell, with {client-cert-subject} and others); what clients send of that kind is removed. Default: nobody is asked. */
  readonly clientCertificates?: ClientCertificatesConfig | undefined;
  /** In which headers the app is told scheme, client, host and port. Every other header of that kind is removed, whoever sent it. Default: standard (X-Forwarded-For, -Proto, -Host, -Port). */
  readonly speaks?: 'standard' | 'rfc7239' | 'legacy' | 'ssl-flag' | 'front-end-https' | 'none' | undefined;
  /** Headers of your own: "Name: value". {scheme} {on} {client} {host} {port} expand, and with clientCertificates {client-verified} (SUCCESS or NONE) {client-cert} {client-cert-pem} {client-cert-subject} {client-cert-issuer} {client-cert-serial} {client-cert-fingerprint}; a value without any of them is written on https requests only. What a client sends under such a name is removed. Default: none. */
  readonly tell?: readonly string[] | undefined;
  /** Whether Set-Cookie on an https request gets Secure where the app left it out. Default: yes where every path is https, else no. */
  readonly secureCookies?: boolean | undefined;
  /** Folders whose files the app may have sent by X-Accel-Redirect, by the prefix that it names them with: { "/protected/": "./media" }. No client can ask for them past the app. The header is never shown to a client, and never taken from one. Default: none. */
  readonly protected?: Readonly<Record<string, string>> | undefined;
  /** Folders whose files the app may have sent by X-Sendfile, by their absolute paths. Whoever can make the app name a path can read what is in them, so name no wider ones than it needs. Default: none. */
  readonly sendfile?: string | readonly string[] | undefined;
  /** Compress answers for clients that take it: text and its like, from 1 KiB on, that neither have a coding nor forbid it (no-transform). Event streams, parts (206) and by default answers that set a cookie stay as they are. A route's word counts before its site's: say false where an answer has a secret beside words of its visitor's (BREACH). Default: false; most apps' servers and what stands before the front can do it too. */
  readonly compress?: boolean | CompressConfig | undefined;
  /** Changes to the headers that an app is sent: set, add, remove. What a client sends under a name that is set never reaches the app, in any spelling. Not for the names by which apps are told the truth (speaks, tell) nor for framing. A route's word about a name counts before its site's. */
  readonly requestHeaders?: {
    /** In the place of whatever was there under that name. */
    readonly set?: Readonly<Record<string, string>> | undefined;
    /** Beside what is there under that name. */
    readonly add?: Readonly<Record<string, string | readonly string[]>> | undefined;
    /** Taken off. */
    readonly remove?: readonly string[] | undefined;
  } | undefined;
  /** Changes to the headers of every answer, whoever gives it and whatever its status: app, files, and the front's own pages and redirects (whose own lines stay). Not for framing, nor for Strict-Transport-Security (hsts). A route's word about a name counts before its site's. */
  readonly answerHeaders?: {
    /** In the place of whatever was there under that name. */
    readonly set?: Readonly<Record<string, string>> | undefined;
    /** Beside what is there under that name. */
    readonly add?: Readonly<Record<string, string | readonly string[]>> | undefined;
    /** Taken off. */
    readonly remove?: readonly string[] | undefined;
  } | undefined;
  /** The folder of a PHP site, for an app at fastcgi://; there it has to be named. The prefix of the route stands for it. Only an existing .php file inside it is run, by its real path; its source is never given out; other files are served to everybody (no dot files, no way out by links), and what is not there goes to its index.php. Whoever may write a .php file there can run it. A relative path counts from the configuration file. PHP-FPM has to see the folder under the same path. */
  readonly root?: string | undefined;
  /** Largest request body; more is 413. It bounds what one client can make the front keep on disk. Bytes, or "100MiB", "64k". Default: 100MiB. */
  readonly maxBody?: number | string | undefined;
  /** Pass request bodies on as they come instead of collecting them first. A slow client then holds an app worker for as long as it likes. Default: false. */
  readonly streamBodies?: boolean | undefined;
  /** Bytes of an answer read ahead of a slow client, so that the app's worker is free before the client has read. Memory per running answer. Default: 1MiB. */
  readonly readAhead?: number | string | undefined;
}

/** What serves one path prefix. */
export interface RouteConfig {
  /** What this prefix goes to: as the site's own app. A route has app or static, not both. */
  readonly app?: number | string | readonly (number | string)[] | undefined;
  /** How the app is reached. Keys of a route stand in the place of the site's keys of the same name; the others still count. */
  readonly upstream?: UpstreamConfig | undefined;
  /** The folder of a PHP site, for an app at fastcgi://; there it has to be named. The prefix of the route stands for it. Only an existing .php file inside it is run, by its real path; its source is never given out; other files are served to everybody (no dot files, no way out by links), and what is not there goes to its index.php. Whoever may write a .php file there can run it. A relative path counts from the configuration file. PHP-FPM has to see the folder under the same path. */
  readonly root?: string | undefined;
  /** Largest request body; more is 413. It bounds what one client can make the front keep on disk. Bytes, or "100MiB", "64k". Default: 100MiB. */
  readonly maxBody?: number | string | undefined;
  /** Pass request bodies on as they come instead of collecting them first. A slow client then holds an app worker for as long as it likes. Default: false. */
  readonly streamBodies?: boolean | undefined;
  /** Bytes of an answer read ahead of a slow client, so that the app's worker is free before the client has read. Memory per running answer. Default: 1MiB. */
  readonly readAhead?: number | string | undefined;
  /** The app gets the path without this prefix, and is told the prefix: an HTTP app in prefixHeader, a uwsgi one in SCRIPT_NAME. Redirects and cookie paths of its answers get the prefix again where the app did not write it. A spelling that servers read differently is refused with 400. Default: false. */
  readonly strip?: boolean | undefined;
  /** The header in which an HTTP app is told the stripped prefix; a client's own is always removed. Default: X-Forwarded-Prefix. */
  readonly prefixHeader?: 'X-Forwarded-Prefix' | 'X-Script-Name' | 'none' | undefined;
  /** Folders whose files the app may have sent by X-Accel-Redirect, by the prefix that it names them with: { "/protected/": "./media" }. No client can ask for them past the app. The header is never shown to a client, and never taken from one. Default: none. */
  readonly protected?: Readonly<Record<string, string>> | undefined;
  /** Folders whose files the app may have sent by X-Sendfile, by their absolute paths. Whoever can make the app name a path can read what is in them, so name no wider ones than it needs. Default: none. */
  readonly sendfile?: string | readonly string[] | undefined;
  /** Compress answers for clients that take it: text and its like, from 1 KiB on, that neither have a coding nor forbid it (no-transform). Event streams, parts (206) and by default answers that set a cookie stay as they are. A route's word counts before its site's: say false where an answer has a secret beside words of its visitor's (BREACH). Default: false; most apps' servers and what stands before the front can do it too. */
  readonly compress?: boolean | CompressConfig | undefined;
  /** Changes to the headers that an app is sent: set, add, remove. What a client sends under a name that is set never reaches the app, in any spelling. Not for the names by which apps are told the truth (speaks, tell) nor for framing. A route's word about a name counts before its site's. */
  readonly requestHeaders?: {
    /** In the place of whatever was there under that name. */
    readonly set?: Readonly<Record<string, string>> | undefined;
    /** Beside what is there under that name. */
    readonly add?: Readonly<Record<string, string | readonly string[]>> | undefined;
    /** Taken off. */
    readonly remove?: readonly string[] | undefined;
  } | undefined;
  /** Changes to the headers of every answer, whoever gives it and whatever its status: app, files, and the front's own pages and redirects (whose own lines stay). Not for framing, nor for Strict-Transport-Security (hsts). A route's word about a name counts before its site's. */
  readonly answerHeaders?: {
    /** In the place of whatever was there under that name. */
    readonly set?: Readonly<Record<string, string>> | undefined;
    /** Beside what is there under that name. */
    readonly add?: Readonly<Record<string, string | readonly string[]>> | undefined;
    /** Taken off. */
    readonly remove?: readonly string[] | undefined;
  } | undefined;
  /** The same answer to every request below this prefix, whatever its method. Where servers may read a path in two ways, it counts before an app. */
  readonly answer?: {
    /** Default: 200. */
    readonly status?: number | undefined;
    /** Sent as UTF-8. Default: none. */
    readonly body?: string | undefined;
    /** Content-Type of the body. Default: text/plain; charset=utf-8. */
    readonly type?: string | undefined;
    /** More headers. Default: none. */
    readonly headers?: Readonly<Record<string, string>> | undefined;
  } | undefined;
  /** A redirect for every request below this prefix. */
  readonly redirect?: {
    /** An absolute URL, or a path of the same site. */
    readonly to: string;
    /** 301 and 308 are kept by browsers for good; 307 and 308 keep the method. Default: 307. */
    readonly status?: 301 | 302 | 303 | 307 | 308 | undefined;
    /** Put what follows the prefix, and the query, behind it. Default: true. */
    readonly rest?: boolean | undefined;
  } | undefined;
  /** Files of this folder are served to everybody, without asking the app. A relative path counts from the configuration file. No listing, no dot files but /.well-known/, no way out by links. */
  readonly static?: string | undefined;
  /** Cache-Control of these files, as written. Default: none. */
  readonly cacheControl?: string | undefined;
  /** Send app.js.br, app.js.zst or app.js.gz in the place of app.js to clients that take it, where it lies beside it and is not older. Whoever may write into the folder decides what is in them. A list says which are looked for, the preferred first. Default: false. */
  readonly precompressed?: boolean | readonly ('br' | 'zstd' | 'gzip')[] | undefined;
  /** File inside the folder that answers for paths that have none (single-page apps). Default: none. */
  readonly fallback?: string | undefined;
  /** What a missing file is: 404, or the app's to answer. Default: 404. */
  readonly missing?: '404' | 'app' | undefined;
}

/** How an app is reached. */
export interface UpstreamConfig {
  /** Which of several servers gets a request. least-conn: the one with the fewest running; round-robin: each in turn; client: always the same for one client address, so that whoever has many addresses can choose. Default: least-conn. */
  readonly balance?: 'least-conn' | 'round-robin' | 'client' | undefined;
  /** How many requests the app has at once, over all its servers; more wait in the queue. Two sync workers want 2: what waits here waits in order, costs the app nothing, and is taken out when its client leaves. WebSockets and event streams count until their answer begins. Whoever has as many slow requests under way keeps others waiting, so do not make it small for an app that can do more. Default: 4096. */
  readonly maxConcurrent?: number | undefined;
  /** How many requests wait for that, first come, first served, for timeouts.queue at most. One more is answered 503 with Retry-After. 0: none waits. Default: 1024. */
  readonly queue?: number | undefined;
  /** PEM file with the authorities, or the certificates themselves, that an https:// app may show; they stand in the place of Node's list. Whoever writes this file, or holds a key of one in it, can be the app. Default: the authorities that Node knows. */
  readonly ca?: string | undefined;
  /** The name that the certificate of an https:// app has to be for, and that is asked for by SNI, where it is not the host of the app's address. Whoever holds a certificate for this name can be the app. Default: that host. */
  readonly serverName?: string | undefined;
  /** Do not check the certificate of an https:// app. Whoever answers at the address, or stands on the way to it, is taken for the app: it reads every request, passwords and cookies too, and answers what it likes. The log warns at each start. Default: false. */
  readonly insecure?: boolean | undefined;
  /** Begin each connection to the app with a PROXY protocol header that names the client; v2 tells of TLS too. The app must expect it, and must take it from this front alone: whoever else can connect there can name any client. A connection then carries one client's requests only. Default: none. */
  readonly sendProxy?: 'v1' | 'v2' | undefined;
  /** A path that each server is asked for all the time, with the site's own Host and told as a secure request is. A server that does not answer well gets no requests until it does; a sole server gets them all the same. Default: none. */
  readonly check?: string | {
    /** What is asked for, as the app has it. Make it cheap: it is asked all the time. */
    readonly path: string;
    /** The Host that is asked for. Default: the site's first host, or localhost where it has none. */
    readonly host?: string | undefined;
    /** Between the end of a check and the next. Default: 5s. */
    readonly interval?: number | string | undefined;
    /** Until the answer begins. Default: 3s. */
    readonly timeout?: number | string | undefined;
    /** After this many good answers in a row a server is up again. Default: 2. */
    readonly rise?: number | undefined;
    /** After this many bad ones in a row it is down; at the start the first one decides. Default: 3. */
    readonly fall?: number | undefined;
    /** Which answers are good. Default: 200 to 299. */
    readonly status?: number | readonly number[] | undefined;
  } | undefined;
  /** A client stays with the server it came to first, by a cookie of this name. The front sets it (HttpOnly, SameSite=Lax, Secure over https) and takes it out of what the app sees; its values name no address and cannot be made up. Default: none. */
  readonly sticky?: string | {
    /** The cookie's name. */
    readonly cookie: string;
    /** File with one line of 16 to 256 characters that the cookie's values are made with; make it with: (umask 077; openssl rand -hex 32 > FILE); one that every user can read is refused. Whoever reads it can choose a server. Default: a secret that is made at each start, so that a restart sends clients to new servers. */
    readonly secretFile?: string | undefined;
  } | undefined;
  /** After this many failures in a row (no connection, closed without an answer, no answer in time) one of several servers is left out for a while. Default: 3. */
  readonly fails?: number | undefined;
  /** For how long, the first time; each failed trial after it doubles the pause, up to a minute. A fifth more or less is up to chance. Default: 1s. */
  readonly pause?: number | string | undefined;
  /** How often the names of servers are looked up again, at least 1s. They are looked up when connecting fails, too. Default: 10s. */
  readonly lookup?: number | string | undefined;
}

/** Who may come to a path prefix. */
export interface GuardConfig {
  /** File of names and hashed passwords, as htpasswd -B or openssl passwd -6 make them; a browser asks for one (Basic, RFC 7617). It crosses the network with every request: over plain http everybody on the way can read it. */
  readonly basic?: string | undefined;
  /** The only clients that may come: addresses, CIDRs, "loopback", "unix". Default: everybody. */
  readonly allow?: readonly string[] | undefined;
  /** Clients that may not, whatever else is said. Default: nobody. */
  readonly deny?: readonly string[] | undefined;
  /** true: a client of allow needs no password, everybody else does. Default: false, both are needed. */
  readonly any?: boolean | undefined;
  /** true: the app sees the Authorization header with the password, too. Default: false; an app that has passwords of its own would take it for one of them. */
  readonly keepAuthorization?: boolean | undefined;
}

/** A site that is closed for a while. */
export interface MaintenanceConfig {
  /** On while this file is there; looked at once a second at most. Default: on for as long as this is configured. */
  readonly file?: string | undefined;
  /** What visitors see. Default: what is in file, else the page for 503. */
  readonly page?: string | undefined;
  /** Clients that get through: addresses, CIDRs, "loopback", "unix". Default: nobody. */
  readonly allow?: readonly string[] | undefined;
  /** What Retry-After says. Default: 5m. */
  readonly retryAfter?: number | string | undefined;
}

/** Pages of your own in the place of the front's. */
export interface PagesConfig {
  /** A guarded path, without a name and password that are right. Browsers show it to who cancels. */
  readonly 401?: string | undefined;
  /** A file that the front may not read, or a client without the certificate, or from none of the addresses, that the site asks for. */
  readonly 403?: string | undefined;
  /** No file, no route, or an app that named a file that is not there. */
  readonly 404?: string | undefined;
  /** A request body over maxBody. */
  readonly 413?: string | undefined;
  /** More requests than a rate lets through. */
  readonly 429?: string | undefined;
  /** A defect of the front. */
  readonly 500?: string | undefined;
  /** The app is down, or its answer makes no sense. */
  readonly 502?: string | undefined;
  /** All servers of an app are out, or maintenance without a page of its own. */
  readonly 503?: string | undefined;
  /** The app did not answer in time. */
  readonly 504?: string | undefined;
}

/** Clients that are asked for a certificate. */
export interface ClientCertificatesConfig {
  /** PEM file with the authorities that sign your clients' certificates. Whoever has the key of one of them can let in anybody under any name: name an authority of your own, never a public one. */
  readonly ca: string;
  /** true: clients without a certificate are let in too, and the app is told. One that is expired or of another authority is refused all the same. Default: false, nobody without one is answered. */
  readonly optional?: boolean | undefined;
}

/** How answers are compressed. */
export interface CompressConfig {
  /** What may be made, the preferred first: a client's own weights come before. zstd needs Node 22.15 or Bun and is passed over elsewhere. Default: br, zstd, gzip. */
  readonly codings?: readonly ('br' | 'zstd' | 'gzip')[] | undefined;
  /** Media types that are compressed, in the place of the usual ones; * stands for any run of characters. Default: text, JSON, XML, JavaScript, SVG, WebAssembly and fonts that are not compressed in themselves. */
  readonly types?: readonly string[] | undefined;
  /** An answer that announces less stays as it is. Bytes, or "2k". Default: 1k. */
  readonly minLength?: number | string | undefined;
  /** Compress answers that set a cookie too. Whoever can see how long answers are and make a page put words of theirs beside a secret can find the secret out (BREACH), and an answer that sets a cookie often has one. Default: false. */
  readonly cookies?: boolean | undefined;
}
