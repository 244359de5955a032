/**
 * What a field name means to the front, as a small number, so that the hot path compares numbers and never names.
 * A name that means nothing to it is `OTHER` and passes untouched.
 */
export const Name = {
  OTHER: 0,
  // Framing and connection management: never passed on as they came (RFC 9110 §7.6.1).
  HOST: 1,
  CONTENT_LENGTH: 2,
  TRANSFER_ENCODING: 3,
  CONNECTION: 4,
  UPGRADE: 5,
  EXPECT: 6,
  /** Keep-Alive, Proxy-Connection, TE, Trailer, Proxy-Authenticate, Proxy-Authorization, HTTP2-Settings: for this hop only. */
  HOP_BY_HOP: 7,
  // Names that could carry the truth.
  /** Of the family (core/contract/family.ts): removed from every request before the truth is written. */
  FAMILY: 8,
  /** Has `_` or `.` in it and no option names it: dropped from requests, since WSGI, CGI and Rack fold it into another's variable. */
  AMBIGUOUS: 9,
  // Words of an app to the front before it: never shown to a client, and never taken from one.
  /** A file to send instead of the answer's content, by a URL's path that the front maps (nginx). */
  X_ACCEL_REDIRECT: 10,
  /** The same by its path on disk (Apache, lighttpd). */
  X_SENDFILE: 11,
  /** X-Accel-Charset, -Expires, -Limit-Rate: nginx's, not acted on here. */
  X_ACCEL: 12,
  X_ACCEL_BUFFERING: 13,
  // Names of answers that policy looks at.
  LOCATION: 14,
  CONTENT_LOCATION: 15,
  REFRESH: 16,
  SET_COOKIE: 17,
  STRICT_TRANSPORT_SECURITY: 18,
  CONTENT_TYPE: 19,
  SERVER: 20,
  X_POWERED_BY: 21,
  DATE: 22,
} as const;

export type NameCode = (typeof Name)[keyof typeof Name];

/** Gives the code of a field name as it was sent (any case). Compiled once per configuration by core/contract/classify.ts. */
export type Classify = (rawName: string) => NameCode;

/** Lower-case standard names; the family is not here, it has a file and reasons of its own. */
export const STANDARD_NAMES: ReadonlyMap<string, NameCode> = new Map<string, NameCode>([
  ['host', Name.HOST],
  ['content-length', Name.CONTENT_LENGTH],
  ['transfer-encoding', Name.TRANSFER_ENCODING],
  ['connection', Name.CONNECTION],
  ['upgrade', Name.UPGRADE],
  ['expect', Name.EXPECT],
  ['keep-alive', Name.HOP_BY_HOP],
  ['proxy-connection', Name.HOP_BY_HOP],
  ['te', Name.HOP_BY_HOP],
  ['trailer', Name.HOP_BY_HOP],
  ['proxy-authenticate', Name.HOP_BY_HOP],
  ['proxy-authorization', Name.HOP_BY_HOP],
  ['http2-settings', Name.HOP_BY_HOP],
  ['location', Name.LOCATION],
  ['content-location', Name.CONTENT_LOCATION],
  ['refresh', Name.REFRESH],
  ['set-cookie', Name.SET_COOKIE],
  ['strict-transport-security', Name.STRICT_TRANSPORT_SECURITY],
  ['x-accel-redirect', Name.X_ACCEL_REDIRECT],
  ['x-sendfile', Name.X_SENDFILE],
  ['x-lighttpd-send-file', Name.X_SENDFILE],
  ['x-accel-charset', Name.X_ACCEL],
  ['x-accel-expires', Name.X_ACCEL],
  ['x-accel-limit-rate', Name.X_ACCEL],
  ['x-accel-buffering', Name.X_ACCEL_BUFFERING],
  ['content-type', Name.CONTENT_TYPE],
  ['server', Name.SERVER],
  ['x-powered-by', Name.X_POWERED_BY],
  ['date', Name.DATE],
]);
