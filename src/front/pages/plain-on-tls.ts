import { createClassifier } from '../../core/contract/classify.ts';
import { Fault } from '../../core/errors.ts';
import { readRequestHead } from '../../core/http1/request-head.ts';
import { redirectUrl } from '../../core/policy/redirect.ts';
import { escapeHtml, htmlDocument } from '../../core/pages/html.ts';

const classify = createClassifier();

/**
 * The whole answer to a client that spoke plain HTTP on the TLS port, after which the connection is closed. A request
 * that can be read is redirected to https on `publicPort` (the port the world sees, 1 to 65535); anything else, and what
 * is not complete in these first bytes, gets a 400 that says what to do.
 */
export function plainOnTls(firstBytes: Uint8Array, publicPort: number): string {
  const head = readRequestHead(firstBytes, 0, firstBytes.length, classify);
  if (head === undefined || head instanceof Fault) return answer('400 Bad Request', '', page(undefined));
  const url = redirectUrl({ scheme: 'https', host: head.host, publicPort, target: head.target });
  return answer('307 Temporary Redirect', `Location: ${url}\r\n`, page(url), head.method === 'HEAD');
}

function page(url: string | undefined): string {
  const title = 'This port speaks HTTPS';
  const next = url === undefined
    ? 'Write <code>https://</code> instead of <code>http://</code> before the address, and keep the port.'
    : `The same page over HTTPS: <a href="${escapeHtml(url)}">${escapeHtml(url)}</a>`;
  return htmlDocument({
    title,
    body: `<p class="status">${url === undefined ? '400 ' : ''}<code>plain-on-tls-port</code></p>
<h1>${title}</h1>
<p class="lead">Your client spoke plain HTTP to it, so nothing of the request went on to the app.</p>
<p>${next}</p>`,
  });
}

function answer(status: string, lines: string, body: string, noBody = false): string {
  return `HTTP/1.1 ${status}\r\nDate: ${new Date().toUTCString()}\r\n${lines}Content-Type: text/html; charset=utf-8\r\n`
    + `Content-Length: ${Buffer.byteLength(body, 'latin1')}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${noBody ? '' : body}`;
}
