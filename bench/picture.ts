/** The results as a picture, readable on light and on dark: bars, the shorter the better. */
import { shown } from './numbers.ts';
import type { CaseResult, Results, Row } from './results.ts';

/** What the picture shows: a case, and what its bars are called. */
const PANELS = [
  ['1k', 'µs of processor time per request, 1 KiB, keep-alive'],
  ['new', 'µs of processor time per new TLS connection'],
  ['idle', 'KiB per idle TLS connection'],
] as const;

const [WIDTH, LABEL, BAR, LINE, GAP] = [860, 190, 560, 22, 46] as const;

export function picture(results: Results): string {
  let y = 30;
  const parts: string[] = [];
  for (const [name, heading] of PANELS) {
    const found = results.cases.find((one) => one.name === name);
    if (found === undefined) continue;
    parts.push(`  <text x="24" y="${y}" class="ink" font-weight="600">${heading}</text>`, ...bars(found, y + 12));
    y += 12 + found.rows.filter(measured(found)).length * LINE + GAP - 12;
  }
  const about = `${results.date}, ${results.machine.processor}, Linux ${results.machine.kernel}; shorter is better`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif" font-size="13" role="img" aria-labelledby="t d">`,
    '  <title id="t">What a front takes</title>',
    `  <desc id="d">${escaped(PANELS.map(([name, heading]) => described(results, name, heading)).filter((text) => text !== '').join('. '))}.</desc>`,
    '  <style>',
    '    .bg { fill: #ffffff } .ink { fill: #1d2733 } .soft { fill: #5a6877 } .bar { fill: #b6c2ce } .ours { fill: #1f6f54 } .reference { fill: #5a6877 }',
    '    @media (prefers-color-scheme: dark) { .bg { fill: #12181f } .ink { fill: #e6edf3 } .soft { fill: #9fb0c0 } .bar { fill: #3a4958 } .ours { fill: #3fa982 } .reference { fill: #9fb0c0 } }',
    '  </style>',
    `  <rect class="bg" width="${WIDTH}" height="${y}" rx="12"/>`,
    ...parts,
    `  <text x="24" y="${y - 14}" class="soft" font-size="12">${escaped(about)}</text>`,
    '</svg>', '',
  ].join('\n');
}

const measured = ({ compares }: CaseResult) => (row: Row): boolean => row.figures[compares] !== undefined;

function bars(of: CaseResult, top: number): string[] {
  const rows = of.rows.filter(measured(of));
  const most = Math.max(...rows.map((row) => row.figures[of.compares]!.median));
  return rows.flatMap((row, i) => {
    const value = row.figures[of.compares]!.median;
    const [y, width] = [top + i * LINE, Math.max(1, Math.round(value / most * BAR))];
    const kind = row.peer === 'nginx' ? 'reference' : row.peer.startsWith('sallyport') ? 'ours' : 'bar';
    return [
      `  <text x="${LABEL}" y="${y + 13}" text-anchor="end" class="ink">${escaped(row.title)}</text><rect x="${LABEL + 12}" y="${y + 2}" width="${width}" height="14" rx="2" class="${kind}"/>`
      + `<text x="${LABEL + 20 + width}" y="${y + 13}" class="soft">${shown(value)}${row.ratio === undefined || row.peer === 'nginx' ? '' : ` (× ${row.ratio.toFixed(2)})`}</text>`,
    ];
  });
}

function described(results: Results, name: string, heading: string): string {
  const found = results.cases.find((one) => one.name === name);
  return found === undefined ? '' : `${heading}: ${found.rows.filter(measured(found)).map((row) => `${row.title} ${shown(row.figures[found.compares]!.median)}`).join(', ')}`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
