/** The request line, and who is asked: method, target, version, Host. */
import { ADMIN, ROOT, SMUGGLED, app, appThenClosed, asked, each, get, request, type Case } from './words.ts';

const target = (text: string, method = 'GET'): string => request(`${method} ${text} HTTP/1.1`);
const version = (text: string): string => request(`GET / ${text}`);
const host = (value: string): string => `GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`;
const absolute = (text: string, value: string): string => `GET ${text} HTTP/1.1\r\nHost: ${value}\r\n\r\n`;

export const TARGETS: readonly Case[] = [
  // ---- the line ----
  ...each(['spaces', 'RFC 9112 §3'], (line) => request(line), '400 bad-request-line', ['GET  / HTTP/1.1', ' GET / HTTP/1.1', 'GET /  HTTP/1.1', 'GET / HTTP/1.1 ', 'GET / x HTTP/1.1', 'GET /a b HTTP/1.1', 'GET\t/ HTTP/1.1', '\tGET / HTTP/1.1', 'GET / HTTP/1.1\t']),
  ['a tab for the second space', 'RFC 9112 §3', request('GET /\tHTTP/1.1'), '400 bad-target'],
  ['a second request line behind the first', 'RFC 9112 §3', request('GET / HTTP/1.1 HTTP/1.1'), '400 bad-request-line'],
  ['a method alone', 'RFC 9112 §3', 'GET\r\n\r\n', '400 bad-request-line'],
  ['no target: the version stands in its place', 'RFC 9112 §3', request('GET HTTP/1.1'), '400 bad-version'],
  // ---- versions ----
  ['HTTP/0.9', 'RFC 9112 §3', 'GET /\r\n', '400 bad-version'],
  ['HTTP/0.9 with fields behind it', 'RFC 9112 §3', 'GET /\r\nHost: a.example\r\n\r\n', '400 bad-version'],
  ['HTTP/0.9 with an LF', 'RFC 9112 §2.2', 'GET /\n', '400 bare-lf'],
  ...each(['a version', 'RFC 9112 §2.3'], version, '400 bad-version', ['HTTP/0.9', 'HTTP/1.2', 'HTTP/1.9', 'HTTP/2.0', 'HTTP/2', 'HTTP/3', 'HTTP/1.10', 'HTTP/1.11', 'HTTP/1.01', 'HTTP/01.1', 'HTTP/1', 'HTTP/11', 'HTTP/1,1', 'HTTP/+1.1', 'HTTP/-1.1', 'HTTP/1.x', 'HTTP/1.1x', 'HTTP/1.1/', 'HTTP/9.9']),
  ...each(['no version of HTTP', 'RFC 9112 §2.3'], version, '400 bad-request-line', ['http/1.1', 'Http/1.1', 'HTTPS/1.1', 'ICY/1.0', 'RTSP/1.0', 'SIP/2.0', 'HTTP /1.1', 'HTTP/1. 1', 'XTTP/1.1']),
  ['HTTP/1.0 is answered and closed', 'RFC 9112 §9.3', request('GET / HTTP/1.0', [], SMUGGLED), appThenClosed(ROOT)],
  ['HTTP/1.0 is kept alive where it asks for that', 'RFC 9112 §9.3', request('GET / HTTP/1.0', ['Connection: keep-alive'], SMUGGLED), app(ROOT, ADMIN)],
  // ---- methods ----
  ...each(['no token for a method', 'RFC 9110 §9.1'], (method) => request(`${method} / HTTP/1.1`), '400 bad-method', ['GET:', 'GET(', '(GET)', '"GET"', 'G@T', 'G,T', 'G=T', 'G\\T', 'G{T', 'GET\xa0', 'G\xc9T', '<GET>', 'GET?', 'M'.repeat(65)]),
  ...each(['any token is a method', 'RFC 9110 §9.1'], (method) => request(`${method} / HTTP/1.1`), app(asked('METHOD /')), ['get', 'Get', 'G', 'HEAD', 'TRACE', 'DEBUG', 'PROPFIND', 'M-SEARCH', 'PURGE', "!#$%&'*+-.^_`|~9", 'M'.repeat(64), 'PRI', 'PROXY', 'connect']),
  ['CONNECT', 'RFC 9110 §9.3.6', 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n', '400 connect-refused'],
  ['CONNECT to a path', 'RFC 9110 §9.3.6', target('/', 'CONNECT'), '400 connect-refused'],
  ['CONNECT with a body', 'RFC 9110 §9.3.6', request('CONNECT a.example:443 HTTP/1.1', ['Content-Length: 5'], 'hello'), '400 connect-refused'],
  // ---- targets ----
  ...each(['no form that a GET may have', 'RFC 9112 §3.2'], (text) => target(text), '400 bad-target', ['*', '**', 'a', 'index.html', './x', '../x', 'a.example:443', 'a.example', '?q', '#', '/#', '/a#b', '/?a#b', 'http:/a.example/', 'http:a.example/', 'http//a.example/', '://a.example/', '\\', '\\\\a.example\\', '%2f', '@', ':80', '\xff']),
  ...each(['another scheme', 'RFC 9112 §3.2.2'], (text) => target(text), '400 bad-target', ['ftp://a.example/', 'ws://a.example/', 'wss://a.example/', 'file:///etc/passwd', 'gopher://a.example/', 'javascript:alert(1)', 'data:,x', 'mailto:a@a.example', 'httpx://a.example/', 'unix:/run/x|http://a.example/']),
  ...each(['no host in it', 'RFC 9110 §4.2.1'], (text) => target(text), '400 bad-target', ['http://', 'https://', 'http:///', 'http:///x', 'http://?q', 'http://:80/', 'https://:443/']),
  ...each(['userinfo', 'RFC 9110 §4.2.4'], (text) => target(text), '400 bad-target', ['http://user@a.example/', 'http://user:pass@a.example/', 'http://a.example@evil.example/', 'http://evil.example@a.example/', 'http://@a.example/', 'http://a.example:80@evil.example/']),
  ...each(['a host that is none', 'RFC 9110 §4.2.1'], (text) => target(text), '400 bad-target', ['http://a.example\\x/', 'http://a.example%2f/', 'http://a%41.example/', 'http://a,b/', 'http://[::1/', 'http://[/', 'http://a.example:/', 'http://a.example:0/', 'http://a.example:65536/', 'http://a.example:80x/', 'http://a..example/', 'http://.example/', 'http://a.example;x/', 'http://*/', "http://a'/", 'http://a_b\xe9/']),
  ['the path byte for byte', 'RFC 9112 §3.2.1', target('/a/../b/./c//d;x=y/%2e%2E%2f%00%zz?q=%20&r=//'), app(asked('GET /a/../b/./c//d;x=y/%2e%2E%2f%00%zz?q=%20&r=//'))],
  ['two slashes are a path, not a host', 'RFC 3986 §3.3', target('//evil.example/x'), app(asked('GET //evil.example/x'))],
  ['encoded line ends stay encoded', 'RFC 9112 §3.2.1; CVE-2023-25690', target('/%0d%0aHost:%20evil.example%0d%0a'), app(asked('GET /%0d%0aHost:%20evil.example%0d%0a'))],
  ['what browsers leave as it is', 'RFC 9112 §3.2', target('/|{}[]^`"<>\\\''), app(asked('GET /|{}[]^`"<>\\\''))],
  ['bytes from 0x80 on', 'RFC 9112 §3.2, which clients do not heed', target('/\xe4\xff'), app(asked('GET /\xe4\xff'))],
  ['OPTIONS *', 'RFC 9112 §3.2.4', target('*', 'OPTIONS'), app(asked('OPTIONS *'))],
  ...each(['* with another method', 'RFC 9112 §3.2.4'], (method) => target('*', method), '400 bad-target', ['POST', 'HEAD', 'PUT', 'TRACE', 'options', 'DELETE']),
  // ---- absolute-form and Host ----
  ['absolute-form becomes origin-form', 'RFC 9112 §3.2.2', absolute('http://a.example/x?y', 'a.example'), app(asked('GET /x?y'))],
  ['absolute-form without a path', 'RFC 9112 §3.2.2', absolute('http://a.example', 'a.example'), app(ROOT)],
  ['absolute-form with a query alone', 'RFC 9112 §3.2.2', absolute('http://a.example?q', 'a.example'), app(asked('GET /?q'))],
  ['absolute-form in other cases', 'RFC 3986 §6.2.2.1', absolute('HTTPS://A.Example/', 'a.example'), app(ROOT)],
  ['a default port', 'RFC 9110 §4.2.3', absolute('http://a.example:80/', 'a.example'), app(ROOT)],
  ['a URL in its query', 'RFC 9112 §3.2.2', absolute('http://a.example/?http://evil.example/', 'a.example'), app(asked('GET /?http://evil.example/'))],
  ...each(['a target of another host than Host', 'RFC 9112 §3.2.2'], (text) => absolute(text, 'a.example'), '400 host-mismatch', ['http://evil.example/', 'https://evil.example/', 'http://a.example.evil.example/', 'http://a.example:81/', 'http://a.example:443/', 'https://a.example:80/', 'http://a.example./', 'http://xa.example/', 'http://[::1]/', 'http://127.0.0.1/']),
  ['an absolute target and no Host', 'RFC 9112 §3.2', 'GET http://a.example/ HTTP/1.1\r\n\r\n', '400 missing-host'],
  ['an absolute target and two Hosts', 'RFC 9112 §3.2', absolute('http://a.example/', 'a.example\r\nHost: evil.example'), '400 repeated-host'],
  // ---- Host ----
  ['no Host', 'RFC 9112 §3.2', 'GET / HTTP/1.1\r\n\r\n', '400 missing-host'],
  ['no Host in HTTP/1.0', 'design: a site is chosen by it', 'GET / HTTP/1.0\r\n\r\n', '400 missing-host'],
  ['two Hosts', 'RFC 9112 §3.2; CVE-2025-14523', get(['Host: evil.example']), '400 repeated-host'],
  ['two equal Hosts', 'RFC 9112 §3.2', get(['Host: a.example']), '400 repeated-host'],
  ['two Hosts in other cases', 'RFC 9112 §3.2', get(['hOST: evil.example']), '400 repeated-host'],
  ['two Hosts, one of them empty', 'RFC 9112 §3.2', get(['Host:']), '400 repeated-host'],
  ['a Host nominated away', 'RFC 9110 §7.6.1', get(['Connection: Host']), app(ROOT)],
  ['a space before the colon of a second Host', 'RFC 9112 §5.1', get(['Host : evil.example']), '400 bad-field-name'],
  ['a space before a second Host', 'RFC 9112 §2.2', get([' Host: evil.example']), '400 folded-field'],
  ...each(['names that fold into Host do not pass', 'RFC 3875 §4.1.18'], (name) => get([`${name}: evil.example`]), app(ROOT), ['X-Forwarded-Host', 'X_Forwarded_Host', 'X-Host', 'X-Original-Host', 'Forwarded', 'Host_', 'X-Original-URL', 'X-Rewrite-URL']),
  ...each(['a Host', 'RFC 9110 §7.2'], host, '400 bad-host', ['', ' ', 'a b', 'a.example evil.example', 'a.example, evil.example', 'a.example,evil.example', 'user@a.example', 'a.example@evil.example', 'a.example/', 'a.example/x', '/', 'a.example?q', 'a.example#x', 'a.example\\x', 'a.example:', 'a.example:x', 'a.example:0', 'a.example:080', 'a.example:65536', 'a.example:80:80', 'a.example:-1', 'a.example: 80', 'a.example :80', ':80', '.', '..', '.example', 'a..example', 'a%2eexample', 'a%00', 'b\xfccher.example', 'a.example;x', '"a.example"', '<a>', 'a|b', '*', 'http://a.example', 'a'.repeat(300), '[', '[]', '[::1', '::1', '[::1]x', '[::1]:', '[::1%25eth0]', '[v1.x]', '[192.0.2.1]', '[::ffff:192.0.2.256]', '[1:2:3:4:5:6:7:8:9]', '[1::2::3]']),
];
