/** What stands behind the fronts, on the load's core. An nginx of its own gives fixed bodies and counts its requests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, type Place } from './place.ts';
import { listening, start, type Program } from './program.ts';

export interface Backend {
  readonly program: Program;
  readonly port: number;
  /** How many requests it has had until now, this question not among them. */
  requests(): Promise<number>;
}

const nginxConfig = ({ files, port }: { files: string; port: number }): string => `
daemon off; pid nginx.pid; error_log stderr error; worker_processes 1; worker_rlimit_nofile 4096;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_timeout 1h; keepalive_requests 1000000000; etag off;
  open_file_cache max=100; default_type text/plain;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  server { listen 127.0.0.1:${port} backlog=4096; root ${files}; location = /count { stub_status; } }
}
`;

export async function fixedBodies(place: Place, cores: string): Promise<Backend> {
  const [port, dir] = [await freePort(), join(place.dir, 'backend')];
  mkdirSync(dir);
  writeFileSync(join(dir, 'nginx.conf'), nginxConfig({ files: place.files, port }));
  const program = start('the backend', { line: ['nginx', '-e', 'stderr', '-p', dir, '-c', join(dir, 'nginx.conf')] }, { cores, log: join(dir, 'stderr') });
  await listening(program, port);
  let asked = 0;
  return { program, port, requests: async () => Number(/^\s*\d+ \d+ (\d+)\s*$/m.exec(await get(port, '/count'))?.[1]) - (asked += 1) };
}

/** Our own: takes uploads whole, and echoes WebSocket messages. */
export async function app(place: Place, cores: string): Promise<Backend> {
  const port = await freePort();
  const line = [process.execPath, '--import', 'tsx', fileURLToPath(new URL('app.ts', import.meta.url)), String(port)];
  const program = start('the app', { line }, { cores, log: join(place.dir, 'app-stderr') });
  await listening(program, port);
  return { program, port, requests: async () => Number(await get(port, '/count')) };
}

function get(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('latin1').on('data', (piece: string) => { text += piece; }).on('end', () => { resolve(text); });
    }).once('error', reject).end();
  });
}
