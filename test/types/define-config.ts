/** What `defineConfig` lets a person write; `npm run typecheck` reads this file, and each expected error must be one. */
import type { z } from 'zod';
import type { configSchema } from '../../src/config/schema/schema.ts';
import { defineConfig, type Config, type RouteConfig, type SiteConfig } from '../../src/index.ts';

defineConfig({ app: 8000 });
defineConfig({ app: 'unix:/run/app.sock', https: '127.0.0.1:8443', http: 'off', scheme: { '/feed/': 'http' }, hsts: 300, speaks: 'rfc7239' });
defineConfig({ sites: [{ hosts: ['a.test'], app: 1 }, { routes: { '/': { static: './public', missing: 'app' } } }] });

// A route and a site can be built apart from the whole.
const route: RouteConfig = { app: '8001', streamBodies: true, maxBody: '1GiB' };
const site: SiteConfig = { hosts: ['b.test'], routes: { '/api/': route } };
defineConfig({ sites: [site] }) satisfies Config;

// What others hand over is often frozen.
const frozen = { app: 8000, trust: ['loopback'], scheme: { '/feed/': 'http' }, sites: [{ hosts: ['a.test'], tell: ['X-On: {on}'] }] } as const;
defineConfig(frozen);

// The types are written from the schema and say neither more nor less than it.
type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;
type Written = z.input<typeof configSchema>;
export const toTypes = (written: Written): Config => written;
export const toSchema = (config: Config): Frozen<Written> => config;

// @ts-expect-error an unknown key
defineConfig({ ap: 8000 });
// @ts-expect-error an app is a port or text
defineConfig({ app: true });
// @ts-expect-error no such policy
defineConfig({ app: 1, scheme: { '/': 'both' } });
// @ts-expect-error no such profile
defineConfig({ app: 1, speaks: 'klingon' });
// @ts-expect-error the whole front's key inside a site
defineConfig({ sites: [{ app: 1, trust: ['loopback'] }] });
// @ts-expect-error inside sites they are hosts
defineConfig({ sites: [{ app: 1, domains: ['a.test'] }] });
// @ts-expect-error a certificate needs its key
defineConfig({ app: 1, certificates: [{ cert: 'a.pem' }] });
// @ts-expect-error no such timeout
defineConfig({ app: 1, timeouts: { anser: 1 } });
