/** Every way by which a request reaches an app, each as a front of its own. */
import assert from 'node:assert/strict';
import { upstream } from '../../helpers/memory-front.ts';
import type { UpstreamSettings } from '../../../src/config/settings/settings.ts';
import { Stage } from './stage.ts';
import { OWN, PROFILES, type Profile } from './told.ts';

/**
 * Three writers there are: lines for HTTP/1.1, a packet for uWSGI, records for FastCGI. A unix socket, TLS to the app and a
 * PROXY header change what the lines go over and nothing in them, so those run with one profile only, and what is planted
 * for `http` is planted for them; what is their own (where to, under which certificate, behind which header) is looked at here.
 */
export const CARRIERS = ['http', 'unix', 'https', 'proxy-v1', 'proxy-v2', 'uwsgi', 'fastcgi'] as const;
export type CarrierKind = (typeof CARRIERS)[number];

export interface Carrier {
  readonly kind: CarrierKind;
  readonly profile: Profile;
  /** Tells headers of the person's own too. */
  readonly own: boolean;
  readonly streams: boolean;
  readonly stage: Stage;
  readonly path: string;
}

const to = (kind: CarrierKind): UpstreamSettings => {
  switch (kind) {
    case 'http': return upstream();
    case 'unix': return upstream({ servers: [{ written: 'unix:/run/app.sock', addresses: [{ kind: 'unix', path: '/run/app.sock' }] }] });
    case 'https': return upstream({ servers: [{ written: 'https://app.test', addresses: [{ kind: 'ip', host: '127.0.0.1', port: 8443 }], tlsName: 'app.test' }] });
    case 'proxy-v1': return upstream({ sendProxy: 'v1' });
    case 'proxy-v2': return upstream({ sendProxy: 'v2' });
    case 'uwsgi': case 'fastcgi': return upstream({ protocol: kind });
  }
};

/** `root`: a folder with an `index.php`. */
export function createCarriers(root: string, through?: CarrierKind): Carrier[] {
  const carriers: Carrier[] = [];
  const add = (kind: CarrierKind, profile: Profile): void => {
    const own = carriers.length % 2 === 0;
    const streams = carriers.length % 4 === 0;
    const stage = new Stage({ site: { speaks: profile, tell: own ? OWN : [] }, route: { app: to(kind), streamBodies: streams, ...(kind === 'fastcgi' && { root }) } });
    carriers.push({ kind, profile, own, streams, stage, path: kind === 'fastcgi' ? '/index.php' : '/app' });
  };
  for (const profile of Object.keys(PROFILES) as Profile[]) for (const kind of ['http', 'uwsgi', 'fastcgi'] as const) add(kind, profile);
  for (const kind of ['unix', 'https', 'proxy-v1', 'proxy-v2'] as const) add(kind, 'standard');
  return carriers.filter(({ kind }) => through === undefined || kind === through);
}

/** Where the newest connection went, and what stands before everything that is said on it. */
export function lookAtConnection({ kind, stage }: Carrier, scheme: 'http' | 'https', client: string): void {
  const { options: { address, tls, prelude } } = stage.front.transport.made.at(-1)!;
  assert.equal(address.kind, kind === 'unix' ? 'unix' : 'ip', 'where the connection goes');
  assert.deepEqual([tls?.serverName, tls?.verify], kind === 'https' ? ['app.test', true] : [undefined, undefined], 'TLS to the app');
  if (kind === 'proxy-v1') assert.equal(prelude, `PROXY TCP4 ${client} 127.0.0.1 55555 8443\r\n`, 'the PROXY header');
  else if (kind === 'proxy-v2') assert.deepEqual(readV2(Buffer.from(String(prelude), 'latin1')), { client, secure: scheme === 'https' }, 'the PROXY header');
  else assert.equal(prelude, undefined, 'a PROXY header that nobody wants');
}

/** The source address of a header of version 2, and whether a TLV says TLS (proxy-protocol.txt §2.2); throws at what is not exact. */
function readV2(bytes: Buffer): { client: string; secure: boolean } {
  assert.equal(bytes.toString('hex', 0, 14), '0d0a0d0a000d0a515549540a2111');
  assert.equal(bytes.readUInt16BE(14), bytes.length - 16);
  let secure = false;
  let at = 28;
  for (; at < bytes.length; at += 3 + bytes.readUInt16BE(at + 1)) if (bytes[at] === 0x20) secure = (bytes[at + 3]! & 1) === 1;
  assert.equal(at, bytes.length);
  return { client: [...bytes.subarray(16, 20)].join('.'), secure };
}
