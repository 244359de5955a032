import { Fault } from '../errors.ts';
import type { FaultCode } from '../errors.ts';
import { latin1 } from '../bytes.ts';
import { ASTERISK, CLASS, CR, HTAB, LF, QUESTION, SLASH, SP, TARGET, TOKEN, afterRun } from './chars.ts';
import { BAD, MORE } from './field-scanner.ts';
import { MAX_METHOD, MAX_TARGET } from './limits.ts';
import { isHost } from './host.ts';
import { byteName, notHost, shown, shownTarget } from './shown.ts';

const ABSOLUTE = /^https?:\/\//i;

/**
 * Reads the request line (RFC 9112 §3) and knows the other protocols that arrive at this door by mistake. Used again
 * for every request; the positions are those of the last one, in its bytes.
 */
export class RequestLine {
  fault: Fault | undefined;
  /** Where the method begins: after one empty line, where the client sent one. */
  start = 0;
  methodEnd = 0;
  targetEnd = 0;
  minor: 0 | 1 = 1;
  /** Of an absolute-form target: its authority as written, the default port of its scheme, and what is left of it; else undefined. */
  authority: string | undefined;
  defaultPort = 80;
  originForm = '';

  /** Gives the position after the line, MORE or BAD. */
  read(bytes: Uint8Array, start: number, end: number): number {
    this.authority = undefined;
    let at = start;
    if (at >= end) return MORE;
    const firstByte = bytes[at]!;
    if (firstByte === CR || firstByte === 0x16) {
      at = this.#opening(bytes, at, end);
      if (at < 0) return at;
    }
    this.start = at;
    at = this.#method(bytes, at, end);
    if (at < 0) return at;
    at = this.#target(bytes, at, end);
    if (at < 0) return at;
    return this.#version(bytes, at, end);
  }

  get targetStart(): number { return this.methodEnd + 1; }

