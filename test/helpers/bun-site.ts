/** `bun bun-site.ts OPTIONS`: the fetch site on Bun's own server; its log goes to standard output. */
import { sallyport } from '../../src/app/fetch.ts';
import type { Options } from '../../src/app/options.ts';
import { fetchSite } from './fetch-site.ts';

declare const Bun: { serve(options: { port: number; hostname: string; fetch: (request: Request, server: unknown) => Promise<Response> }): { readonly port: number } };

const options = JSON.parse(process.argv[2] ?? '{}') as Options;
const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: sallyport<[unknown]>({ ...options, log: (line) => { console.log(line); } })(fetchSite) });
console.log(`listening on ${server.port}`);
