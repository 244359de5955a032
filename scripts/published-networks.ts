/**
 * Refreshes the lists behind words such as `--trust cloudflare` from where their operators publish them:
 *
 *     node --import tsx scripts/published-networks.ts              # asks the source
 *     node --import tsx scripts/published-networks.ts answer.json  # the source's answer, fetched elsewhere today
 *
 * The list is then of today, whether anything in it has changed or not.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileTrust } from '../src/core/contract/trust.ts';

const SOURCE = 'https://api.cloudflare.com/client/v4/ips';
const FILE = fileURLToPath(new URL('../src/core/contract/published/cloudflare.ts', import.meta.url));

/**
 * The text of src/core/contract/published/cloudflare.ts, from the source's JSON.
 * @throws Error where the answer is not whole, or where a network in it is none or far too wide to be right: what
 * stands here is believed by everybody who trusts the word.
 */
export function cloudflareModule(answer: string, asOf: string): string {
  const { success, result } = JSON.parse(answer) as { success?: boolean; result?: { ipv4_cidrs?: unknown; ipv6_cidrs?: unknown; etag?: unknown } };
  const { ipv4_cidrs: v4, ipv6_cidrs: v6, etag } = result ?? {};
  if (success !== true || !isTexts(v4) || !isTexts(v6) || typeof etag !== 'string' || !/^[0-9a-f]+$/.test(etag)) throw new Error('the answer is not { success: true, result: { ipv4_cidrs, ipv6_cidrs, etag } }');
  if (v4.length < 5 || v6.length < 3) throw new Error(`only ${v4.length} and ${v6.length} networks: part of the list is missing`);
  for (const network of [...v4, ...v6]) {
    if (!/^[0-9a-f.:]+\/\d+$/.test(network)) throw new Error(`${JSON.stringify(network)} is no network`);
    compileTrust([network]);
    const [base = '', bits] = network.split('/');
    if (Number(bits) < (base.includes(':') ? 24 : 10)) throw new Error(`${network} is wider than any network one operator has`);
  }
  const rows = [...v4, ...v6].map((network) => `    '${network}',\n`).join('');
  return '/** Written by scripts/published-networks.ts: run it again to refresh this list, and do not edit it by hand. */\n'
    + `export const CLOUDFLARE = {\n  who: 'Cloudflare',\n  source: '${SOURCE}',\n  page: 'https://www.cloudflare.com/ips/',\n  version: '${etag}',\n  asOf: '${asOf}',\n  networks: [\n${rows}  ],\n} as const;\n`;
}

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string');

async function fetched(): Promise<string> {
  const answer = await fetch(SOURCE, { signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) throw new Error(`${SOURCE} answered ${answer.status}`);
  return answer.text();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , given] = process.argv;
  const answer = given === undefined ? await fetched() : readFileSync(given, 'utf8');
  const text = cloudflareModule(answer, new Date().toISOString().slice(0, 10));
  const before = readFileSync(FILE, 'utf8');
  writeFileSync(FILE, text);
  const undated = (list: string): string => list.replace(/asOf: '[^']*'/, '');
  console.log(undated(before) === undated(text) ? 'The networks are the same; the list is of today.' : 'The networks have changed: see the difference before it is committed.');
}
