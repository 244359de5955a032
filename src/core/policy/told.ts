/** By which header an app can know that a request was secure. */
export interface Told {
  /** A profile of design's table, or `custom` for a name of the user's own. */
  readonly profile: ToldProfile;
  /** The header's name as it is written. */
  readonly header: string;
  /** Its value on an https request; for `rfc7239` the part that says so. */
  readonly value: string;
}

export type ToldProfile = 'standard' | 'rfc7239' | 'legacy' | 'ssl-flag' | 'front-end-https' | 'custom';

export const TOLD: Readonly<Record<Exclude<ToldProfile, 'custom'>, Told>> = {
  'standard': { profile: 'standard', header: 'X-Forwarded-Proto', value: 'https' },
  'rfc7239': { profile: 'rfc7239', header: 'Forwarded', value: 'proto=https' },
  'legacy': { profile: 'legacy', header: 'X-Forwarded-Protocol', value: 'https' },
  'ssl-flag': { profile: 'ssl-flag', header: 'X-Forwarded-Ssl', value: 'on' },
  'front-end-https': { profile: 'front-end-https', header: 'Front-End-Https', value: 'on' },
};

/**
 * How a site tells its app the scheme: by its profile, or with profile `none` by the first name of the user's own that
 * can carry it. Undefined: in no way at all.
 */
export function howTold(
  speaks: Exclude<ToldProfile, 'custom'> | 'none',
  tell: readonly { readonly name: string; readonly value: string }[],
): Told | undefined {
  if (speaks !== 'none') return TOLD[speaks];
  const line = tell.find(({ value }) => !/\{(?:client|host|port)\}/.test(value));
  if (line === undefined) return undefined;
  return { profile: 'custom', header: line.name, value: line.value.replaceAll('{scheme}', 'https').replaceAll('{on}', 'on') };
}
