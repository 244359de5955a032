import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { saidBy } from '../machine.ts';
import type { Job, Peer } from './peer.ts';

const MODULES = ['mpm_event', 'authz_core', 'ssl', 'proxy', 'proxy_http', 'headers'].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n');

/** One process with as many threads as the load has connections: a thread is Apache's unit of work, not a core. */
const config = ({ place, dir, port, backend }: Job): string => `
ServerRoot ${dir}
DefaultRuntimeDir ${dir}
PidFile ${dir}/apache.pid
ServerName localhost
ErrorLog ${dir}/error.log
LogLevel error
${MODULES}
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
ServerLimit 1
StartServers 1
ThreadLimit 128
ThreadsPerChild 128
MaxRequestWorkers 128
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 600
ListenBacklog 4096
Listen 127.0.0.1:${port}
<VirtualHost *:${port}>
  SSLEngine on
  SSLProtocol TLSv1.3
  SSLCertificateFile ${place.cert}
  SSLCertificateKeyFile ${place.key}
  ProxyPreserveHost On
  RequestHeader set X-Forwarded-Proto https
  RequestHeader unset X-Forwarded-For
  RequestHeader unset X-Forwarded-Host
  ProxyPass / http://127.0.0.1:${backend}/ keepalive=On max=128
</VirtualHost>
`;

export const apache: Peer = {
  name: 'apache',
  title: 'Apache httpd',
  can: [],
  needs: { file: '/usr/sbin/apache2', from: 'apache2' },
  version: () => /Apache\/(\S+)/.exec(saidBy('apache2', '-v'))?.[1] ?? 'unknown',
  prepare: (job) => {
    const file = join(job.dir, 'apache.conf');
    writeFileSync(file, config(job));
    return { line: ['apache2', '-DFOREGROUND', '-f', file] };
  },
};
