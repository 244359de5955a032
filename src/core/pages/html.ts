import { STYLE } from './style.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
// Invisible characters that reorder or hide text are shown by their number: a page about a forged request must not be forged by it.
const INVISIBLE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Text for an element's content or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (char) => ENTITIES[char]!)
    .replace(INVISIBLE, (char) => `&lt;U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}&gt;`);
}

export interface Document {
  readonly title: string;
  /** Html, already escaped. */
  readonly body: string;
}

/**
 * A whole page that needs nothing else: no script, no picture, no font, nothing from another address. The policy says so
 * too, so that not even a mistake in escaping could load or run anything.
 */
export function htmlDocument({ title, body }: Document): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}
