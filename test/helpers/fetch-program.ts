/** `bun fetch-program.ts OPTIONS`, `deno run fetch-program.ts OPTIONS`: the fetch site on the runtime's own server; its log goes to standard output. */
import { argv } from 'node:process';
import { sallyport } from '../../src/app/fetch.ts';
import type { Options } from '../../src/app/options.ts';
import { fetchSite } from './fetch-site.ts';

type Serve = (request: Request, info: unknown) => Promise<Response>;
declare const Bun: { serve(options: { port: number; hostname: string; fetch: Serve }): { readonly port: number } };
declare const Deno: { serve(options: { port: number; hostname: string; onListen: (at: { readonly port: number }) => void }, handler: Serve): unknown };

const options = JSON.parse(argv[2] ?? '{}') as Options;
const site = sallyport<[unknown]>({ ...options, log: (line) => { console.log(line); } })(fetchSite);
const ready = ({ port }: { readonly port: number }): void => { console.log(`site on port ${port}`); };
if ('Deno' in globalThis) Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ready }, site);
else ready(Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: site }));
