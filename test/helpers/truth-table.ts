/**
 * What is true, as data: peer × scheme of the connection × trust × header lines → truth. The front and every app's
 * half of Sallyport must agree with each row. Public ports are 443 and 80; Host is `shop.example` throughout.
 *
 * `tells` holds only what differs from what the connection shows by itself (see {@link expected}).
 */
import type { Peer } from '../../src/core/contract/trust.ts';
import type { Scheme, Truth } from '../../src/core/contract/truth.ts';

export interface TruthRow {
  readonly story: string;
  readonly peer: string;
  readonly scheme: Scheme;
  readonly trust: readonly string[];
  readonly headers?: { readonly scheme?: string; readonly client?: string; readonly host?: string; readonly port?: string };
  readonly lines: readonly string[];
  readonly tells: Partial<Omit<Truth, 'by'>> & { readonly by?: Partial<Truth['by']> };
  /** The port where the host's own says it: an app has no doors of its own to know the public port by. */
  readonly appPort?: number;
}

/** `unix`, or an address in canonical text. */
export const peerOf = (text: string): Peer => (text === 'unix' ? { kind: 'unix' } : { kind: 'ip', address: text });

/** What the connection shows when nothing is believed. A port without a word of its own has that of the scheme. */
export function expected(row: TruthRow): Truth {
  const { by, ...rest } = row.tells;
  const scheme = rest.scheme ?? row.scheme;
  return {
    scheme, host: 'shop.example', port: scheme === 'https' ? 443 : 80, client: row.peer, ...rest,
    by: { scheme: 'connection', host: 'Host', client: 'connection', port: by?.scheme ?? 'connection', ...by },
  };
}

const PROXY = '10.0.0.9';
const TRUST = ['10.0.0.0/8'];
const XFP = 'X-Forwarded-Proto';
const XFF = 'X-Forwarded-For';

/** A plain connection from the trusted proxy. */
const proxied = (story: string, lines: readonly string[], tells: TruthRow['tells'], headers?: TruthRow['headers']): TruthRow =>
  ({ story, peer: PROXY, scheme: 'http', trust: TRUST, lines, tells, ...(headers && { headers }) });
const secure: TruthRow['tells'] = { scheme: 'https', by: { scheme: XFP } };
const unclear: TruthRow['tells'] = { scheme: 'http', by: { scheme: `ambiguous ${XFP}` } };
const client = (address: string, by = XFF): TruthRow['tells'] => ({ client: address, by: { client: by } });

const NOBODY: TruthRow[] = [
  { story: 'a plain connection is http', peer: '192.0.2.1', scheme: 'http', trust: [], lines: [], tells: {} },
  { story: 'a TLS connection is https', peer: '192.0.2.1', scheme: 'https', trust: [], lines: [], tells: {} },
  { story: 'an IPv6 client', peer: '2001:db8::1', scheme: 'https', trust: [], lines: [], tells: {} },
  { story: 'a Unix socket without a word about the client', peer: 'unix', scheme: 'http', trust: [], lines: [], tells: {} },
  { story: 'a Unix peer is not believed by itself', peer: 'unix', scheme: 'http', trust: [], lines: [`${XFP}: https`, `${XFF}: 203.0.113.7`], tells: {} },
  { story: 'loopback is not believed by itself', peer: '127.0.0.1', scheme: 'http', trust: [], lines: [`${XFP}: https`], tells: {} },
  ...[
    `${XFP}: https`, 'x-forwarded-proto: https', 'X_Forwarded_Proto: https', 'Forwarded: proto=https;host=evil.example;for=127.0.0.1',
    'X-Forwarded-Ssl: on', 'X-Forwarded-Protocol: https', 'X-Forwarded-Scheme: https', 'Front-End-Https: on', 'X-Scheme: https',
    'CF-Visitor: {"scheme":"https"}', 'X-Forwarded-Host: evil.example', 'X-Forwarded-Port: 31337', `${XFF}: 127.0.0.1`, 'X-Real-IP: 127.0.0.1',
  ].flatMap((line): TruthRow[] => [
    { story: `nobody is trusted: ${line}`, peer: '203.0.113.66', scheme: 'http', trust: [], lines: [line], tells: {} },
    { story: `somebody else is trusted: ${line}`, peer: '203.0.113.66', scheme: 'http', trust: TRUST, lines: [line], tells: {} },
  ]),
  { story: 'an untrusted claim of http does not undo TLS', peer: '203.0.113.66', scheme: 'https', trust: TRUST, lines: [`${XFP}: http`, 'X-Forwarded-Ssl: off'], tells: {} },
  { story: 'named headers of an untrusted peer count no more than others', peer: '203.0.113.66', scheme: 'http', trust: TRUST, headers: { scheme: 'X-Edge-Scheme', host: 'X-Forwarded-Host', port: 'X-Forwarded-Port' }, lines: ['X-Edge-Scheme: https', 'X-Forwarded-Host: evil.example', 'X-Forwarded-Port: 1'], tells: {} },
];

