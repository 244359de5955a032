import { FAULTS } from '../../core/errors.ts';
import { escapeHtml } from '../../core/pages/html.ts';
import { duration, size } from '../log/pretty.ts';
import { NO_SITE, type CertificateState, type ServerState, type Snapshot } from '../metrics/snapshot.ts';
import type { Activity, View } from './view.ts';

/** Below this many days a certificate should have been renewed: Let's Encrypt's are renewed with 30 left. */
const SOON = 14;
const DAY = 86_400_000;

const number = (value: number): string => value.toLocaleString('en');
const rate = (value: number): string => (value === 0 ? '0' : value < 9.95 ? value.toFixed(1) : number(Math.round(value)));
const time = (seconds: number | undefined): string => (seconds === undefined ? '–' : duration(seconds * 1000));

const share = (value: number): string => (value === 0 ? '0 %' : value < 0.001 ? 'below 0.1 %' : `${(value * 100).toFixed(value < 0.1 ? 1 : 0)} %`);

export function tiles(whole: Activity, { open, running, process }: Snapshot): string {
  const all: readonly (readonly [name: string, value: string, more: string])[] = [
    ['Requests a second', rate(whole.rate), `${number(whole.total)} since the start`],
    ['Answer time', time(whole.half), `95 of 100 within ${time(whole.most)}`],
    ['Failing', share(whole.failing), 'answered with 5xx, or cut'],
    ['Connections', number(open), `${number(running)} request${running === 1 ? '' : 's'} running`],
    ['Sent a second', size(whole.sentRate), `${size(whole.sent)} since the start`],
    ['Memory', size(process.memoryBytes), `${duration(process.cpuSeconds * 1000)} of processor time`],
  ];
  return `<dl class="tiles">${all.map(([name, value, more]) => `<div><dt>${name}</dt><dd>${value}<small>${more}</small></dd></div>`).join('')}</dl>`;
}

/** Of the last five minutes, newest at the right. */
export function chart(course: View['course']): string {
  const WIDTH = 150;
  const top = Math.max(1, ...course.map((point) => point.rate));
  const x = (i: number): number => WIDTH - (course.length - 1 - i);
  const y = (value: number): string => (50 - (value / top) * 48).toFixed(1);
  const points = (value: (point: View['course'][number]) => number): string => course.map((point, i) => `${x(i)},${y(value(point))}`).join(' ');
  const line = points((point) => point.rate);
  const failed = course.some((point) => point.failed > 0) ? `<polyline class="failed" points="${points((point) => point.failed)}"/>` : '';
  const said = `Requests a second over the last five minutes: now ${rate(course.at(-1)?.rate ?? 0)}, at most ${rate(Math.max(0, ...course.map((point) => point.rate)))}`;
  return `<figure><figcaption><span>${said}${failed === '' ? '' : '; dashed: failed'}</span></figcaption>`
    + `<svg class="chart" viewBox="0 0 ${WIDTH} 50" preserveAspectRatio="none" role="img" aria-label="${said}">${course.length < 2 ? '' : `<polygon class="area" points="${x(0)},50 ${line} ${WIDTH},50"/><polyline class="line" points="${line}"/>`}${failed}</svg></figure>`;
}

/** `wide`: whole sentences, which a narrow screen must not press into a column of single words. */
interface Column { readonly name: string; readonly right?: boolean; readonly wide?: boolean }

function table(title: string, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const cell = (html: string, i: number): string => (i === 0 ? `<th scope="row">${html}</th>` : `<td${columns[i]!.right === true ? ' class="n"' : columns[i]!.wide === true ? ' class="w"' : ''}>${html}</td>`);
  return `<section><h2>${title}</h2><div class="scroll"><table><thead><tr>${columns.map(({ name, right }) => `<th scope="col"${right === true ? ' class="n"' : ''}>${name}</th>`).join('')}</tr></thead>`
    + `<tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('')}</tbody></table></div></section>`;
}

export function sitesTable(sites: View['sites']): string {
  const columns = [{ name: 'Site' }, { name: 'A second', right: true }, { name: 'Requests', right: true }, { name: 'Answered with', wide: true }, { name: '95 of 100 within', right: true }, { name: 'Sent', right: true }, { name: 'Forged headers', right: true }, { name: 'Loops', right: true }];
  const shown = sites.filter(([name, { total }]) => name !== NO_SITE || total > 0);
  return table('Sites', columns, shown.map(([name, site]) => [
    name === NO_SITE ? '<span class="soft">no site of that name</span>' : name === '*' ? 'every host' : escapeHtml(name),
    rate(site.rate), number(site.total), answers(site), time(site.most), size(site.sent), number(site.stripped),
    site.loops > 0 ? `<span class="bad">${number(site.loops)}</span>` : '0',
  ]));
}

/** A bar, and the same in words. */
function answers({ classes, total }: Activity): string {
  if (total === 0) return '<span class="soft">nothing yet</span>';
  let from = 0;
  const parts = [2, 3, 4, 5, 0, 1].flatMap((digit) => (classes[digit]! > 0 ? [{ digit, count: classes[digit]! }] : []));
  const rects = parts.map(({ digit, count }) => {
    const width = count / total * 100;
    const rect = `<rect class="c${digit}" x="${from.toFixed(2)}" y="0" width="${width.toFixed(2)}" height="4"/>`;
    from += width;
    return rect;
  });
  const words = parts.map(({ digit, count }) => `${digit === 0 ? 'cut' : `${digit}xx`} ${number(count)}`).join(', ');
  return `<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">${rects.join('')}</svg>${words}`;
}

export function serversTable(servers: readonly ServerState[]): string {
  return table('Apps', [{ name: 'Server' }, { name: 'State' }, { name: 'Why', wide: true }], servers.map(({ app, server, up, reason }) => [
    escapeHtml(server) + (app === server ? '' : ` <span class="soft of">of ${escapeHtml(app)}</span>`), up ? '<span class="good">up</span>' : '<span class="bad">down</span>', escapeHtml(reason),
  ]));
}

export function certificatesTable(certificates: readonly CertificateState[], now: number): string {
  return table('Certificates', [{ name: 'For' }, { name: 'Days left', right: true }, { name: 'Until' }], certificates.map(({ names, notAfter }) => {
    const left = Math.floor((notAfter - now) / DAY);
    const words = left < 0 ? '<span class="bad">expired</span>' : left < SOON ? `<span class="warn">${left}</span>` : String(left);
    return [escapeHtml(names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '')), words, new Date(notAfter).toISOString().slice(0, 10)];
  }));
}

const WHOSE = { client: 'the client', app: 'the app', operator: 'whoever runs it', us: 'a defect of Sallyport' } as const;

/** What went wrong, most often first. */
export function troublesTable({ sites, refused }: Snapshot): string {
  const counts = new Map<string, number>();
  for (const some of [refused, ...Object.values(sites).map(({ faults }) => faults)]) {
    for (const [code, count] of Object.entries(some)) counts.set(code, (counts.get(code) ?? 0) + count);
  }
  const rows = [...counts].sort(([, a], [, b]) => b - a).map(([code, count]) => {
    const kind = Object.hasOwn(FAULTS, code) ? FAULTS[code as keyof typeof FAULTS] : undefined;
    return [`<code>${escapeHtml(code)}</code>`, number(count), kind === undefined ? 'A TLS handshake came to nothing.' : escapeHtml(kind.summary), WHOSE[kind?.blame ?? 'client']];
  });
  return table('Refused and failed', [{ name: 'Code' }, { name: 'Times', right: true }, { name: 'What it is', wide: true }, { name: 'Who can change it' }], rows);
}
