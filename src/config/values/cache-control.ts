import { BadValue } from '../problems.ts';

/** A field value (RFC 9110 §5.5) that goes out as written; what its directives mean is between the operator and the caches. */
export function validateCacheControl(written: string): string {
  if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(written)) throw new BadValue('a Cache-Control value on one line, in ASCII', 'Example: public, max-age=3600');
  return written;
}
