/** Which coding a client gets, and which answers get one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_COMPRESS } from '../../src/config/defaults.ts';
import { acceptedCodings, CODINGS } from '../../src/core/policy/codings.ts';
import { createCompress, type Compressed, type CompressRules } from '../../src/core/policy/compress.ts';
import { requestOf } from '../helpers/request-of.ts';

describe('the coding that a client takes (RFC 9110 §12.5.3)', () => {
  const table: readonly (readonly [accept: string | undefined, codings: string, plain?: boolean])[] = [
    [undefined, ''],
    ['', ''],
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br zstd gzip'], // ties: our order
    ['x-gzip', 'gzip'],
    ['GZIP;Q=1', 'gzip'],
    ['br;q=0.1, gzip;q=0.9', 'gzip br'],
    ['br;q=0, gzip', 'gzip'],
    ['gzip;q=0.000', ''],
    ['*', 'br zstd gzip'],
    ['*;q=0.5, gzip', 'gzip br zstd'],
    ['gzip, *;q=0', 'gzip', false],
    ['*;q=0', '', false],
    ['*;q=0, identity', ''],
    ['identity;q=0, gzip', 'gzip', false],
    ['identity;q=0', '', false],
    ['identity, gzip;q=0.5', ''], // it likes the answer better as it is
    ['identity;q=0.5, gzip;q=0.5', 'gzip'],
    ['deflate, compress', ''],
    ['gzip;q=2', 'gzip'], // no weight: as if none were said
    [`${'x,'.repeat(2000)}gzip`, ''], // nobody means that
  ];
  for (const [accept, codings, plain = true] of table) {
    it(`${accept?.slice(0, 40) ?? 'no field'}: ${codings === '' ? 'as it is' : codings}`, () => {
      const found = acceptedCodings(accept === undefined ? [] : [accept], CODINGS);
      assert.deepEqual([found.codings.join(' '), found.plain], [codings, plain]);
    });
  }

  it('reads several lines as one list', () => {
    assert.deepEqual(acceptedCodings(['gzip;q=0.5', 'br;q=0.4'], CODINGS).codings, ['gzip', 'br']);
  });
});

interface Case { readonly accept?: string; readonly request?: string; readonly method?: string; readonly minor?: 0 | 1; readonly status?: number; readonly lines?: string; readonly length?: number; readonly rules?: Partial<CompressRules>; readonly may?: boolean }

const JSON_LINES = 'Content-Type: application/json; charset=utf-8\r\n';

function compressed({ accept = 'gzip', request = '', method = 'GET', minor = 1, status = 200, lines = JSON_LINES, length = 5000, rules = {}, may = true }: Case): Compressed {
  const head = { ...requestOf([...accept === '' ? [] : [`Accept-Encoding: ${accept}`], ...request.split('\r\n').filter((line) => line !== '')]), method, minor };
  const none = method === 'HEAD' || status === 304 || status === 204;
  const body = none ? { framing: 'none', length: 0 } as const : length < 0 ? { framing: 'chunked', length: 0 } as const : { framing: 'length', length } as const;
  return createCompress({ ...DEFAULT_COMPRESS, ...rules })(head, { status, lines, body }, may);
}
const VARY = 'Vary: Accept-Encoding\r\n';

describe('an answer that is compressed', () => {
  it('says its coding, that it varies, and no length or ranges of other bytes; its strong tag becomes weak', () => {
    const { lines, coding } = compressed({ accept: 'br, gzip', lines: `${JSON_LINES}ETag: "x"\r\nAccept-Ranges: bytes\r\nX-Other: 1\r\n` });
    assert.equal(coding, 'br');
    assert.equal(lines, `${JSON_LINES}X-Other: 1\r\nETag: W/"x"\r\nContent-Encoding: br\r\n${VARY}`);
  });

  it('keeps a weak tag, and what it varies by already', () => {
    for (const vary of ['Vary: Cookie, Accept-Encoding\r\n', 'vary: accept-encoding\r\n', 'Vary: *\r\n']) {
      assert.equal(compressed({ lines: `${JSON_LINES}${vary}ETag: W/"x"\r\n` }).lines, `${JSON_LINES}${vary}ETag: W/"x"\r\nContent-Encoding: gzip\r\n`);
    }
    assert.equal(compressed({ lines: `${JSON_LINES}Vary: Cookie\r\n` }).lines, `${JSON_LINES}Vary: Cookie\r\nContent-Encoding: gzip\r\n${VARY}`);
  });

  it('is of any usual type of text, whatever its parameters and its case', () => {
    for (const type of ['text/html; charset=utf-8', 'TEXT/CSS', 'application/json', 'application/problem+json', 'application/javascript', 'image/svg+xml', 'application/wasm', 'application/xhtml+xml', 'application/x-ndjson']) {
      assert.equal(compressed({ lines: `Content-Type: ${type}\r\n` }).coding, 'gzip', type);
    }
  });

  it('is of any status that has content, an error too', () => {
    for (const status of [200, 201, 203, 400, 404, 500, 503]) assert.equal(compressed({ status }).coding, 'gzip', String(status));
  });

  it('is announced to HEAD as it would be to GET', () => {
    assert.deepEqual(compressed({ method: 'HEAD', lines: `${JSON_LINES}Content-Length: 5000\r\n` }), { lines: `${JSON_LINES}Content-Encoding: gzip\r\n${VARY}`, coding: 'gzip' });
    assert.deepEqual(compressed({ method: 'HEAD', lines: `${JSON_LINES}Content-Length: 50\r\n` }), { lines: `${JSON_LINES}Content-Length: 50\r\n`, coding: undefined });
  });

  it('may be said to have no coding, which is none', () => {
    assert.equal(compressed({ lines: `${JSON_LINES}Content-Encoding: identity\r\n` }).lines, `${JSON_LINES}Content-Encoding: gzip\r\n${VARY}`);
  });

  it('may be of unknown length', () => { assert.equal(compressed({ length: -1 }).coding, 'gzip'); });

  it('is sent whatever its type and length to who takes nothing as it is', () => {
    assert.equal(compressed({ accept: 'gzip, *;q=0', lines: 'Content-Type: image/png\r\n', length: 10 }).coding, 'gzip');
    assert.equal(compressed({ accept: '*;q=0', length: 10 }).coding, undefined); // nothing fits: better this than nothing
  });
});

describe('an answer that is compressed for others says so to those who get it as it is', () => {
  const same: readonly (readonly [string, Case])[] = [
    ['a client that takes no coding', { accept: '' }],
    ['one that likes it better as it is', { accept: 'identity, gzip;q=0.1' }],
    ['one of HTTP/1.0', { minor: 0 }],
    ['one that asks for no transformation (RFC 9111 §5.2.1.6)', { request: 'Cache-Control: no-transform\r\n' }],
    ['a part', { status: 206, lines: `${JSON_LINES}Content-Range: bytes 0-4999/9000\r\n` }],
    ['while too many are compressed', { may: false }],
  ];
  for (const [name, given] of same) {
    it(name, () => { assert.deepEqual(compressed(given), { lines: (given.lines ?? JSON_LINES) + VARY, coding: undefined }); });
  }
});

describe('an answer that is left alone', () => {
  const alone: readonly (readonly [string, Case])[] = [
    ['it is short', { length: 1023 }],
    ['it is empty', { length: 0 }],
    ['a picture', { lines: 'Content-Type: image/png\r\n' }],
    ['it has no type', { lines: '' }],
    ['it has a coding already', { lines: `${JSON_LINES}Content-Encoding: br\r\n` }],
    ['an event stream, even one that nobody can read as it is', { accept: 'gzip, *;q=0', lines: 'Content-Type: text/event-stream; charset=utf-8\r\n' }],
    ['Cache-Control: no-transform', { lines: `${JSON_LINES}Cache-Control: public, No-Transform, max-age=1\r\n` }],
    ['it sets a cookie', { lines: `${JSON_LINES}Set-Cookie: a=b\r\n` }],
    ...['Content-Digest', 'Repr-Digest', 'Digest', 'Content-MD5', 'Signature'].map((name): readonly [string, Case] => [`it has a ${name} of its bytes`, { lines: `${JSON_LINES}${name}: a=:x=:\r\n` }]),
    ['204', { status: 204 }],
    ['204 to HEAD', { status: 204, method: 'HEAD' }],
    ['205', { status: 205 }],
  ];
  for (const [name, given] of alone) {
    it(name, () => { assert.deepEqual(compressed(given), { lines: given.lines ?? JSON_LINES, coding: undefined }); });
  }

  it('but for the options that say otherwise', () => {
    assert.equal(compressed({ lines: `${JSON_LINES}Set-Cookie: a=b\r\n`, rules: { cookies: true } }).coding, 'gzip');
    assert.equal(compressed({ length: 10, rules: { minLength: 10 } }).coding, 'gzip');
    assert.equal(compressed({ lines: 'Content-Type: model/x.y\r\n', rules: { types: ['model/x.*'] } }).coding, 'gzip');
    assert.equal(compressed({ rules: { types: ['text/html'] } }).coding, undefined);
    assert.equal(compressed({ accept: 'br, gzip', rules: { codings: ['gzip', 'br'] } }).coding, 'gzip');
    assert.equal(compressed({ lines: `${JSON_LINES}Cache-Control: private="no-transform, x"\r\n` }).coding, 'gzip', 'a word inside quotes is no directive');
  });
});

describe('304', () => {
  it('has the tag that the client knows', () => {
    assert.equal(compressed({ status: 304, request: 'If-None-Match: "a", W/"x"\r\n', lines: 'ETag: "x"\r\nContent-Length: 9\r\n' }).lines, `ETag: W/"x"\r\n${VARY}`);
    assert.equal(compressed({ status: 304, request: 'If-None-Match: "x"\r\n', lines: 'ETag: "x"\r\n' }).lines, `ETag: "x"\r\n${VARY}`);
  });
  it('of a picture is left alone', () => {
    assert.equal(compressed({ status: 304, lines: 'Content-Type: image/png\r\nETag: "x"\r\n' }).lines, 'Content-Type: image/png\r\nETag: "x"\r\n');
  });
});
