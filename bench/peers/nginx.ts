import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { saidBy } from '../machine.ts';
import type { Job, Peer } from './peer.ts';

const FORMAT = `log_format json escape=json '{"time":"$time_iso8601","client":"$remote_addr","method":"$request_method","target":"$request_uri","host":"$host","status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,"agent":"$http_user_agent"}';`;

const config = ({ place, port, backend, workers, log }: Job): string => `
daemon off; pid nginx.pid; error_log stderr error; worker_processes ${workers}; worker_rlimit_nofile 20000;
events { worker_connections 16384; multi_accept on; }
http {
  ${log === undefined ? 'access_log off;' : `${FORMAT} access_log ${log} json;`}
  sendfile on; tcp_nopush on; keepalive_timeout 1h; keepalive_requests 1000000000; client_max_body_size 100m;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  upstream app { server 127.0.0.1:${backend}; keepalive 128; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port} ssl backlog=4096;
    ssl_certificate ${place.cert}; ssl_certificate_key ${place.key}; ssl_protocols TLSv1.3;
    location / {
      proxy_pass http://app; proxy_http_version 1.1;
      proxy_set_header Host $http_host; proxy_set_header Connection $connection_upgrade; proxy_set_header Upgrade $http_upgrade;
      proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Host $http_host;
    }
    location /media/ { root ${place.files}; }
  }
}
`;

export const nginx: Peer = {
  name: 'nginx',
  title: 'nginx',
  can: ['files', 'log', 'workers'],
  needs: { file: '/usr/sbin/nginx', from: 'nginx' },
  version: () => saidBy('nginx', '-v').replace('nginx version: nginx/', ''),
  prepare: (job) => {
    const file = join(job.dir, 'nginx.conf');
    writeFileSync(file, config(job));
    return { line: ['nginx', '-e', 'stderr', '-p', job.dir, '-c', file] };
  },
};