const WHO: TruthRow[] = [
  { story: 'trusted by its own address', peer: PROXY, scheme: 'http', trust: [PROXY], lines: [`${XFP}: https`], tells: secure },
  { story: 'the address beside a trusted one', peer: '10.0.0.8', scheme: 'http', trust: [PROXY], lines: [`${XFP}: https`], tells: {} },
  { story: 'the last address of a network', peer: '172.31.255.255', scheme: 'http', trust: ['172.16.0.0/12'], lines: [`${XFP}: https`], tells: secure },
  { story: 'the first address after a network', peer: '172.32.0.0', scheme: 'http', trust: ['172.16.0.0/12'], lines: [`${XFP}: https`], tells: {} },
  { story: 'loopback, v4', peer: '127.8.9.1', scheme: 'http', trust: ['loopback'], lines: [`${XFP}: https`], tells: secure },
  { story: 'loopback, v6', peer: '::1', scheme: 'http', trust: ['loopback'], lines: [`${XFP}: https`], tells: secure },
  { story: 'loopback is not a Unix socket', peer: 'unix', scheme: 'http', trust: ['loopback'], lines: [`${XFP}: https`], tells: {} },
  { story: 'a trusted Unix socket', peer: 'unix', scheme: 'http', trust: ['unix'], lines: [`${XFP}: https`, `${XFF}: 203.0.113.7`], tells: { scheme: 'https', client: '203.0.113.7', by: { scheme: XFP, client: XFF } } },
  { story: 'a trusted Unix socket that names no client', peer: 'unix', scheme: 'http', trust: ['unix'], lines: [`${XFP}: https`], tells: secure },
  { story: 'an IPv6 network', peer: '2001:db8:1:2::3', scheme: 'http', trust: ['2001:db8:1::/48'], lines: [`${XFP}: https`], tells: secure },
  { story: 'outside an IPv6 network', peer: '2001:db8:2::3', scheme: 'http', trust: ['2001:db8:1::/48'], lines: [`${XFP}: https`], tells: {} },
  { story: 'a network written as IPv4-mapped is the IPv4 network', peer: '10.1.2.3', scheme: 'http', trust: ['::ffff:10.0.0.0/104'], lines: [`${XFP}: https`], tells: secure },
  { story: 'a short IPv6 prefix does not reach into IPv4', peer: '10.1.2.3', scheme: 'http', trust: ['8000::/1'], lines: [`${XFP}: https`], tells: {} },
];

