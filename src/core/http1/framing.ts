import { Fault } from '../errors.ts';
import { NINE, ZERO, sameIgnoringCase } from './chars.ts';
import { Name } from './names.ts';
import type { FieldScanner } from './field-scanner.ts';

/** What a head announces about its body (RFC 9112 §6). One of these two or nothing; everything else is a fault. */
export const CHUNKED = -2;
export const UNANNOUNCED = -1;

/** The announced Content-Length, CHUNKED or UNANNOUNCED; the same rules for requests and answers (RFC 9112 §6.1, §6.2). */
export function announcedBody(scanner: FieldScanner, minor: 0 | 1): number | Fault {
  const lengths = scanner.count[Name.CONTENT_LENGTH]!;
  const codings = scanner.count[Name.TRANSFER_ENCODING]!;
  if (codings === 0) {
    if (lengths === 0) return UNANNOUNCED;
    // RFC 9112 §6.3 lets a recipient take equal lengths as one; what reads the other line may be behind us, so we do not.
    if (lengths > 1) return new Fault('repeated-content-length', `${lengths} lines.`);
    const length = parseLength(scanner.value(Name.CONTENT_LENGTH));
    return length < 0 ? new Fault('bad-content-length', 'The value is not 1 to 16 digits below 2^53.') : length;
  }
  if (lengths > 0) return new Fault('length-and-coding', 'One of the two hides a second message from somebody (RFC 9112 §6.1).');
  if (minor === 0) return new Fault('bad-transfer-coding', 'HTTP/1.0 has no transfer codings (RFC 9112 §6.1).');
  if (codings > 1) return new Fault('bad-transfer-coding', `${codings} Transfer-Encoding lines.`);
  if (!sameIgnoringCase(scanner.value(Name.TRANSFER_ENCODING), 'chunked')) return new Fault('bad-transfer-coding', 'The value is not "chunked" alone.');
  return CHUNKED;
}

/** 1*DIGIT up to 2^53-1 (RFC 9110 §8.6), or -1. */
export function parseLength(text: string): number {
  if (text.length === 0 || text.length > 16) return -1;
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i);
    if (digit < ZERO || digit > NINE) return -1;
    length = length * 10 + (digit - ZERO); // in this order, as the sum would leave what a number holds exactly
  }
  return length <= Number.MAX_SAFE_INTEGER ? length : -1;
}
