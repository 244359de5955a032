import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { saidBy } from '../machine.ts';
import type { Job, Peer } from './peer.ts';

/** It writes X-Forwarded-For, -Proto and -Host by itself. */
const config = ({ place, port, backend }: Job): string => `
{
  admin off
  auto_https off
  servers {
    protocols h1
  }
}
:${port} {
  bind 127.0.0.1
  tls ${place.cert} ${place.key} {
    protocols tls1.3
  }
  reverse_proxy 127.0.0.1:${backend} {
    transport http {
      keepalive_idle_conns_per_host 128
    }
  }
}
`;

export const caddy: Peer = {
  name: 'caddy',
  title: 'Caddy',
  can: [],
  needs: { file: '/usr/bin/caddy', from: 'caddy' },
  version: () => saidBy('caddy', 'version').split(' ')[0] ?? 'unknown',
  prepare: (job) => {
    const file = join(job.dir, 'Caddyfile');
    writeFileSync(file, config(job));
    return { line: ['caddy', 'run', '--adapter', 'caddyfile', '--config', file], env: { GOMAXPROCS: '1', HOME: job.dir, XDG_DATA_HOME: job.dir, XDG_CONFIG_HOME: job.dir } };
  },
};