const SCHEMES: TruthRow[] = [
  proxied('no header: the connection speaks', [], {}),
  { ...proxied('no header over TLS: the connection speaks', [], {}), scheme: 'https' },
  { ...proxied('a trusted http undoes TLS between the two', [`${XFP}: http`], { scheme: 'http', by: { scheme: XFP } }), scheme: 'https' },
  ...['https', 'HTTPS', 'Https', 'wss', 'WSS'].map((value) => proxied(`${value} is https`, [`${XFP}: ${value}`], secure)),
  ...['http', 'HTTP', 'ws'].map((value) => proxied(`${value} is http`, [`${XFP}: ${value}`], { scheme: 'http', by: { scheme: XFP } })),
  ...['', 'https, http', 'http, https', 'https,https', 'https,', ',https', '"https"', 'https;', 'https http', 'httpss', 'ftp', 'on', '1', 'ssl', 'true', 'https\tx', 'h\xe9ttps']
    .map((value) => proxied(`"${value}" is not guessed`, [`${XFP}: ${value}`], unclear)),
  { ...proxied('an unclear value counts as http even over TLS', [`${XFP}: https, https`], unclear), scheme: 'https' },
  proxied('two lines, the same', [`${XFP}: https`, `${XFP}: https`], unclear),
  proxied('two lines, not the same', [`${XFP}: http`, 'x-forwarded-proto: https'], unclear),
  proxied('the underscore spelling is not the header', ['X_Forwarded_Proto: https'], {}),
  proxied('the underscore spelling does not disturb the header', [`${XFP}: https`, 'X_Forwarded_Proto: http'], secure),
  ...['Forwarded: proto=https', 'X-Forwarded-Ssl: on', 'X-Forwarded-Protocol: https', 'X-Scheme: https', 'Front-End-Https: on', 'X-Url-Scheme: https']
    .map((line) => proxied(`never another name as a fallback: ${line}`, [line], {})),
  proxied('host and port headers do not count unless named', [`${XFP}: https`, 'X-Forwarded-Host: evil.example', 'X-Forwarded-Port: 8443', 'Forwarded: host=evil.example'], secure),
  ...['on', 'ON', 'ssl', '1', 'true', 'https'].map((value) => proxied(`X-Forwarded-Ssl ${value}`, [`X-Forwarded-Ssl: ${value}`], { scheme: 'https', by: { scheme: 'X-Forwarded-Ssl' } }, { scheme: 'X-Forwarded-Ssl' })),
  ...['off', '0', 'false', 'http'].map((value) => proxied(`X-Forwarded-Ssl ${value}`, [`X-Forwarded-Ssl: ${value}`], { scheme: 'http', by: { scheme: 'X-Forwarded-Ssl' } }, { scheme: 'X-Forwarded-Ssl' })),
  ...['yes', 'on, on', '2', ''].map((value) => proxied(`X-Forwarded-Ssl "${value}" is not guessed`, [`X-Forwarded-Ssl: ${value}`], { by: { scheme: 'ambiguous X-Forwarded-Ssl' } }, { scheme: 'X-Forwarded-Ssl' })),
  proxied('with another header named, X-Forwarded-Proto does not count', [`${XFP}: https`], {}, { scheme: 'X-Forwarded-Ssl' }),
  proxied('Front-End-Https', ['Front-End-Https: On'], { scheme: 'https', by: { scheme: 'Front-End-Https' } }, { scheme: 'Front-End-Https' }),
  proxied('CF-Visitor', ['CF-Visitor: {"scheme":"https"}'], { scheme: 'https', by: { scheme: 'CF-Visitor' } }, { scheme: 'CF-Visitor' }),
  proxied('CF-Visitor with http', ['CF-Visitor: {"scheme":"http"}'], { scheme: 'http', by: { scheme: 'CF-Visitor' } }, { scheme: 'CF-Visitor' }),
  proxied('CF-Visitor with two schemes', ['CF-Visitor: {"scheme":"http","scheme":"https"}'], { by: { scheme: 'ambiguous CF-Visitor' } }, { scheme: 'CF-Visitor' }),
  proxied('CF-Visitor without JSON', ['CF-Visitor: https'], { by: { scheme: 'ambiguous CF-Visitor' } }, { scheme: 'CF-Visitor' }),
  proxied('Forwarded', ['Forwarded: for=203.0.113.7;proto=https'], { scheme: 'https', by: { scheme: 'Forwarded' } }, { scheme: 'Forwarded' }),
  proxied('Forwarded, quoted, any case', ['Forwarded: For="203.0.113.7" ; Proto="HTTPS"'], { scheme: 'https', by: { scheme: 'Forwarded' } }, { scheme: 'Forwarded' }),
  ...['proto=https, for=10.0.0.8', 'for=203.0.113.7', 'proto=https;proto=https', 'proto', 'proto="https', 'proto=https;host="a', 'proto="https"x', '']
    .map((value) => proxied(`Forwarded "${value}" is not guessed`, [`Forwarded: ${value}`], { by: { scheme: 'ambiguous Forwarded' } }, { scheme: 'Forwarded' })),
];

