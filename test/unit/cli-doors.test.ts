/** A door that cannot be opened names the address, who holds it where the system tells, and what to do. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import test from 'node:test';
import { doorTrouble } from '../../src/cli/door-trouble.ts';
import { listening, listeningBelow, portHolder } from '../../src/cli/proc.ts';
import { resolveConfig } from '../../src/config/resolve/resolve.ts';
import { DoorError, openDoor } from '../../src/front/doors/doors.ts';
import type { ListenAddress, ListenOptions, Transport } from '../../src/transport/wire.ts';
import { linux } from '../helpers/processes.ts';
import type { Scope } from '../helpers/scope.ts';


const listen = async (scope: Scope, host: string): Promise<number> => {
  const server: Server = createServer();
  scope.after(() => { server.close(); });
  await new Promise<void>((resolve) => { server.listen(0, host, resolve); });
  return (server.address() as { port: number }).port;
};

const trouble = (code: string, address: ListenAddress, holder?: string): string =>
  doorTrouble(new DoorError('https', { address }, Object.assign(new Error(`listen ${code}`), { code })), undefined, () => holder);

const at443: ListenAddress = { kind: 'ip', host: '127.0.0.1', port: 443 };

test('a taken port names its holder where one is known', () => {
  assert.match(trouble('EADDRINUSE', at443, 'nginx (pid 812)'), /^127\.0\.0\.1:443 is taken by nginx \(pid 812\)\. .*--https/);
  assert.match(trouble('EADDRINUSE', at443), /^127\.0\.0\.1:443 is taken\. .*--https/);
  assert.match(trouble('EADDRINUSE', { kind: 'unix', path: '/run/x.sock' }), /\/run\/x\.sock is there already/);
});

// A developer's app on 8080, and no right to port 80: the message named the app's own port as taken by "a program", to be stopped.
test('a door that fell back to the port of the app says that it is the app, and what to write', async () => {
  const settings = resolveConfig({ app: 8080 }, { folder: '/', defaultLog: 'json' });
  const refuse = (codes: Record<number, string>): Transport => ({
    listen: ({ address }: ListenOptions) => Promise.reject(Object.assign(new Error('no'), { code: address.kind === 'ip' ? codes[address.port] : 'EINVAL' })),
    connect: () => { throw new Error('nobody is called'); },
    lookup: () => { throw new Error('nobody is asked for'); },
  });
  const error = await openDoor({ scheme: 'http', setting: { kind: 'auto' }, loopback: true, name: undefined, listen: { onConnection: () => { throw new Error('nobody comes'); } } }, refuse({ 80: 'EACCES', 8080: 'EADDRINUSE' }))
    .then(() => undefined, (reason: unknown) => reason);
  assert.ok(error instanceof DoorError);
  assert.equal(doorTrouble(error, settings, () => 'python3 (pid 7)'),
    '127.0.0.1:8080 is taken by python3 (pid 7): that is the app itself. The http door was to be there because this process may not bind port 80. '
    + 'Give the http door another port: --http 8081 (or --http off to do without it).');
  assert.equal(doorTrouble(error, undefined, () => 'python3 (pid 7)'),
    '127.0.0.1:8080 is taken by python3 (pid 7). The http door was to be there because this process may not bind port 80. Stop that program, or give the http door another port: --http 8081');
});

test('a holder that may not be looked into is named by its user', { skip: linux || (process.getuid?.() === 0 ? false : 'needs root, to become another user') }, async (t) => {
  const port = await listen(t, '127.0.0.1');
  const script = `import { portHolder } from ${JSON.stringify(new URL('../../src/cli/proc.ts', import.meta.url).href)}; process.setgroups([]); process.setgid(65534); process.setuid(65534); console.log(portHolder(${port}));`;
  assert.equal(execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { encoding: 'utf8' }), 'a program of root\n');
});

test('no right to a low port says how to get it, or how to do without', () => {
  assert.match(trouble('EACCES', at443), /no right to bind port 443.*--https 8443.*setcap cap_net_bind_service.*ip_unprivileged_port_start=443/);
  assert.match(trouble('EACCES', { kind: 'unix', path: '/tmp/x.sock' }), /no right to create \/tmp\/x\.sock/);
});

test('other troubles keep their address or the system\'s words', () => {
  assert.match(trouble('EADDRNOTAVAIL', { kind: 'ip', host: '192.0.2.1', port: 1 }), /192\.0\.2\.1:1 is not an address of this machine/);
  assert.match(trouble('ENOENT', { kind: 'unix', path: '/nope/x.sock' }), /folder of \/nope\/x\.sock is missing/);
  assert.match(trouble('EMFILE', at443), /EMFILE/);
});

test('who listens is read from the system', { skip: linux }, async (t) => {
  for (const [host, seen] of [['127.0.0.1', '127.0.0.1'], ['::1', '::1'], ['::', '::']] as const) {
    const port = await listen(t, host);
    assert.deepEqual(listening().filter((socket) => socket.port === port).map(({ address }) => address), [seen]);
    assert.ok(listeningBelow(process.pid).some((socket) => socket.port === port));
    assert.match(portHolder(port) ?? '', new RegExp(`\\(pid ${process.pid}\\)$`));
  }
});

// From Node 26 on the system calls every program of Node so, and a message said to stop "node-MainThread".
test('a program of Node is named as it was started, not by its main thread', { skip: linux }, async (t) => {
  const port = await listen(t, '127.0.0.1');
  const comm = `/proc/${process.pid}/comm`;
  const before = readFileSync(comm, 'latin1');
  t.after(() => { writeFileSync(comm, before.trim()); });
  writeFileSync(comm, 'node-MainThread');
  assert.equal(portHolder(port), `node (pid ${process.pid})`);
});

test('a free port has no holder', { skip: linux }, async (t) => {
  const port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const free = (server.address() as { port: number }).port;
      server.close(() => resolve(free));
    });
    t.after(() => { server.close(); });
  });
  assert.equal(portHolder(port), undefined);
});