  /** What may stand before a request line: one empty line (RFC 9112 §2.2); or what is no request at all. */
  #opening(bytes: Uint8Array, start: number, end: number): number {
    if (start + 1 >= end) return MORE;
    // A TLS record of type handshake, any version (RFC 8446 §5.1).
    if (bytes[start] === 0x16) return bytes[start + 1] === 0x03 ? this.#bad('tls-on-plain-port', 'A TLS handshake; ask for https on the TLS port.') : start;
    if (bytes[start + 1] !== LF) return this.#bareCr(bytes[start + 1]!);
    const at = start + 2;
    if (at >= end) return MORE;
    if (bytes[at] !== CR) return at;
    if (at + 1 >= end) return MORE;
    if (bytes[at + 1] !== LF) return this.#bareCr(bytes[at + 1]!);
    if (at + 2 >= end) return MORE;
    // The PROXY protocol's version 2 begins with two empty lines and a NUL, so that no HTTP parser takes it (§2.2 of its text).
    if (bytes[at + 2] === 0) return this.#bad('proxy-line', 'Version 2, binary.');
    return this.#bad('bad-request-line', 'More than one empty line before it.');
  }

  #method(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    const stop = Math.min(end, start + MAX_METHOD + 1);
    while (at < stop && (CLASS[bytes[at]!]! & TOKEN) !== 0) at++;
    if (at - start > MAX_METHOD) return this.#bad('bad-method', `Longer than ${MAX_METHOD} bytes: ${shown(bytes, start, at)}`);
    if (at >= end) return MORE;
    if (bytes[at] !== SP || at === start) return this.#badMethod(bytes, start, at, end);
    this.methodEnd = at;
    if (at - start === 7 && latin1(bytes, start, at) === 'CONNECT') return this.#bad('connect-refused', 'The method is CONNECT.');
    return at + 1;
  }

  #badMethod(bytes: Uint8Array, start: number, at: number, end: number): number {
    const byte = bytes[at]!;
    if (byte === LF) return this.#bad('bare-lf', `After ${shown(bytes, start, at)}.`);
    if (byte === CR) {
      if (at + 1 >= end) return MORE;
      return bytes[at + 1] === LF ? this.#bad('bad-request-line', `The line is ${shown(bytes, start, at)} and has no target.`) : this.#bareCr(bytes[at + 1]!);
    }
    if (byte === SP || byte === HTAB) return this.#bad('bad-request-line', 'White space before or after the method that is not one SP.');
    return this.#bad('bad-method', `${byteName(byte)} after ${shown(bytes, start, at)}.`);
  }

  #target(bytes: Uint8Array, start: number, end: number): number {
    const at = afterRun(bytes, start, Math.min(end, start + MAX_TARGET + 1), TARGET);
    if (at - start > MAX_TARGET) return this.#bad('target-too-long', `It begins ${shownTarget(bytes, start, at)}`);
    if (at >= end) return MORE;
    if (bytes[at] !== SP || at === start) return this.#badTarget(bytes, start, at, end);
    this.targetEnd = at;
    if (bytes[start] === SLASH) return at + 1;
    return this.#otherForm(bytes, start, at) ? at + 1 : BAD;
  }

  #badTarget(bytes: Uint8Array, start: number, at: number, end: number): number {
    const byte = bytes[at]!;
    if (byte === LF) return this.#bad('bare-lf', `After the target ${shownTarget(bytes, start, at)}.`);
    if (byte === CR) {
      if (at + 1 >= end) return MORE;
      if (bytes[at + 1] !== LF) return this.#bareCr(bytes[at + 1]!);
      if (this.#isProxyLine(bytes, start, at)) return BAD;
      return this.#bad('bad-version', 'The line ends after the target, as in HTTP/0.9; a version must follow.');
    }
    if (at === start && (byte === SP || byte === HTAB)) return this.#bad('bad-request-line', 'More than one space after the method.');
    return this.#bad('bad-target', `${byteName(byte)} after ${shownTarget(bytes, start, at)}.`);
  }

  /** asterisk-form and absolute-form (RFC 9112 §3.2.2, §3.2.4); authority-form belongs to CONNECT alone. */
  #otherForm(bytes: Uint8Array, start: number, end: number): boolean {
    const method = latin1(bytes, this.start, this.methodEnd);
    if (bytes[start] === ASTERISK && end - start === 1) {
      // PRI * is the HTTP/2 preface so far: the version decides.
      if (method === 'OPTIONS' || method === 'PRI') return true;
      this.#bad('bad-target', `"*" is for OPTIONS alone, the method is ${shown(bytes, this.start, this.methodEnd)}.`);
      return false;
    }
    if (this.#isProxyLine(bytes, start, end)) return false;
    const target = latin1(bytes, start, end);
    const scheme = ABSOLUTE.exec(target)?.[0];
    if (scheme === undefined) {
      this.#bad('bad-target', `${shownTarget(bytes, start, end)} begins neither with "/" nor with "http://" or "https://".`);
      return false;
    }
    return this.#absolute(bytes, start, end, scheme.length);
  }

  #absolute(bytes: Uint8Array, start: number, end: number, schemeLength: number): boolean {
    const authorityStart = start + schemeLength;
    let at = authorityStart;
    while (at < end && bytes[at] !== SLASH && bytes[at] !== QUESTION) at++;
    // No userinfo (RFC 9110 §4.2.4), no empty host (§4.2.1): `isHost` knows neither.
    if (!isHost(bytes, authorityStart, at)) {
      this.#bad('bad-target', notHost(bytes, authorityStart, at));
      return false;
    }
    this.authority = latin1(bytes, authorityStart, at);
    this.defaultPort = schemeLength === 'https://'.length ? 443 : 80;
    const rest = latin1(bytes, at, end);
    if (rest !== '') this.originForm = rest.startsWith('/') ? rest : `/${rest}`;
    // RFC 9112 §3.2.4: OPTIONS without a path and query asks the server itself.
    else this.originForm = latin1(bytes, this.start, this.methodEnd) === 'OPTIONS' ? '*' : '/';
    return true;
  }

  /** The PROXY protocol's version 1: `PROXY TCP4 …`, in clear text. */
  #isProxyLine(bytes: Uint8Array, start: number, end: number): boolean {
    if (latin1(bytes, this.start, this.methodEnd) !== 'PROXY') return false;
    const protocol = latin1(bytes, start, end);
    if (protocol !== 'TCP4' && protocol !== 'TCP6' && protocol !== 'UNKNOWN') return false;
    this.#bad('proxy-line', `Version 1, ${protocol}.`);
    return true;
  }

  /** HTTP-version and the line's end (RFC 9112 §2.3); case-sensitive. */
  #version(bytes: Uint8Array, start: number, end: number): number {
    const expected = 'HTTP/1.';
    for (let i = 0; i < 7; i++) {
      if (start + i >= end) return MORE;
      if (bytes[start + i] !== expected.charCodeAt(i)) return this.#badVersion(bytes, start, start + i);
    }
    const digit = start + 7;
    if (digit >= end) return MORE;
    if (bytes[digit] !== 0x30 && bytes[digit] !== 0x31) return this.#badVersion(bytes, start, digit);
    this.minor = bytes[digit] === 0x31 ? 1 : 0;
    const method = this.methodEnd - this.start;
    if (method === 3 && bytes[this.targetStart] === ASTERISK && bytes[this.start] === 0x50) return this.#bad('bad-target', '"*" is for OPTIONS alone.');
    if (digit + 1 >= end) return MORE;
    if (bytes[digit + 1] !== CR) return this.#badVersion(bytes, start, digit + 1);
    if (digit + 2 >= end) return MORE;
    return bytes[digit + 2] === LF ? digit + 3 : this.#bareCr(bytes[digit + 2]!);
  }

  #badVersion(bytes: Uint8Array, start: number, at: number): number {
    const byte = bytes[at]!;
    const seen = shown(bytes, start, at + 1);
    if (byte === LF) return this.#bad('bare-lf', `After ${shown(bytes, start, at)} in the request line.`);
    if (byte === SP || byte === HTAB) return this.#bad('bad-request-line', `White space in or after the version: ${seen}.`);
    if (byte < SP || byte === 0x7f) return this.#bad(byte === CR ? 'bad-version' : 'bad-character', `The version begins ${seen}.`);
    // RFC 9113 §3.4: the preface is made so that an HTTP/1 server refuses it.
    if (byte === 0x32 && at - start === 5 && latin1(bytes, this.start, start) === 'PRI * ') return this.#bad('http2-preface', 'PRI * HTTP/2.');
    if (at - start < 5) return this.#bad('bad-request-line', `After the target comes ${seen}, not "HTTP/".`);
    return this.#bad('bad-version', `It begins ${seen}.`);
  }

  #bareCr(next: number): number {
    return this.#bad('bare-cr', `A CR was followed by ${byteName(next)}, not by an LF.`);
  }

  #bad(code: FaultCode, detail: string): number {
    this.fault = new Fault(code, detail);
    return BAD;
  }
}