const CLIENTS: TruthRow[] = [
  proxied('one address', [`${XFF}: 203.0.113.7`], client('203.0.113.7')),
  proxied('an address that the client put there', [`${XFF}: 127.0.0.1, 203.0.113.7`], client('203.0.113.7')),
  proxied('trusted hops are stepped over', [`${XFF}: 203.0.113.7, 10.1.1.1, 10.2.2.2`], client('203.0.113.7')),
  proxied('a trusted address left of the client does not count', [`${XFF}: 10.1.1.1, 203.0.113.7, 10.2.2.2`], client('203.0.113.7')),
  proxied('all trusted: the leftmost', [`${XFF}: 10.3.3.3, 10.2.2.2`], client('10.3.3.3')),
  proxied('several lines are one list', [`${XFF}: 198.51.100.1`, `${XFF}: 203.0.113.7, 10.1.1.1`], client('203.0.113.7')),
  proxied('the last line is nearest', [`${XFF}: 203.0.113.7`, `${XFF}: 198.51.100.1`], client('198.51.100.1')),
  proxied('empty elements count for nothing', [`${XFF}: , 203.0.113.7,, 10.1.1.1 ,`], client('203.0.113.7')),
  proxied('an empty list names nobody', [`${XFF}: `], { by: { client: `ambiguous ${XFF}` } }),
  proxied('a port is taken off', [`${XFF}: 203.0.113.7:51234`], client('203.0.113.7')),
  proxied('IPv6', [`${XFF}: 2001:DB8:0:0:0:0:0:7`], client('2001:db8::7')),
  proxied('IPv6 with a port', [`${XFF}: [2001:db8::7]:51234`], client('2001:db8::7')),
  proxied('IPv4-mapped is IPv4', [`${XFF}: ::ffff:203.0.113.7`], client('203.0.113.7')),
  proxied('an IPv4-mapped trusted hop is trusted', [`${XFF}: 203.0.113.7, ::ffff:10.1.1.1`], client('203.0.113.7')),
  proxied('quoted', [`${XFF}: "203.0.113.7:99"`], client('203.0.113.7')),
  proxied('something unreadable on the left is not reached', [`${XFF}: unknown, 203.0.113.7`], client('203.0.113.7')),
  proxied('something unreadable stops at the hop that vouched for it', [`${XFF}: unknown, 10.1.1.1`], client('10.1.1.1', `ambiguous ${XFF}`)),
  proxied('something unreadable at the right: the peer', [`${XFF}: 203.0.113.7, unknown`], { by: { client: `ambiguous ${XFF}` } }),
  ...['0177.0.0.1', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '203.0.113.7x', '::1::', 'localhost', '<script>', '203.0.113.7;', 'fe80::1%eth0', '1.2.3.4:99999', '[1.2.3.4]']
    .map((value) => proxied(`${value} is no address`, [`${XFF}: ${value}`], { by: { client: `ambiguous ${XFF}` } })),
  proxied('X-Real-IP does not count unless named', ['X-Real-IP: 203.0.113.7'], {}),
  proxied('X-Real-IP', ['X-Real-IP: 203.0.113.7'], client('203.0.113.7', 'X-Real-IP'), { client: 'X-Real-IP' }),
  proxied('X-Real-IP holds one address', ['X-Real-IP: 198.51.100.1, 203.0.113.7'], { by: { client: 'ambiguous X-Real-IP' } }, { client: 'X-Real-IP' }),
  proxied('X-Real-IP comes once', ['X-Real-IP: 203.0.113.7', 'X-Real-IP: 203.0.113.7'], { by: { client: 'ambiguous X-Real-IP' } }, { client: 'X-Real-IP' }),
  proxied('with X-Real-IP named, X-Forwarded-For does not count', [`${XFF}: 203.0.113.7`], {}, { client: 'X-Real-IP' }),
  proxied('Forwarded', ['Forwarded: for=198.51.100.1, For="[2001:db8::7]:99";proto=http, for=10.1.1.1'], client('2001:db8::7', 'Forwarded'), { client: 'Forwarded' }),
  proxied('Forwarded, unquoted port', ['Forwarded: for=203.0.113.7:51234'], client('203.0.113.7', 'Forwarded'), { client: 'Forwarded' }),
  proxied('Forwarded, hidden client', ['Forwarded: for=_hidden, for=10.1.1.1'], client('10.1.1.1', 'ambiguous Forwarded'), { client: 'Forwarded' }),
  proxied('Forwarded, an element without for', ['Forwarded: for=203.0.113.7, proto=https'], { by: { client: 'ambiguous Forwarded' } }, { client: 'Forwarded' }),
  proxied('Forwarded, a quote left open by the client', ['Forwarded: for="x, for=203.0.113.7'], { by: { client: 'ambiguous Forwarded' } }, { client: 'Forwarded' }),
  proxied('Forwarded, a quote closed by what the proxy appended', ['Forwarded: for="x, for="[2001:db8::7]:99"'], { by: { client: 'ambiguous Forwarded' } }, { client: 'Forwarded' }),
];

