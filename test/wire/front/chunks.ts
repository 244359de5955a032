/** Chunked bodies: sizes, extensions, line ends, the last chunk and trailers. */
import { ADMIN, HELLO, SMUGGLED, app, appThen, asked, chunks, each, type Case } from './words.ts';

const size = (text: string): string => chunks(`${text}\r\nhello\r\n0\r\n\r\n`);
const last = (text: string): string => chunks(`5\r\nhello\r\n${text}`);
const trailer = (text: string): string => chunks(`5\r\nhello\r\n0\r\n${text}\r\n`);

export const CHUNKS: readonly Case[] = [
  // ---- sizes: 1*HEXDIG ----
  ...each(['a size', 'RFC 9112 §7.1'], size, '400 bad-chunk', ['0x5', '0X5', 'x5', '+5', '-5', ' 5', '\t5', '5 ', '5\t', '5 5', '05h', '5.0', '5,', '5_', 'g', 'five', '"5"', '\xb5', '', '5\0', '\x005', '5\x0b', '#5', '$5', '5L', '\\5', '\xd9\xa5']),
  ...each(['a size too large', 'RFC 9112 §7.1'], size, '400 bad-chunk', ['20000000000000', 'ffffffffffffffff', '10000000000000005', 'fffffffffffffffb', '00000000000000005', '8000000000000005', `${'0'.repeat(100)}5`, '1'.repeat(17), 'F'.repeat(17)]),
  ['a size that wraps to 5 in 32 bits: the rest is waited for', 'RFC 9112 §7.1', size('100000005'), app()],
  ['the largest size that can be held: the rest is waited for', 'RFC 9112 §7.1', size('1fffffffffffff'), app()],
  ['leading zeros', 'RFC 9112 §7.1', size('0000000000000005'), app(HELLO)],
  ['digits in capitals', 'RFC 9112 §7.1', chunks(`A\r\n${'x'.repeat(10)}\r\n0\r\n\r\n`), app(asked('POST /', [], 'x'.repeat(10)))],
  // ---- line ends ----
  ['a bare LF behind the size', 'RFC 9112 §7.1; http-garden', chunks('5\nhello\r\n0\r\n\r\n'), '400 bad-chunk'],
  ['a bare CR behind the size', 'RFC 9112 §7.1', chunks('5\rhello\r\n0\r\n\r\n'), '400 bad-chunk'],
  ['CR CR LF behind the size', 'RFC 9112 §7.1', chunks('5\r\r\nhello\r\n0\r\n\r\n'), '400 bad-chunk'],
  ['LF CR behind the size', 'RFC 9112 §7.1', chunks('5\n\rhello\r\n0\r\n\r\n'), '400 bad-chunk'],
  ['an LF before the size', 'RFC 9112 §7.1', chunks('\n5\r\nhello\r\n0\r\n\r\n'), '400 bad-chunk'],
  ['an empty line before the size', 'RFC 9112 §7.1; Go\'s empty chunk size', chunks('\r\n5\r\nhello\r\n0\r\n\r\n'), '400 bad-chunk'],
  ['no line end behind the content', 'RFC 9112 §7.1', chunks('5\r\nhello0\r\n\r\n'), '400 bad-chunk'],
  ['a bare LF behind the content', 'RFC 9112 §7.1', chunks('5\r\nhello\n0\r\n\r\n'), '400 bad-chunk'],
  ['a bare CR behind the content', 'RFC 9112 §7.1', chunks('5\r\nhello\r0\r\n\r\n'), '400 bad-chunk'],
  ['two bytes for the CRLF behind the content', 'RFC 9112 §7.1; two bytes were skipped unread', chunks('5\r\nhelloXX0\r\n\r\n'), '400 bad-chunk'],
  ['SPILL: more content than the size, as much as would be a line end', 'RFC 9112 §7.1', chunks(`5\r\nhelloxx0\r\n\r\n${SMUGGLED}`), '400 bad-chunk'],
  ['SPILL: a size in the place of the line end', 'RFC 9112 §7.1', chunks(`5\r\nhello2e\r\n0\r\n\r\n${SMUGGLED}`), '400 bad-chunk'],
  ['ONE.TWO: one byte for the line end behind the content', 'RFC 9112 §7.1', chunks(`5\r\nhello\n2\r\nxx\r\n0\r\n\r\n${SMUGGLED}`), '400 bad-chunk'],
  ['two line ends behind the content', 'RFC 9112 §7.1', chunks('5\r\nhello\r\n\r\n0\r\n\r\n'), '400 bad-chunk'],
  ['more content than the size', 'RFC 9112 §7.1', chunks('5\r\nhello!\r\n0\r\n\r\n'), '400 bad-chunk'],
  ['less content than the size', 'RFC 9112 §7.1', chunks('6\r\nhello\r\n0\r\n\r\n'), '400 bad-chunk'],
  ['LFs alone', 'RFC 9112 §7.1', chunks('5\nhello\n0\n\n'), '400 bad-chunk'],
  // ---- extensions ----
  ...each(['an extension, dropped', 'RFC 9112 §7.1.1'], size, app(HELLO), ['5;a', '5;a=b', '5;a="b"', '5;a;b;c=d', '5; a', '5;\ta = b', '5;a="\\""', '5;a=";\\;"', `5;${'x'.repeat(255)}`]),
  ...each(['what is no extension', 'RFC 9112 §7.1.1'], size, '400 bad-chunk', ['5;', '5;;a', '5;=b', '5; ', '5 ;a', '5;a="b', '5;a="\\', '5;"a"', '5;a;', '5:a']),
  ['a bare LF in an extension', 'RFC 9112 §7.1.1; TERM.EXT; GHSA-8495-4g3g-x7pr', size('5;a\nGET'), '400 bad-chunk'],
  ['an LF for the end of an extension', 'RFC 9112 §7.1.1; TERM.EXT', chunks('5;a\nhello\r\n0\r\n\r\n'), '400 bad-chunk'],
  ['an LF for an extension', 'RFC 9112 §7.1.1; EXT.TERM', chunks('5;\nhello\r\n0\r\n\r\n'), '400 bad-chunk'],
  ['a bare CR in an extension', 'RFC 9112 §7.1.1; EXT.TERM', size('5;a\rb'), '400 bad-chunk'],
  ['a line end in a quoted extension', 'RFC 9112 §7.1.1', size('5;a="\r\n"'), '400 bad-chunk'],
  ['TERM.EXT: a size line ends in an LF within what others take for an extension', 'RFC 9112 §7.1.1', chunks(`5;\nxx\r\n2d\r\nhello\r\n0\r\n\r\n${SMUGGLED}`), '400 bad-chunk'],
  ['EXT.TERM: a bare CR ends an extension for others', 'RFC 9112 §7.1.1', chunks(`5;\rxx\r\nhello\r\n0\r\n\r\n${SMUGGLED}`), '400 bad-chunk'],
  ['a NUL in an extension', 'RFC 9112 §7.1.1', size('5;a\0'), '400 bad-chunk'],
  ['a byte from 0x80 on in a value', 'RFC 9112 §7.1.1', size('5;a="\xff"'), app(HELLO)],
  ['257 bytes of extensions', 'RFC 9112 §7.1.1; CVE-2023-39326', size(`5;${'x'.repeat(256)}`), '400 bad-chunk'],
  ['many extensions, each of them short', 'RFC 9112 §7.1.1; CVE-2023-39326', chunks(`${`1;${'x'.repeat(200)}\r\nx\r\n`.repeat(90)}0\r\n\r\n`), '400 bad-chunk'],
  // ---- the last chunk ----
  ['zeros for the last size', 'RFC 9112 §7.1', last('000\r\n\r\n'), app(HELLO)],
  ['an extension of the last chunk', 'RFC 9112 §7.1.1', last('0;a=b\r\n\r\n'), app(HELLO)],
  ['two last chunks', 'RFC 9112 §7.1', last('0\r\n0\r\n\r\n'), '400 bad-trailer'],
  ['a chunk behind the last', 'RFC 9112 §7.1', last('0\r\n5\r\nhello\r\n0\r\n\r\n'), '400 bad-trailer'],
  ['LFs for the end', 'RFC 9112 §7.1', last('0\r\n\n'), '400 bad-trailer'],
  ['a bare CR for the end', 'RFC 9112 §7.1', last('0\r\n\rX'), '400 bad-trailer'],
  ['a space for the end', 'RFC 9112 §7.1', last('0\r\n \r\n\r\n'), '400 bad-trailer'],
  ['-0', 'RFC 9112 §7.1', last('-0\r\n\r\n'), '400 bad-chunk'],
  ['0x0', 'RFC 9112 §7.1', last('0x0\r\n\r\n'), '400 bad-chunk'],
  ['no size for the last chunk', 'RFC 9112 §7.1', last('\r\n\r\n'), '400 bad-chunk'],
  ['the end never comes', 'RFC 9112 §8', last('0\r\n'), app()],
  ['half a chunk', 'RFC 9112 §8', chunks('5\r\nhel'), app()],
  ['a request behind it', 'RFC 9112 §9.3.2', last(`0\r\n\r\n${SMUGGLED}`), app(HELLO, ADMIN)],
  ['a request in a chunk', 'RFC 9112 §7.1', chunks(`${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`), app(asked('POST /', [], SMUGGLED))],
  ['what is no request behind it', 'RFC 9112 §9.3.2', last('0\r\n\r\n5\r\nhello\r\n'), appThen('400 bad-request-line', HELLO)],
  // ---- trailers ----
  ...each(['a trailer, dropped with the chunks', 'RFC 9110 §6.5.1; CVE-2026-88004'], trailer, app(HELLO), ['X: y\r\n', 'X-Forwarded-Proto: http\r\n', 'X_Forwarded_Proto: http\r\n', 'Cookie: a=b\r\n', 'Authorization: x\r\n', 'Connection: close\r\n', 'Expect: x\r\n', 'X: y\r\n'.repeat(50)]),
  ...each(['a trailer that would have framed or routed', 'RFC 9110 §6.5.1'], trailer, '400 bad-trailer', ['Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', 'Host: evil.example\r\n', 'content-length: 0\r\n']),
  ...each(['a malformed trailer', 'RFC 9112 §7.1.2'], trailer, '400 bad-trailer', ['X : y\r\n', ' X: y\r\n', ': y\r\n', 'nonsense\r\n', 'X: y\n', 'X: a\rb\r\n', 'X: \0\r\n', 'X: y\r\n folded\r\n', 'X(: y\r\n', 'GET /admin HTTP/1.1\r\nHost: a.example\r\n', 'X: y\r\n'.repeat(51), `X: ${'y'.repeat(8200)}\r\n`]),
];
