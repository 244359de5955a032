/** Writes the README's figures and the picture from the newest results: `npm run bench:docs`. No figure is written by hand. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { named } from './cases/who.ts';
import { shown } from './numbers.ts';
import { picture } from './picture.ts';
import { newestResults, type CaseResult, type Results, type Row } from './results.ts';

const BEGIN = '<!-- speed: written by `npm run bench:docs` from bench/results/ -->\n';
const END = '<!-- /speed -->';

/** The README with these results. Throws where it has no place for them. */
export function withSpeed(readme: string, results: Results): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`the README has no ${BEGIN.trim()} with ${END} after it`);
  return `${readme.slice(0, begin)}${BEGIN}${speed(results)}${readme.slice(end)}`;
}

const OURS = ['nginx', 'sallyport-bun', 'sallyport-node'];

function speed({ cases, machine, date, commit, versions, tls, missing, load, again = [] }: Results): string {
  const rows = cases.flatMap((one) => one.name === 'soak' ? [] : lines(one));
  const wide = cases.filter((one) => one.name !== 'soak' && one.rows.some(({ peer }) => !OURS.includes(peer)));
  const soaked = cases.find(({ name }) => name === 'soak');
  return [
    '| | nginx | Sallyport on Bun | Sallyport on Node |', '|---|---|---|---|', ...rows, '',
    `The others at the same work:`, '',
    `| | ${wide.map((one) => what(one)).join(' | ')} |`, `|---|${wide.map(() => '---|').join('')}`, ...others(wide), '',
    ...soaked === undefined ? [] : [`${soaked.title[0]!.toUpperCase()}${soaked.title.slice(1)} (${soaked.note}): ${soaked.rows.map(soakOf).join('; ')}.`, ''],
    `Medians of ${Math.max(...cases.map(({ rounds }) => rounds))} rounds in turns (of one where a round is long), in brackets the ratio to nginx. ${date}, commit ${commit}; ${machine.processor}, ${machine.cores} cores, ${machine.memory}, Linux ${machine.kernel}, ${machine.system}, load average ${load} when the run began${load > machine.cores / 2 ? ' (a busy machine: figures are higher than on a quiet one; compare the ratios)' : ''}; ${Object.values(tls).join(', ')}.`,
    ...again.map((one) => `Measured again by themselves: ${one.cases.join(', ')} (${one.date}, commit ${one.commit}, load average ${one.load}).`),
    `${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}.${missing.length === 0 ? '' : ` Missing: ${missing.join('; ')}.`}`,
    '',
  ].join('\n');
}

/** A line per variant: the case once plain, and once per `log on` and the like. */
function lines(one: CaseResult): string[] {
  const variants = [...new Set(one.rows.filter(({ peer }) => OURS.includes(peer)).map(({ variant }) => variant))];
  return variants.map((variant) => {
    const cells = OURS.map((peer) => cell(one, one.rows.find((row) => row.peer === peer && row.variant === variant)));
    return `| ${what(one)}${variant === undefined ? '' : `, ${variant}`} | ${cells.join(' | ')} |`;
  });
}

function others(wide: readonly CaseResult[]): string[] {
  const names = new Map(wide.flatMap(({ rows }) => rows.filter(({ peer }) => !OURS.includes(peer)).map(({ peer, title }) => [peer, title] as const)));
  return [...names].map(([name, title]) => `| ${title} | ${wide.map((one) => cell(one, one.rows.find(({ peer }) => peer === name))).join(' | ')} |`);
}

function what({ title, unit, compares, note }: CaseResult): string {
  switch (compares) {
    case 'cpu': return `${title}: µs per ${unit}`;
    case 'memoryEach': return `${title}: KiB per ${unit}`;
    case 'p50':
    case 'p99': return `${title}${note === undefined ? '' : ` (${note})`}: ${compares} in µs`;
    case 'rate': return `${title}: ${unit}s per second`;
    case 'memory':
    case 'growth': return title;
  }
}

function cell({ compares }: CaseResult, row: Row | undefined): string {
  const value = row?.figures[compares]?.median;
  if (value === undefined) return row?.trouble === undefined ? '' : 'failed';
  return `${shown(value)}${row?.ratio === undefined || (row.peer === 'nginx' && row.ratio === 1) ? '' : ` (${row.ratio.toFixed(2)})`}`;
}

const soakOf = (row: Row): string => row.trouble === undefined
  ? `${named(row)} held ${shown(row.figures.memory!.median / 1024)} MiB, at its end ${shown(row.figures.growth!.median)} % above the middle`
  : `${named(row)}: ${row.trouble}`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [readme, results] = [new URL('../README.md', import.meta.url), newestResults()];
  writeFileSync(readme, withSpeed(readFileSync(readme, 'utf8'), results));
  writeFileSync(new URL('../docs/speed.svg', import.meta.url), picture(results));
}