const HOSTS_AND_PORTS: TruthRow[] = [
  { ...proxied('a named host header', ['X-Forwarded-Host: www.example:8443'], { host: 'www.example:8443', by: { host: 'X-Forwarded-Host' } }, { host: 'X-Forwarded-Host' }), appPort: 8443 },
  proxied('a named host header that is absent', [], {}, { host: 'X-Forwarded-Host' }),
  ...['a.example, b.example', 'a b', '', 'user@a.example', 'a.example/x', 'a.example:0', 'a.example:99999', '[::1', 'a"b', 'é.example']
    .map((value) => proxied(`host "${value}" is not believed`, [`X-Forwarded-Host: ${value}`], { by: { host: 'ambiguous X-Forwarded-Host' } }, { host: 'X-Forwarded-Host' })),
  proxied('two host lines', ['X-Forwarded-Host: a.example', 'X-Forwarded-Host: a.example'], { by: { host: 'ambiguous X-Forwarded-Host' } }, { host: 'X-Forwarded-Host' }),
  { ...proxied('the host of Forwarded', ['Forwarded: host="www.example:8443";proto=https'], { host: 'www.example:8443', by: { host: 'Forwarded' } }, { host: 'Forwarded' }), appPort: 8443 },
  proxied('a named port header', [`${XFP}: https`, 'X-Forwarded-Port: 8443'], { scheme: 'https', port: 8443, by: { scheme: XFP, port: 'X-Forwarded-Port' } }, { port: 'X-Forwarded-Port' }),
  proxied('a named port header that is absent: the port of the scheme', [`${XFP}: https`], secure, { port: 'X-Forwarded-Port' }),
  ...['0', '65536', '-1', '443,443', '0443', '4 4', 'https', '', '443.0', '\xb9'].map((value) => proxied(`port "${value}" is not believed`, [`X-Forwarded-Port: ${value}`], { by: { port: 'ambiguous X-Forwarded-Port' } }, { port: 'X-Forwarded-Port' })),
  proxied('two port lines', ['X-Forwarded-Port: 443', 'X-Forwarded-Port: 443'], { by: { port: 'ambiguous X-Forwarded-Port' } }, { port: 'X-Forwarded-Port' }),
  proxied('everything from Forwarded', ['Forwarded: for=203.0.113.7;proto=https;host=www.example'], { scheme: 'https', client: '203.0.113.7', host: 'www.example', by: { scheme: 'Forwarded', client: 'Forwarded', host: 'Forwarded' } }, { scheme: 'Forwarded', client: 'Forwarded', host: 'Forwarded' }),
];

