import { preferredKind } from '../core/pages/accept.ts';
import { escapeHtml, htmlDocument } from '../core/pages/html.ts';

/** A whole answer in the place of the app's own. */
export interface OwnAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** UTF-8 text; empty for a redirect. */
  readonly body: string;
}

export interface Page {
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  readonly title: string;
  /** Paragraphs; the last of them says what to do. */
  readonly text: readonly string[];
}

/** A page in the form that the client asks for (HTML, JSON or text). */
export function pageAnswer({ status, code, title, text }: Page, accept: string | undefined): OwnAnswer {
  const kind = preferredKind(accept);
  const [type, body] = kind === 'html' ? ['text/html; charset=utf-8', html()] as const
    : kind === 'json' ? ['application/json', `${JSON.stringify({ error: { code, status, message: title, detail: text } })}\n`] as const
      : ['text/plain; charset=utf-8', `${[`${status} ${title}`, ...text, `Code: ${code}`].map(plain).join('\n\n')}\n`] as const;
  return { status, headers: [['Content-Type', type], ['Cache-Control', 'no-store']], body };

  function html(): string {
    return htmlDocument({
      title: `${status} ${title}`,
      body: `<p class="status">${status} <code>${escapeHtml(code)}</code></p>\n<h1>${escapeHtml(title)}</h1>\n${text.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}`,
    });
  }
}

/** Plain text often ends up on a terminal: no control characters. */
const plain = (line: string): string => line.replace(/[\x00-\x1f\x7f-\x9f]/g, '\ufffd');

/** To the same resource over the other scheme. */
export function redirectAnswer(location: string, status: 307 | 308, cookie: string): OwnAnswer {
  // A redirect that carries a cookie, and one that a shared cache would serve to visitors of the other scheme, is not to be kept.
  return { status, headers: [['Location', location], ['Cache-Control', 'no-store'], ['Set-Cookie', cookie]], body: '' };
}
