import { Option, type Command } from 'commander';

/** Flags as commander gives them: text as written, undefined where not given. */
export interface Flags {
  readonly config?: string;
  readonly https?: string;
  readonly http?: string;
  readonly publicHttpsPort?: string;
  readonly publicHttpPort?: string;
  readonly cert?: readonly string[];
  readonly key?: readonly string[];
  readonly keyPassFile?: readonly string[];
  readonly clientCa?: string;
  readonly clientCertOptional?: boolean;
  readonly tlsMin?: string;
  readonly tlsCiphers?: string;
  readonly domain?: readonly string[];
  readonly root?: string;
  readonly static?: readonly string[];
  readonly staticPrecompressed?: boolean;
  readonly staticMissing?: string;
  readonly staticCache?: string;
  readonly staticFallback?: string;
  readonly upstreamCa?: string;
  readonly upstreamName?: string;
  readonly upstreamInsecure?: boolean;
  readonly sendProxy?: string;
  readonly speaks?: string;
  readonly tell?: readonly string[];
  readonly trust?: readonly string[];
  readonly trustHeader?: readonly string[];
  readonly acceptProxy?: boolean;
  readonly secretFile?: string;
  readonly allowHeader?: readonly string[];
  readonly scheme?: readonly string[];
  readonly health?: readonly string[];
  readonly www?: string;
  readonly hsts?: string;
  readonly secureCookies?: string;
  readonly compress?: boolean;
  readonly maxBody?: string;
  readonly streamBodies?: boolean;
  readonly readAhead?: string;
  readonly maxConnections?: string;
  readonly maxConcurrent?: string;
  readonly queue?: string;
  readonly rate?: readonly string[];
  readonly guard?: readonly string[];
  readonly log?: string;
  readonly logFile?: string;
  readonly logHide?: readonly string[];
  readonly admin?: string;
  readonly adminPasswordFile?: string;
  readonly adminHost?: readonly string[];
  readonly grace?: string;
  readonly reloadGrace?: string;
  readonly watch?: boolean;
  readonly runtime?: string;
  readonly workers?: string;
  readonly user?: string;
  readonly timeout?: readonly string[];
  readonly bodyRate?: string;
  readonly sendRate?: string;
}

type Row = readonly [flag: string, description: string, repeatable?: 'repeatable'];