const EDGE = '173.245.48.5';
const WORKER = '2a06:98c0:3600::103';
/** A plain connection from one of Cloudflare's published networks. */
const published = (story: string, lines: readonly string[], tells: TruthRow['tells'], more: Partial<TruthRow> = {}): TruthRow =>
  ({ story, peer: EDGE, scheme: 'http', trust: ['cloudflare'], lines, tells, ...more });

// Who rents out a network has customers in it: a Worker's requests come with its address at the right end of the list,
// and what stands left of that was its author's to write. To step over it, as over a proxy, would believe that.
const PUBLISHED: TruthRow[] = [
  published('a published network is believed', [`${XFP}: https`, `${XFF}: 203.0.113.7`], { scheme: 'https', client: '203.0.113.7', by: { scheme: XFP, client: XFF } }),
  published('a published network, v6', [`${XFP}: https`], secure, { peer: '2606:4700::1' }),
  published('the first address after a published network', [`${XFP}: https`], {}, { peer: '173.245.64.0' }),
  published('nobody names the word', [`${XFP}: https`], {}, { trust: TRUST }),
  published('what a client put there', [`${XFF}: 10.0.0.1, 203.0.113.7`], client('203.0.113.7')),
  published('a client inside the published networks is a client', [`${XFF}: 192.0.2.66, ${WORKER}`], client(WORKER)),
  published('a client inside them, v4', [`${XFF}: 192.0.2.66, 104.28.1.2`], client('104.28.1.2')),
  published('a client inside them that is on the list by hand too', [`${XFF}: 192.0.2.66, ${WORKER}`], client(WORKER), { trust: ['2a06:98c0::/29', 'cloudflare', '2a06:98c0::/29'] }),
  published('a client inside them, by Forwarded', [`Forwarded: for=192.0.2.66, for="[${WORKER}]"`], client(WORKER, 'Forwarded'), { headers: { client: 'Forwarded' } }),
  published('the client of a published proxy before one\'s own', [`${XFF}: 192.0.2.66, 203.0.113.7, ${EDGE}, 10.1.1.1`], client('203.0.113.7'), { peer: PROXY, trust: ['cloudflare', ...TRUST] }),
  published('a client inside them, before one\'s own proxy', [`${XFF}: 192.0.2.66, ${WORKER}, ${EDGE}`], client(WORKER), { peer: PROXY, trust: [...TRUST, 'cloudflare'] }),
  published('one\'s own address behind a published proxy is a client like any other', [`${XFF}: 192.0.2.66, 10.1.1.1`], client('10.1.1.1'), { trust: ['cloudflare', ...TRUST] }),
  published('something unreadable from a published proxy: the peer', [`${XFF}: unknown`], { by: { client: `ambiguous ${XFF}` } }),
  published('CF-Connecting-IP', [`${XFF}: 192.0.2.66`, 'CF-Connecting-IP: 203.0.113.7'], client('203.0.113.7', 'CF-Connecting-IP'), { headers: { client: 'CF-Connecting-IP' } }),
];

export const TRUTH_TABLE: readonly TruthRow[] = [...NOBODY, ...WHO, ...SCHEMES, ...CLIENTS, ...HOSTS_AND_PORTS, ...PUBLISHED];
