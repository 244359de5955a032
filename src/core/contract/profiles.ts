/**
 * The ways apps are told the truth, one line each. An app gets what it reads and no more: headers that say the same
 * thing twice are refused by some servers (Gunicorn answers 400 "Contradictory scheme headers").
 *
 * A value without a `{word}` is written on https requests only: a constant `on` on an http request is the classic lie.
 */
export type ProfileName = 'standard' | 'rfc7239' | 'legacy' | 'ssl-flag' | 'front-end-https' | 'none';

export interface Tell {
  readonly name: string;
  /** With `{scheme} {on} {client} {host} {port}` unexpanded. */
  readonly value: string;
}

const CLIENT: Tell = { name: 'X-Forwarded-For', value: '{client}' };

/** `{node}` and `{quoted-host}` are for `Forwarded` alone: they carry its quoting (RFC 7239 §4, §6). */
export const PROFILES: Readonly<Record<ProfileName, readonly Tell[]>> = {
  'standard': [CLIENT, { name: 'X-Forwarded-Proto', value: '{scheme}' }, { name: 'X-Forwarded-Host', value: '{host}' }, { name: 'X-Forwarded-Port', value: '{port}' }],
  'rfc7239': [{ name: 'Forwarded', value: 'for={node};host={quoted-host};proto={scheme}' }],
  'legacy': [CLIENT, { name: 'X-Forwarded-Protocol', value: 'https' }],
  'ssl-flag': [CLIENT, { name: 'X-Forwarded-Ssl', value: '{on}' }],
  'front-end-https': [CLIENT, { name: 'Front-End-Https', value: 'on' }],
  'none': [],
};
