import { nearest } from '../../core/suggest.ts';
import type { Problems } from '../problems.ts';
import type { TlsSettings } from '../settings/settings.ts';

/**
 * What both runtimes know and RFC 9325 §4.2 allows: with forward secrecy. The last four are for clients from before 2014
 * (CBC; RFC 9325 would rather not have them), and only ever chosen by name.
 */
export const KNOWN_CIPHERS: readonly string[] = [
  'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-SHA', 'ECDHE-RSA-AES256-SHA', 'ECDHE-ECDSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA',
];

export function resolveTlsDoor({ min = '1.2', ciphers }: { readonly min?: '1.2' | '1.3' | undefined; readonly ciphers?: string | readonly string[] | undefined }, problems: Problems): TlsSettings {
  const named = ciphers === undefined ? undefined : (typeof ciphers === 'string' ? ciphers.split(/[:,\s]+/) : ciphers).map((name) => name.toUpperCase()).filter((name) => name !== '');
  const wrong = (seen: string, next: string): void => problems.add({ path: ['tls', 'ciphers'], seen, expected: 'ciphers of TLS 1.2 by OpenSSL\'s names, with colons between', next });
  for (const name of named ?? []) {
    if (KNOWN_CIPHERS.includes(name)) continue;
    const close = nearest(name, KNOWN_CIPHERS);
    wrong(name, name.startsWith('TLS_')
      ? 'TLS 1.3 has no bad ciphers and they are always on; for TLS 1.3 alone use --tls-min 1.3'
      : `${close === undefined ? '' : `Did you mean ${close}? `}Known are ${KNOWN_CIPHERS.join(', ')}`);
  }
  if (named?.length === 0) wrong(String(ciphers), 'Leave it out for the runtime\'s own');
  if (named !== undefined && min === '1.3') wrong(named.join(':'), 'With --tls-min 1.3 there is no TLS 1.2 that they could be for: leave one of the two out');
  return { minVersion: `TLSv${min}`, ciphers: named };
}
