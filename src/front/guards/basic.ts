/** What a client says it is, in the words of Basic (RFC 7617). */
export interface Credentials {
  readonly name: string;
  readonly password: Buffer;
}

/** From the Authorization lines of a request; undefined where there is not exactly one of this kind. */
export function basicCredentials(lines: readonly string[]): Credentials | undefined {
  const [, encoded] = lines.length === 1 ? /^basic +([a-z0-9+/=]+)$/i.exec(lines[0]!) ?? [] : [];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64');
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : { name: pair.toString('utf8', 0, colon), password: pair.subarray(colon + 1) };
}