/** The flags as help and the README show them. What values mean is checked in one place for files and flags alike (src/config). */
export const FLAG_GROUPS: readonly (readonly [heading: string, rows: readonly Row[]])[] = [
  ['Doors:', [
    ['--https <door>', '[addr:]port, unix:/path or off (443 where allowed, else 8443)'],
    ['--http <door>', '[addr:]port, unix:/path or off (80 where allowed, else 8080)'],
    ['--public-https-port <port>', 'the https port the world sees, where it is another (docker run -p 443:8443)'],
    ['--public-http-port <port>', 'the http port the world sees, where it is another'],
  ]],
  ['Certificates and hosts:', [
    ['--cert <file>', 'PEM certificate with its intermediates; picked by server name (repeatable, with --key)', 'repeatable'],
    ['--key <file>', 'PEM key of the --cert in the same place (repeatable)', 'repeatable'],
    ['--key-pass-file <file>', 'the passphrase of an encrypted --key, one line; one for all of them, or one for each --key in the same place (repeatable)', 'repeatable'],
    ['--client-ca <file>', 'only clients with a certificate of an authority in this PEM file; the app is told in Client-Cert'],
    ['--client-cert-optional', 'let clients without a certificate in as well (with --client-ca)'],
    ['--tls-min <version>', 'least TLS version: 1.2 | 1.3 (1.2)'],
    ['--tls-ciphers <list>', 'ciphers of TLS 1.2 by OpenSSL\'s names, with colons between (what the runtime has)'],
    ['--domain <name>', 'serve only this host; any other gets 421 (repeatable)', 'repeatable'],
  ]],
  ['Files:', [
    ['--root <dir>', 'the folder of a PHP site, with its index.php; for an app at fastcgi://host:port or fastcgi+unix:/path'],
    ['--static <prefix=dir>', 'serve a folder under a prefix, as in /media/=./media (repeatable)', 'repeatable'],
    ['--static-precompressed', 'send app.js.br, .zst or .gz for app.js where it lies beside it (off)'],
    ['--static-missing <what>', 'a missing file is 404 or the app\'s: 404 | app (404)'],
    ['--static-cache <value>', 'Cache-Control of files'],
    ['--static-fallback <name>', 'file that answers for missing paths (single-page apps)'],
  ]],
  ['How the app is reached:', [
    ['--upstream-ca <file>', 'PEM file of the authority (or the certificate) that an https:// app shows, in the place of Node\'s list'],
    ['--upstream-name <name>', 'the name that the certificate of an https:// app is for (the host of its address)'],
    ['--upstream-insecure', 'do not check the certificate of an https:// app: whoever answers there is believed'],
    ['--send-proxy <version>', 'v1 | v2: connections to the app begin with a PROXY header that names the client'],
  ]],
  ['What the app is told:', [
    ['--speaks <profile>', 'standard | rfc7239 | legacy | ssl-flag | front-end-https | none (standard)'],
    ['--tell <line>', '\'Name: value\' of your own; {scheme} {on} {client} {host} {port} expand, and {client-cert-subject} and others with --client-ca; without one of them it is written on https requests only (repeatable)', 'repeatable'],
    ['--secret-file <file>', 'a secret told to the app in Sallyport-Secret, for apps that cannot see who connects'],
    ['--allow-header <name>', 'let a header with _ or . in its name through (repeatable)', 'repeatable'],
  ]],
  ['Proxies in front of this one:', [
    ['--trust <addr>', 'believe forwarding headers from this address, CIDR, loopback, unix or cloudflare (repeatable)', 'repeatable'],
    ['--trust-header <name>', 'the header that counts: a known name, or scheme=NAME, client=NAME, host=NAME, port=NAME, id=NAME (X-Forwarded-Proto and X-Forwarded-For; repeatable)', 'repeatable'],
    ['--accept-proxy', 'both doors expect the PROXY protocol (v1, v2) from the --trust peers and refuse everybody else'],
  ]],
  ['Policy:', [
    ['--scheme <prefix=policy>', 'https | http | either by path, as in /feed/=http; longest prefix wins (/=https; repeatable)', 'repeatable'],
    ['--guard <prefix=rules>', 'who may come below a path: basic:FILE (of htpasswd), allow:ADDRESSES, deny:ADDRESSES, as in \'/=basic:staging.htpasswd allow:10.0.0.0/8 any\'; any: one of the two is enough; off: everybody (repeatable)', 'repeatable'],
    ['--health <path>', 'answered by the app over either door, without redirect or 421 (repeatable)', 'repeatable'],
    ['--www <what>', 'remove sends www.example.com to example.com, add the other way; name both with --domain: remove | add'],
    ['--hsts <value>', 'SECONDS[,subdomains][,preload]'],
    ['--secure-cookies <on|off>', 'add Secure to cookies of https requests (on where every path is https)'],
  ]],
  ['Answers:', [
    ['--compress', 'compress text and its like for clients that take it: br, zstd where the runtime has it, gzip; says more in the file (off)'],
  ]],
  ['Limits:', [
    ['--max-connections <n>', 'clients\' connections at once, over both doors and all workers; one more is closed (10000)'],
    ['--max-concurrent <n>', 'requests that the app has at once; more wait in the queue (4096)'],
    ['--queue <n>', 'requests that wait for that, in order, for --timeout queue at most; one more is answered 503 (1024)'],
    ['--rate <prefix=rate>', 'requests from one address below a path, as in /login/=5/m or \'/=20/s burst=100\'; \'50/s all\' for all addresses together, off for none (repeatable)', 'repeatable'],
    ['--max-body <size>', 'largest request body (100MiB)'],
    ['--stream-bodies', 'pass request bodies on as they come instead of collecting them first'],
    ['--read-ahead <size>', 'how much of an answer is read ahead of a slow client (1MiB)'],
    ['--timeout <name=time>', 'handshake, head, body, keepAlive, connect, answer, answerIdle, tunnelIdle, send or queue, as in answer=2m (repeatable)', 'repeatable'],
    ['--body-rate <bytes>', 'least bytes a second of a request body, after the time that --timeout body gives it; or off (500)'],
    ['--send-rate <bytes>', 'least bytes a second at which a client takes its answer, after that of --timeout send; or off (500)'],
    ['--grace <seconds>', 'how long running answers get at a stop (30)'],
    ['--reload-grace <seconds>', 'how long WebSockets and event streams from before a reload go on after it (until they end by themselves)'],
  ]],
  ['Running:', [
    ['--runtime <name>', 'node | bun | auto: what serves; auto takes Bun where it is found (what the program was started with)'],
    ['--workers <n>', 'N | auto: processes that serve; auto is one per core with --cert, else one (auto)'],
    ['--user <name>', 'name or name:group: started as root, what serves clients runs as this user'],
    ['--config <file>', 'read sallyport.config.ts, .js or .json; flags given beside it win'],
    ['--watch', 'reload when that file was changed, as sallyport reload and SIGHUP do'],
    ['--log <format>', 'pretty | json | combined | off (pretty on a terminal, else json)'],
    ['--log-file <file>', 'append a line per request to this file; opened anew at SIGUSR2 and by sallyport reopen'],
    ['--log-hide <names>', 'query parameters whose values are not logged, with commas, besides token, password and their like (repeatable)', 'repeatable'],
    ['--admin <addr>', 'metrics for Prometheus and a status page: port, addr:port, unix:/path or off (off; a bare port is loopback\'s)'],
    ['--admin-password-file <file>', 'the password of the admin address, needed where other machines reach it'],
    ['--admin-host <name>', 'a host name by which the admin address may be asked for, besides localhost and those of the sites (repeatable)', 'repeatable'],
  ]],
];

/**
 * Gives a command every flag, in groups, or those that `only` names. No defaults here: a flag that was not given must not
 * hide the file's value.
 */
export function addFlags(command: Command, only?: readonly string[]): Command {
  for (const [heading, rows] of FLAG_GROUPS) {
    for (const [flag, description, repeatable] of rows) {
      if (only !== undefined && !only.includes(flag.split(' ')[0]!)) continue;
      const option = new Option(flag, description).helpGroup(heading);
      if (repeatable !== undefined) option.argParser((value: string, before: readonly string[] | undefined) => [...before ?? [], value]);
      command.addOption(option);
    }
  }
  return command;
}
