import { ownFile } from '../own-files.ts';

/** A file of the demo page. */
export interface Asset {
  readonly type: string;
  readonly body: string;
}

const read = (name: string, type: string): Asset => ({ type, body: ownFile(`demo/assets/${name}`) });

/** Read once. */
export const readAssets = (): ReadonlyMap<string, Asset> => new Map([
  ['/', read('page.html', 'text/html; charset=utf-8')],
  ['/page.css', read('page.css', 'text/css; charset=utf-8')],
  ['/page.js', read('page.js', 'text/javascript; charset=utf-8')],
]);

/** The page may load and reach nothing but its own origin. `'self'` does not cover wss: in every browser. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", 'img-src data:',
  "connect-src 'self' wss://localhost:* wss://127.0.0.1:*", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join('; ');
