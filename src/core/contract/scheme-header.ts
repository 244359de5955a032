import type { Fields } from '../http1/fields.ts';
import { ContractError } from './contract-error.ts';
import { fold } from './family.ts';
import { schemeOf, type SchemeOf } from './header-values.ts';
import type { Scheme } from './truth.ts';

/** A header that says the scheme: by its name (values as {@link schemeOf} has them), or with the one value that means https. */
export type SchemeHeader = string | { readonly name: string; readonly https: string };

/** What the scheme headers of one head say; undefined: none of them is there. */
export type SchemeReader = (fields: Fields) => { readonly scheme: Scheme | undefined; readonly name: string } | undefined;

/**
 * One header, or several that must all be there and agree: whoever reaches only one of them in some way has nothing.
 * The names are not folded: a `_` spelling is a client's trick, not the proxy's word. `check` is asked about each name.
 * @throws ContractError for an empty list, or one header named twice.
 */
export function schemeReader(header: SchemeHeader | readonly SchemeHeader[], check: (name: string) => void): SchemeReader {
  const headers = (Array.isArray(header) ? header as readonly SchemeHeader[] : [header as SchemeHeader]).map((one) => {
    const name = typeof one === 'string' ? one : one.name;
    check(name);
    return { name, read: typeof one === 'string' ? schemeOf(one) : schemeBy(one) };
  });
  if (headers.length === 0) throw new ContractError('trust-header', '', 'The list of trusted scheme headers is empty: expected at least one name, such as X-Forwarded-Proto.');
  if (new Set(headers.map(({ name }) => fold(name))).size < headers.length) throw new ContractError('trust-header', headers.map(({ name }) => name).join(', '), `The trusted scheme headers "${headers.map(({ name }) => name).join(', ')}" name one header twice: name each once.`);
  const all = headers.map(({ name }) => name).join(', ');
  return (fields) => {
    let found: { scheme: Scheme | undefined; name: string } | undefined;
    let absent: string | undefined;
    for (const { name, read } of headers) {
      const lines = fields.all(name);
      if (lines.length === 0) { absent ??= name; continue; }
      const scheme = lines.length === 1 ? read(lines[0]!) : undefined;
      if (found === undefined) found = { scheme, name: scheme === undefined ? name : all };
      else if (found.scheme !== scheme) found = { scheme: undefined, name };
    }
    return found !== undefined && absent !== undefined ? { scheme: undefined, name: absent } : found;
  };
}

/** By the one value that means https; what means http to everybody is that, and anything else is not clear. */
function schemeBy({ name, https }: Exclude<SchemeHeader, string>): SchemeOf {
  const usual = schemeOf(name);
  const secure = https.toLowerCase();
  return (value) => (value.toLowerCase() === secure ? 'https' : usual(value) === 'http' ? 'http' : undefined);
}
