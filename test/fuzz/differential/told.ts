/** What docs/settings.md says that an app is told; not taken from the code. */
import type { Pair } from '../../helpers/cgi-decode.ts';

export interface Truth { readonly scheme: 'http' | 'https'; readonly host: string }
export const CLIENT = '192.0.2.7';
const quoted = (host: string): string => (/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(host) ? host : `"${host}"`);
export const portOf = ({ scheme }: Truth): string => (scheme === 'https' ? '8443' : '8080');

export type Profile = 'standard' | 'rfc7239' | 'legacy' | 'ssl-flag' | 'front-end-https' | 'none';
export const PROFILES: Record<Profile, (truth: Truth) => Pair[]> = {
  'standard': (truth) => [['X-Forwarded-For', CLIENT], ['X-Forwarded-Proto', truth.scheme], ['X-Forwarded-Host', truth.host], ['X-Forwarded-Port', portOf(truth)]],
  'rfc7239': ({ scheme, host }) => [['Forwarded', `for=${CLIENT};host=${quoted(host)};proto=${scheme}`]],
  'legacy': ({ scheme }) => [['X-Forwarded-For', CLIENT], ...(scheme === 'https' ? [['X-Forwarded-Protocol', 'https'] as const] : [])],
  'ssl-flag': ({ scheme }) => [['X-Forwarded-For', CLIENT], ['X-Forwarded-Ssl', scheme === 'https' ? 'on' : 'off']],
  'front-end-https': ({ scheme }) => [['X-Forwarded-For', CLIENT], ...(scheme === 'https' ? [['Front-End-Https', 'on'] as const] : [])],
  'none': () => [],
};

/** A person's own headers. */
export const OWN = [{ name: 'X-My-Secure', value: 'yes' }, { name: 'X-My-Scheme', value: '{scheme}' }];
export const ownTold = (truth: Truth): Pair[] => [...(truth.scheme === 'https' ? [['X-My-Secure', 'yes'] as const] : []), ['X-My-Scheme', truth.scheme]];
