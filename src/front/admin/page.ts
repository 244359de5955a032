import { createHash } from 'node:crypto';
import { escapeHtml } from '../../core/pages/html.ts';
import type { Build } from '../metrics/prometheus.ts';
import type { Snapshot } from '../metrics/snapshot.ts';
import type { Moment } from './history.ts';
import { STATUS_SCRIPT, STATUS_STYLE } from './style.ts';
import { certificatesTable, chart, serversTable, sitesTable, tiles, troublesTable } from './tables.ts';
import { viewOf } from './view.ts';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** This page's own style and script and nothing else, and questions to its own address alone: so that not even a mistake in escaping could run anything. */
export const STATUS_POLICY = `default-src 'none'; style-src ${hashOf(STATUS_STYLE)}; script-src ${hashOf(STATUS_SCRIPT)}; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The status for people, in one document that needs nothing else. */
export function statusPage(moments: readonly Moment[], current: Snapshot, build: Build): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>Sallyport status</title>
<link rel="icon" href="data:,">
<noscript><meta http-equiv="refresh" content="5"></noscript>
<style>${STATUS_STYLE}</style>
</head>
<body>
<header class="top"><h1>Sallyport</h1><p id="state" role="status">As of when it was loaded</p></header>
<main>
${statusBody(moments, current, build)}</main>
<script>${STATUS_SCRIPT}</script>
</body>
</html>
`;
}

/** What of it changes. */
export function statusBody(moments: readonly Moment[], current: Snapshot, { version, runtime }: Build): string {
  const view = viewOf(moments, current);
  const now = Date.now();
  return `${tiles(view.whole, current)}
${chart(view.course)}
${sitesTable(view.sites)}
${serversTable(current.servers)}
${certificatesTable(current.certificates, now)}
${troublesTable(current)}
<footer><p>${escapeHtml(`Sallyport ${version} on ${runtime}, up for ${span((now - current.process.startedAt) / 1000)}. Rates and times are of the last minute, everything else of the time since the start. For Prometheus: /metrics; as JSON: /status.json.`)}</p></footer>
`;
}

/** `5 s`, `12 min`, `3 h 5 min`, `2 days`. */
function span(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 1440)} days`;
}
