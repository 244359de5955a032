import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { saidBy } from '../machine.ts';
import type { Job, Peer } from './peer.ts';

const config = ({ place, port, backend }: Job): string => `
global
  nbthread 1
  maxconn 9000
  ssl-default-bind-options ssl-min-ver TLSv1.3
defaults
  mode http
  http-reuse always
  timeout connect 10s
  timeout client 1h
  timeout server 1h
  timeout http-keep-alive 1h
frontend door
  bind 127.0.0.1:${port} ssl crt ${place.both} alpn http/1.1 backlog 4096
  option forwardfor
  http-request del-header X-Forwarded-For
  http-request set-header X-Forwarded-Proto https
  http-request set-header X-Forwarded-Host %[req.hdr(Host)]
  default_backend app
backend app
  server app 127.0.0.1:${backend}
`;

export const haproxy: Peer = {
  name: 'haproxy',
  title: 'HAProxy',
  can: [],
  needs: { file: '/usr/sbin/haproxy', from: 'haproxy' },
  version: () => saidBy('haproxy', '-v').split(' ')[2] ?? 'unknown',
  prepare: (job) => {
    const file = join(job.dir, 'haproxy.cfg');
    writeFileSync(file, config(job));
    return { line: ['haproxy', '-db', '-f', file] };
  },
};
