import type { Fault } from '../../core/errors.ts';
import type { Explanation } from '../../core/policy/explain.ts';
import { preferredKind } from '../../core/pages/accept.ts';
import { escapeHtml, htmlDocument } from '../../core/pages/html.ts';
import { adviceOn, messageOf, titleOf } from './words.ts';

export interface FaultPageOptions {
  readonly fault: Fault;
  /** The request's Accept, undefined where it has none. */
  readonly accept: string | undefined;
  /** In the log too. */
  readonly requestId: string;
  /** A local authority signs for this site: a developer is looking, who is told what was seen and what to do. */
  readonly local: boolean;
  /** Why, and what to change; shown whoever looks, so the caller decides whether it is given. */
  readonly explanation?: Explanation | undefined;
}

/** A body and its type. UTF-8; the status and `Cache-Control: no-store` are the caller's to write. */
export interface Page {
  readonly contentType: string;
  readonly body: string;
}

/** What is said about a fault, in the form the client asks for. Never an inner address or a stack; in production not even what was seen. */
export function faultPage(options: FaultPageOptions): Page {
  const kind = preferredKind(options.accept);
  if (kind === 'json') return { contentType: 'application/json', body: jsonBody(options) };
  if (kind === 'text') return { contentType: 'text/plain; charset=utf-8', body: textBody(options) };
  return { contentType: 'text/html; charset=utf-8', body: options.explanation === undefined ? htmlBody(options) : explanationPage(options, options.explanation) };
}

interface Shown {
  readonly message: string;
  readonly detail: string | undefined;
  readonly advice: string | undefined;
}

function shown({ fault, local }: FaultPageOptions): Shown {
  if (!local) return { message: messageOf(fault), detail: undefined, advice: undefined };
  // What was seen of an app or a disk names inner addresses and paths: that is in the log, under the request's id.
  const detail = fault.blame === 'client' && fault.detail !== '' ? fault.detail : undefined;
  return { message: fault.summary, detail, advice: adviceOn(fault) };
}

function jsonBody(options: FaultPageOptions): string {
  const { fault, requestId, explanation } = options;
  const { message, detail, advice } = shown(options);
  return `${JSON.stringify({ error: { code: fault.code, status: fault.status, message, requestId, detail, advice, explanation } })}\n`;
}

function textBody(options: FaultPageOptions): string {
  const { fault, requestId, explanation } = options;
  const { message, detail, advice } = shown(options);
  const lines = [`${fault.status} ${titleOf(fault)}`, '', message];
  if (detail !== undefined) lines.push('', `Seen: ${detail}`);
  if (advice !== undefined) lines.push('', `Next: ${advice}`);
  if (explanation !== undefined) {
    lines.splice(0, lines.length, `${fault.status} ${explanation.title}`, '', explanation.seen, '', explanation.why);
    for (const change of explanation.change) {
      lines.push('', `Change in ${change.where}:`, ...change.lines.map((line) => `    ${line}`));
      if (change.note !== undefined) lines.push(`  ${change.note}`);
    }
  }
  return `${[...lines, '', `Code: ${fault.code}`, `Request id: ${requestId}`].map(plain).join('\n')}\n`;
}

/** Plain text often ends up on a terminal: no control characters. */
const plain = (line: string): string => line.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '\ufffd');

function htmlBody(options: FaultPageOptions): string {
  const { fault } = options;
  const { message, detail, advice } = shown(options);
  const title = titleOf(fault);
  return htmlDocument({
    title: `${fault.status} ${title}`,
    body: `${heading(fault, title)}
<p class="lead">${escapeHtml(message)}</p>${
  detail === undefined ? '' : `\n<h2>What was seen</h2>\n<p>${escapeHtml(detail)}</p>`}${
  advice === undefined ? '' : `\n<h2>What to do</h2>\n<p>${escapeHtml(advice)}</p>`}
${footer(options)}`,
  });
}

/** What happened, why, and the exact lines to change: for redirect loops. */
function explanationPage(options: FaultPageOptions, { title, seen, why, change }: Explanation): string {
  const changes = change.map(({ where, lines, note }, i) => `<h3>${escapeHtml(`In ${where}`)}${change.length < 2 ? '' : `<small>${i === 0 ? 'begin with this' : 'or this'}</small>`}</h3>${
    lines.length === 0 ? '' : `\n<pre><code>${lines.map(escapeHtml).join('\n')}</code></pre>`}${
    note === undefined ? '' : `\n<p class="note">${escapeHtml(note)}</p>`}`);
  return htmlDocument({
    title: `${options.fault.status} ${title}`,
    body: `${heading(options.fault, title)}
<h2>What was seen</h2>
<p>${escapeHtml(seen)}</p>
<h2>Why</h2>
<p>${escapeHtml(why)}</p>
<h2>What to change</h2>
${changes.join('\n')}
${footer(options, change.some(({ lines }) => lines.length > 0) ? 'A click selects a whole block.' : '')}`,
  });
}

const heading = (fault: Fault, title: string): string =>
  `<p class="status">${fault.status} <code>${escapeHtml(fault.code)}</code></p>\n<h1>${escapeHtml(title)}</h1>`;

function footer({ requestId, local }: FaultPageOptions, hint = ''): string {
  const own = local ? '<p>This page comes from Sallyport, the front before your app. Visitors of a site with a real certificate are told less.</p>' : '';
  return `<footer>${hint === '' ? '' : `<p>${escapeHtml(hint)}</p>`}<p>Request id: <code>${escapeHtml(requestId)}</code></p>${own}</footer>`;
}
