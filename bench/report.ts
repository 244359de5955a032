/** The results as a table for the terminal. */
import { FIGURES, type FigureName } from './cases/case.ts';
import { named } from './cases/who.ts';
import { shown } from './numbers.ts';
import type { CaseResult, Results, Row } from './results.ts';

export function report(results: Results): string {
  const { machine, date, commit, versions, missing } = results;
  return [
    ...results.cases.map(caseTable),
    `${date}, commit ${commit}; ${machine.processor}, ${machine.cores} cores, ${machine.memory}, Linux ${machine.kernel}, ${machine.system}, load average ${results.load} before`,
    `TLS: ${Object.values(results.tls).join(', ')}`,
    Object.entries(versions).map(([name, version]) => `${name} ${version}`).join('; '),
    ...missing.map((what) => `missing: ${what}`),
  ].join('\n');
}

export function caseTable({ title, unit, compares, rounds, rows, note }: CaseResult): string {
  const names = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures) as FigureName[]))];
  const head = ['', ...names.map((name) => headOf(name, unit)), ...rows.some(({ ratio }) => ratio !== undefined) ? ['× nginx'] : []];
  const lines = rows.map((row) => [named(row), ...names.map((name) => cell(row, name, compares)), row.ratio === undefined ? '' : row.ratio.toFixed(2)]);
  const widths = head.map((text, i) => Math.max(text.length, ...lines.map((line) => line[i]?.length ?? 0)));
  const laid = [head, ...lines].map((line) => line.map((text, i) => i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i] ?? 0)).join('  ').trimEnd());
  const troubles = rows.filter(({ trouble }) => trouble !== undefined).map((row) => `${named(row)}: ${row.trouble}`);
  return [`${title} (${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`}${note === undefined ? '' : `; ${note}`})`, ...laid, ...troubles, ''].join('\n');
}

export function headOf(name: FigureName, unit: string): string {
  switch (name) {
    case 'cpu': return `µs CPU/${unit}`;
    case 'memoryEach': return `KiB/${unit}`;
    case 'rate': return `${unit}s/s`;
    case 'memory': return 'MiB resident';
    case 'growth': return 'growth in %';
    case 'p50':
    case 'p99': return `${name} (${FIGURES[name]})`;
  }
}

function cell({ figures }: Row, name: FigureName, compares: FigureName): string {
  const value = figures[name];
  if (value === undefined) return '';
  const [median, min, max] = [value.median, value.min, value.max].map((n) => shown(name === 'memory' ? n / 1024 : n));
  return name === compares && value.min !== value.max ? `${median} (${min}–${max})` : median!;
}
