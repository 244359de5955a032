import { weight } from '../http1/weight.ts';

/** The forms a page of ours comes in. */
export type PageKind = 'html' | 'json' | 'text';

/**
 * The form that `Accept` asks for (RFC 9110 §12.5.1): by weight, then the more exact range, then the order written.
 * Html goes only to those who name it (browsers that navigate); a wildcard (curl, scripts, pictures) gets plain text.
 */
export function preferredKind(accept: string | undefined): PageKind {
  let best: { kind: PageKind; q: number; exact: number } | undefined;
  for (const range of (accept ?? '').slice(0, 4096).split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const asked = kindOf(name);
    const q = weight(parameters);
    if (asked === undefined || q === 0) continue;
    if (best === undefined || q > best.q || (q === best.q && asked.exact > best.exact)) best = { ...asked, q };
  }
  return best?.kind ?? 'text';
}

function kindOf(name: string): { kind: PageKind; exact: number } | undefined {
  if (name === 'text/html' || name === 'application/xhtml+xml') return { kind: 'html', exact: 2 };
  if (name === 'application/json' || /^[a-z]+\/[^+;\s]+\+json$/.test(name)) return { kind: 'json', exact: 2 };
  if (name === 'text/plain') return { kind: 'text', exact: 2 };
  if (name === 'application/*') return { kind: 'json', exact: 1 };
  if (name === 'text/*') return { kind: 'text', exact: 1 };
  if (name === '*/*') return { kind: 'text', exact: 0 };
  return undefined;
}
