import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { CONTENT_SECURITY_POLICY, readAssets } from './assets.ts';
import { knock } from './knock.ts';
import { Reports } from './reports.ts';

export interface DemoApp {
  readonly port: number;
  readonly reports: Reports;
  /** Where the front's doors are, once they are open. */
  doors: { readonly https?: string; readonly http?: string };
  close(): Promise<void>;
}

const MAX_MESSAGE = 64 * 1024;

/** The embedded app: plain HTTP on a free loopback port, and nothing in it knows of TLS. */
export async function startDemoApp(): Promise<DemoApp> {
  const reports = new Reports();
  const assets = readAssets();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').replace(/\?.*/s, '');
    const asset = request.method === 'GET' || request.method === 'HEAD' ? assets.get(path) : undefined;
    if (asset !== undefined) {
      const { id } = reports.make(request);
      send(response, 200, { 'Content-Type': asset.type, 'Content-Security-Policy': CONTENT_SECURITY_POLICY, 'Referrer-Policy': 'same-origin' },
        path === '/' ? asset.body.replace('{request-id}', attribute(id)) : asset.body);
    } else if (path === '/told') {
      json(response, 200, reports.make(request));
    } else if (path.startsWith('/report/')) {
      const report = reports.get(decode(path.slice('/report/'.length)));
      json(response, report === undefined ? 404 : 200, report ?? { error: 'That request is no longer kept. Load the page again.' });
    } else if (path === '/loop') {
      // What many apps do by a setting, and what goes wrong when they do not read the scheme header: this one never does.
      send(response, 301, { Location: `https://${request.headers.host ?? 'localhost'}${request.url ?? '/'}` }, '');
    } else if (path === '/knock') {
      json(response, 200, await knocks(app));
    } else {
      send(response, 404, { 'Content-Type': 'text/plain; charset=utf-8' }, 'The demo has no such page.\n');
    }
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => json(response, 500, { error: String(error) }));
  });
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => {}); // it closes by itself
      webSocket.send(JSON.stringify(reports.make(request)));
      webSocket.on('message', (data, isBinary) => webSocket.send(data, { binary: isBinary }));
    });
  });
  const port = await listen(server);
  const app: DemoApp = {
    port, reports, doors: {},
    async close() {
      for (const webSocket of sockets.clients) webSocket.terminate();
      await new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
    },
  };
  return app;
}

/** The http door, and plain HTTP on the https door. */
async function knocks({ doors }: DemoApp): Promise<unknown> {
  const urls = [doors.http, doors.https?.replace(/^https:/, 'http:')].flatMap((door) => (door === undefined ? [] : [`${door}/some/page?x=1`]));
  return Promise.all(urls.map((url) => knock(url).catch((error: unknown) => ({ asked: url, error: String(error) }))));
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function json(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, { 'Content-Type': 'application/json' }, JSON.stringify(value));
}

function send(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: string): void {
  response.writeHead(status, { ...headers, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

/** Without the front before it, the id is the client's own word. */
const attribute = (id: string): string => encodeURIComponent(id);

const decode = (text: string): string => {
  try { return decodeURIComponent(text); } catch { return text; }
};
