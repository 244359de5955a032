import { FAULTS } from '../../core/errors.ts';
import { BOUNDS, FINDINGS, NO_SITE, type Histogram, type Snapshot } from './snapshot.ts';

/** The text form, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number, suffix?: string];

export interface Build { readonly version: string; readonly runtime: string }

/** A snapshot as Prometheus reads it. Every label is one of a fixed list or stands in the configuration. */
export function prometheusText({ sites, refused, ...front }: Snapshot, build: Build, now: number): string {
  const each = Object.entries(sites);
  const perSite = (value: (site: Snapshot['sites'][string]) => number): Sample[] => each.map(([site, counts]) => [{ site }, value(counts)]);
  const families: readonly (readonly [name: string, type: 'counter' | 'gauge' | 'histogram', help: string, samples: readonly Sample[]])[] = [
    ['sallyport_build_info', 'gauge', 'What runs; always 1.', [[{ ...build }, 1]]],
    ['sallyport_requests_total', 'counter', 'Requests by status; 0: cut without one.', each.flatMap(([site, { statuses }]) => Object.entries(statuses).map(([code, count]): Sample => [{ site, code }, count]))],
    ['sallyport_request_duration_seconds', 'histogram', 'From the whole head of a request to the end of its answer, without WebSockets and event streams.', each.flatMap(([site, { took }]) => histogram({ site }, took))],
    ['sallyport_app_duration_seconds', 'histogram', 'What the app took until its answer began.', each.flatMap(([site, { app }]) => histogram({ site }, app))],
    ['sallyport_received_bytes_total', 'counter', 'Content of requests.', perSite(({ bytesIn }) => bytesIn)],
    ['sallyport_sent_bytes_total', 'counter', 'Content of answers.', perSite(({ bytesOut }) => bytesOut)],
    ['sallyport_faults_total', 'counter', 'What went wrong, by the codes of docs/errors.md; without a site: there was no request to answer.', [
      ...each.flatMap(([site, { faults }]) => Object.entries(faults).map(([code, count]): Sample => [fault(site, code), count])),
      ...Object.entries(refused).map(([code, count]): Sample => [fault(NO_SITE, code, 'refused'), count]),
    ]],
    ['sallyport_redirects_total', 'counter', 'Redirects of apps that lead back to themselves (loop), against the policy (contradiction), or that were repaired.', each.flatMap(([site, { redirects }]) => FINDINGS.map((finding): Sample => [{ site, finding }, redirects[finding]]))],
    ['sallyport_stripped_headers_total', 'counter', 'Header lines of untrusted clients that could have posed as the front\'s word, taken out.', perSite(({ stripped }) => stripped)],
    ['sallyport_connections_total', 'counter', 'Connections of clients that were let in.', [[{}, front.accepted]]],
    ['sallyport_connections', 'gauge', 'Connections of clients that are open.', [[{}, front.open]]],
    ['sallyport_requests_running', 'gauge', 'Requests that are being answered, WebSockets among them.', [[{}, front.running]]],
    ['sallyport_upstream_up', 'gauge', 'Whether a server of an app may be asked: 1 or 0.', front.servers.map(({ app, server, up }): Sample => [{ app, server }, up ? 1 : 0])],
    ['sallyport_certificate_days_left', 'gauge', 'Days until a certificate expires, below 0 where it has.', front.certificates.map(({ names, notAfter }): Sample => [{ name: names[0] ?? '' }, Math.round((notAfter - now) / 864) / 100_000])],
    ['process_cpu_seconds_total', 'counter', 'Processor time, user and system.', [[{}, front.process.cpuSeconds]]],
    ['process_resident_memory_bytes', 'gauge', 'Memory.', [[{}, front.process.memoryBytes]]],
    ['process_start_time_seconds', 'gauge', 'When it began, in seconds since 1970.', [[{}, front.process.startedAt / 1000]]],
  ];
  return families.map(([name, type, help, samples]) =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.map(([labels, value, suffix = '']) => `${name}${suffix}${labelText(labels)} ${value}\n`).join('')}`).join('');
}

/** Buckets of this form hold all that is below their bound. */
function histogram(labels: Labels, { buckets, seconds }: Histogram): Sample[] {
  let below = 0;
  const samples = buckets.map((count, i): Sample => [{ ...labels, le: i < BOUNDS.length ? String(BOUNDS[i]) : '+Inf' }, below += count, '_bucket']);
  return [...samples, [labels, seconds, '_sum'], [labels, below, '_count']];
}

/** The same code may be a refusal before there was a request and a fault of one: `kind` keeps their series apart. */
const fault = (site: string, code: string, kind = 'request'): Labels => ({ site, code, kind, blame: code in FAULTS ? FAULTS[code as keyof typeof FAULTS].blame : 'client' });

const labelText = (labels: Labels): string => {
  const all = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))}"`);
  return all.length === 0 ? '' : `{${all.join(',')}}`;
};
