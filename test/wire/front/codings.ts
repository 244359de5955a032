/** Transfer-Encoding: one single "chunked" or nothing. */
import { ADMIN, HELLO, ROOT, SMUGGLED, app, asked, chunks, coded, each, get, post, request, type Case } from './words.ts';

const TE = 'Transfer-Encoding';

export const CODINGS: readonly Case[] = [
  ...each(['not "chunked" alone', 'RFC 9112 §6.1, §7'], coded, '400 bad-transfer-coding', ['', 'identity', 'gzip', 'deflate', 'compress', 'x-gzip', 'cow', 'null', '0']),
  ...each(['chunked is not last', 'RFC 9112 §6.3'], coded, '400 bad-transfer-coding', ['chunked, identity', 'chunked, gzip', 'chunked,cow', 'chunked, chunked;q=0']),
  ...each(['chunked is last, and not alone', 'RFC 9112 §7.1; none of them can be undone here'], coded, '400 bad-transfer-coding', ['gzip, chunked', 'identity, chunked', 'cow, chunked', 'chunked, chunked', 'chunked,chunked', 'x, chunked', 'trailers, chunked']),
  ...each(['an empty element', 'RFC 9110 §5.6.1'], coded, '400 bad-transfer-coding', ['chunked,', ',chunked', ', chunked', 'chunked, ', ',,chunked', ',']),
  ...each(['a parameter', 'RFC 9112 §7'], coded, '400 bad-transfer-coding', ['chunked;q=1', 'chunked; a', 'chunked ;a=b', 'chunked;']),
  ...each(['quoted', 'RFC 9112 §7'], coded, '400 bad-transfer-coding', ['"chunked"', "'chunked'", '"chunked', '`chunked`', '<chunked>', '(chunked)', '[chunked]']),
  ...each(['nearly', 'RFC 9112 §7; CVE-2023-47641'], coded, '400 bad-transfer-coding', ['xchunked', 'chunkedx', 'chunked123', 'x-chunked', 'chunke', 'chun ked', 'ch\xfcnked', 'chunked\xa0', '\xa0chunked', 'chunked\x85', 'chunked chunked', 'chunked cow', 'chunked:', ':chunked', '=chunked', 'chunked/1', 'chunked\xe2\x80\x8b', 'c\xadhunked', 'chunKed']
    .filter((value) => value.toLowerCase() !== 'chunked')),
  ...each(['a control character', 'RFC 9110 §5.5; TE.TE by \\x0b, \\x0c, \\0'], coded, '400 bad-character', ['\x0bchunked', 'chunked\x0b', 'chunked\x0c', '\x0cchunked', 'chunked\0', '\0chunked', 'chun\x08ked', 'chunked\x1f', '\x7fchunked']),
  ['a fold before it', 'RFC 9112 §5.2', coded('\r\n chunked'), '400 folded-field'],
  ['a fold by a tab before it', 'RFC 9112 §5.2', coded('\r\n\tchunked'), '400 folded-field'],
  ['a fold inside it', 'RFC 9112 §5.2; CVE-2022-32215', coded('chunk\r\n ed'), '400 folded-field'],
  ['a fold behind it', 'RFC 9112 §5.2', coded('chunked\r\n , identity'), '400 folded-field'],
  ['a fold of the line before it', 'RFC 9112 §5.2', post(['X: y', ` ${TE}: chunked`], '0\r\n\r\n'), '400 folded-field'],
  ['a bare CR before it', 'RFC 9112 §2.2', coded('\rchunked'), '400 bare-cr'],
  ['a bare CR behind it', 'RFC 9112 §2.2; CVE-2023-30589', coded('chunked\r'), '400 bare-cr'],
  ['a bare LF before it', 'RFC 9112 §2.2', coded('\nchunked'), '400 bare-lf'],
  ['a bare LF behind it', 'RFC 9112 §2.2', coded('chunked\nX: y'), '400 bare-lf'],
  ['behind a bare CR in another value', 'RFC 9112 §2.2; CVE-2023-30589', post([`X: y\r${TE}: chunked`], '0\r\n\r\n'), '400 bare-cr'],
  ['behind a bare LF in another value', 'RFC 9112 §2.2', post([`X: y\n${TE}: chunked`], '0\r\n\r\n'), '400 bare-lf'],
  // ---- more than one ----
  ['two', 'RFC 9112 §6.1; CVE-2020-8287', post([`${TE}: chunked`, `${TE}: chunked`], '0\r\n\r\n'), '400 bad-transfer-coding'],
  ['TE.TE: one good, one that hides it', 'RFC 9112 §6.1', post([`${TE}: chunked`, `${TE}: cow`], '0\r\n\r\n'), '400 bad-transfer-coding'],
  ['TE.TE: the good one last', 'RFC 9112 §6.1', post([`${TE}: cow`, `${TE}: chunked`], '0\r\n\r\n'), '400 bad-transfer-coding'],
  ['two, of which together chunked would be last', 'RFC 9110 §5.3', post([`${TE}: gzip`, `${TE}: chunked`], '0\r\n\r\n'), '400 bad-transfer-coding'],
  ['two, the second empty', 'RFC 9112 §6.1', post([`${TE}: chunked`, `${TE}:`], '0\r\n\r\n'), '400 bad-transfer-coding'],
  ['two, with identity', 'RFC 9112 §6.1', post([`${TE}: identity`, `${TE}: chunked`], '0\r\n\r\n'), '400 bad-transfer-coding'],
  ['two in different cases', 'RFC 9110 §5.1', post(['transfer-encoding: chunked', 'TRANSFER-ENCODING: chunked'], '0\r\n\r\n'), '400 bad-transfer-coding'],
  // ---- HTTP/1.0 ----
  ['in HTTP/1.0', 'RFC 9112 §6.1', request('POST / HTTP/1.0', [`${TE}: chunked`], '0\r\n\r\n'), '400 bad-transfer-coding'],
  ['in HTTP/1.0 that is kept alive', 'RFC 9112 §6.1', request('POST / HTTP/1.0', ['Connection: keep-alive', `${TE}: chunked`], '0\r\n\r\n'), '400 bad-transfer-coding'],
  ['in HTTP/1.0, identity', 'RFC 9112 §6.1', request('POST / HTTP/1.0', [`${TE}: identity`], ''), '400 bad-transfer-coding'],
  // ---- a name that others take for it ----
  ['a space before the colon', 'RFC 9112 §5.1; CVE-2021-22959', post([`${TE} : chunked`], '0\r\n\r\n'), '400 bad-field-name'],
  ['a tab before the colon', 'RFC 9112 §5.1', post([`${TE}\t: chunked`], '0\r\n\r\n'), '400 bad-field-name'],
  ['a space before the name', 'RFC 9112 §2.2', post([` ${TE}: chunked`], '0\r\n\r\n'), '400 folded-field'],
  ['a CR before the colon', 'RFC 9112 §2.2', post([`${TE}\r: chunked`], '0\r\n\r\n'), '400 bare-cr'],
  ['a NUL in it', 'RFC 9110 §5.1', post(['Transfer\0Encoding: chunked'], '0\r\n\r\n'), '400 bad-character'],
  ['a byte from 0x80 on behind it', 'RFC 9110 §5.1', post([`${TE}\xff: chunked`], '0\r\n\r\n'), '400 bad-field-name'],
  ['a hyphen of another kind in it', 'RFC 9110 §5.1', post(['Transfer\xe2\x80\x90Encoding: chunked'], '0\r\n\r\n'), '400 bad-field-name'],
  ['a quoted name', 'RFC 9110 §5.1', post([`"${TE}": chunked`], '0\r\n\r\n'), '400 bad-field-name'],
  ['two colons', 'RFC 9112 §5', post([`${TE}:: chunked`], '0\r\n\r\n'), '400 bad-transfer-coding'],
  ...each(['a name that CGI folds into it frames nothing, and does not pass', 'RFC 3875 §4.1.18'], (name) => get([`${name}: chunked`], SMUGGLED), app(ROOT, ADMIN), ['Transfer_Encoding', 'TRANSFER_ENCODING', 'Transfer.Encoding', 'Transfer~Encoding', 'Transfer!Encoding', 'Transfer`Encoding']),
  ...each(['a name that looks like it is another name', 'RFC 9110 §5.1'], (name) => get([`${name}: chunked`], SMUGGLED), app(asked('GET /', ['NAME: chunked']), ADMIN), ['TransferEncoding', 'Transfer-Encodin', 'X-Transfer-Encoding', 'Transfer-Encodings', 'Transfer--Encoding']),
  // ---- nominations and kin ----
  ['nominated in Connection: it frames all the same', 'RFC 9110 §7.6.1', post(['Connection: Transfer-Encoding', `${TE}: chunked`], '5\r\nhello\r\n0\r\n\r\n'), app(HELLO)],
  ['TE: chunked does not frame, and does not pass', 'RFC 9110 §10.1.4', get(['TE: chunked'], SMUGGLED), app(ROOT, ADMIN)],
  ['TE: trailers does not pass', 'RFC 9110 §10.1.4', get(['Connection: TE', 'TE: trailers']), app(ROOT)],
  ['TE.0: an empty chunked body', 'RFC 9112 §7.1', chunks(`0\r\n\r\n${SMUGGLED}`), app(asked('POST /', [], ''), ADMIN)],
  // ---- good ones ----
  ...each(['"chunked" in any case, with white space around it', 'RFC 9112 §7; RFC 9110 §5.5'], coded, app(HELLO), ['chunked', 'Chunked', 'CHUNKED', 'cHuNkEd', ' \tchunked\t ']),
  ['of a GET', 'RFC 9112 §6', get([`${TE}: chunked`], '5\r\nhello\r\n0\r\n\r\n'), app(asked('GET /', [], 'hello'))],
  ['Content-Encoding is no transfer coding', 'RFC 9110 §8.4', post(['Content-Encoding: chunked', 'Content-Length: 5'], 'hello'), app(asked('POST /', ['Content-Encoding: chunked'], 'hello'))],
];
