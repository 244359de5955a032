import { readRoots } from '../../certs/roots.ts';
import type { ServerSettings, UpstreamSettings } from '../../config/settings/settings.ts';
import type { ConnectTls } from '../../transport/wire.ts';
import type { Expected } from './tls-trouble.ts';

/** TLS to one server: what the wire does, and what was asked for, should it fail. */
export interface AppTls {
  readonly connect: ConnectTls;
  readonly expected: Expected;
}

/** Undefined where the server does not speak TLS. Throws a CertificateError where the file of authorities cannot be used. */
export function tlsTo({ tlsName: serverName }: ServerSettings, { tls }: UpstreamSettings): AppTls | undefined {
  if (serverName === undefined) return undefined;
  const ca = tls?.ca;
  return {
    connect: { serverName, ca: ca === undefined ? undefined : readRoots(ca), verify: tls?.insecure !== true, alpn: ['http/1.1'] },
    expected: { serverName, ca },
  };
}

/** What it means that nothing is checked, for the log; undefined where it is. */
export function uncheckedWarning({ written, tls }: UpstreamSettings): string | undefined {
  if (tls?.insecure !== true) return undefined;
  return `The certificate of ${written} is not checked (--upstream-insecure): whoever answers at that address, or stands on the way to it, reads every request, passwords and cookies too, and answers what it likes. Name the authority or the certificate that the app shows instead: --upstream-ca FILE.`;
}
