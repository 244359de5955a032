/** Which of the sockets that a service manager passed is for which door, and what is said where that cannot be told. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { inheritedDoors, passedBy } from '../../src/cli/inherited.ts';
import { appEnvironment } from '../../src/cli/run/command.ts';
import { RunError } from '../../src/cli/terminal.ts';
import { parseDoor } from '../../src/config/values/door.ts';
import type { ListenAddress } from '../../src/transport/wire.ts';

interface Case { readonly sockets: readonly (string | undefined)[]; readonly names?: string; readonly https?: string; readonly http?: string }

const address = (text: string | undefined): ListenAddress | undefined => {
  const setting = text === undefined ? undefined : parseDoor(text, '/');
  return setting?.kind === 'at' ? setting.address : undefined;
};

/** As `https: 3+4, http: 5`. */
const doors = ({ sockets, names, https, http }: Case): string => {
  const env = { LISTEN_PID: String(process.pid), LISTEN_FDS: String(sockets.length), LISTEN_FDNAMES: names };
  const found = inheritedDoors({ https: parseDoor(https, '/'), http: parseDoor(http, '/') }, env, (descriptor) => address(sockets[descriptor - 3]));
  return Object.entries(found).map(([scheme, list]) => `${scheme}: ${list.map(({ fd }) => fd).join('+')}`).join(', ');
};

for (const [story, given, expected] of [
  ['by name, whatever the order', { sockets: ['*:9000', '*:9001'], names: 'http:https' }, 'https: 4, http: 3'],
  ['several of one name, as for IPv4 and IPv6', { sockets: ['*:443', '127.0.0.1:443', '*:80'], names: 'https:https:http' }, 'https: 3+4, http: 5'],
  ['by the usual ports, where the names say nothing', { sockets: ['*:80', '*:443'], names: 'sallyport.socket:sallyport.socket' }, 'https: 4, http: 3'],
  ['by the ports that the doors have', { sockets: ['*:8001', '*:8002'], https: '8002', http: '8001' }, 'https: 4, http: 3'],
  ['by the path of a unix socket', { sockets: ['*:8001', 'unix:/run/a.sock'], https: 'unix:/run/a.sock' }, 'https: 4, http: 3'],
  ['in order, where nothing else tells', { sockets: ['*:9000', '*:9001'] }, 'https: 3, http: 4'],
  ['in order, where the system does not tell the ports', { sockets: [undefined, undefined], names: 'unknown:unknown' }, 'https: 3, http: 4'],
  ['one of them off', { sockets: ['*:9000'], http: 'off' }, 'https: 3'],
  ['only the plain one', { sockets: ['*:9000'], https: 'off' }, 'http: 3'],
  ['a door that has a place of its own and no socket opens there', { sockets: ['*:443'], http: '127.0.0.1:8080' }, 'https: 3'],
  ['a free port is any port', { sockets: ['127.0.0.1:9000'], https: '127.0.0.1:0', http: '0', names: 'https' }, 'https: 3'],
] as const satisfies readonly (readonly [string, Case, string])[]) {
  test(story, () => { assert.equal(doors(given), expected); });
}

for (const [story, given, message] of [
  ['fewer sockets than doors', { sockets: ['*:443'] }, /none for the http door\. Pass one more \(ListenStream=80 in the socket unit\).*--http off/],
  ['more sockets than doors', { sockets: ['*:443', '*:80', '*:81'] }, /The socket \[::\]:81 \(descriptor 5\) was passed for no door\. .*FileDescriptorName=https/],
  ['a socket for a door that is off', { sockets: ['*:443', '*:80'], names: 'https:http', http: 'off' }, /\[::\]:80 \(descriptor 4, named http\) was passed for the http door, and --http is off/],
  ['a door that was to be elsewhere', { sockets: ['*:443'], names: 'https', https: '8443', http: 'off' }, /--https says port 8443\. Leave --https out/],
  ['a door that was for this machine alone', { sockets: ['*:443'], names: 'https', https: '127.0.0.1:443', http: 'off' }, /--https says 127\.0\.0\.1:443/],
] as const satisfies readonly (readonly [string, Case, RegExp])[]) {
  test(story, () => { assert.throws(() => doors(given), (error) => error instanceof RunError && message.test(error.message)); });
}

test('what is said to another process is not for this one, and said to be so; a count that is none is told', () => {
  const settings = { https: parseDoor('443', '/'), http: parseDoor('off', '/') };
  const others = { LISTEN_PID: '1', LISTEN_FDS: '2' };
  assert.deepEqual(inheritedDoors(settings, others), {});
  assert.match(passedBy(others)!, /passed 2 sockets to process 1, and this is process \d+: .*npx or a shell/);
  assert.equal(passedBy({}), undefined);
  assert.equal(passedBy({ ...others, LISTEN_PID: String(process.pid) }), undefined);
  assert.throws(() => inheritedDoors(settings, { LISTEN_PID: String(process.pid), LISTEN_FDS: 'many' }), /LISTEN_FDS is "many"; expected how many/);
});

test('an app that is started hears nothing of what the service manager said to the front', () => {
  const told = { PATH: '/bin', LISTEN_PID: '1', LISTEN_FDS: '2', LISTEN_FDNAMES: 'https', LISTEN_PIDFDID: '1', NOTIFY_SOCKET: '/run/n', WATCHDOG_USEC: '1', WATCHDOG_PID: '1', LISTEN_ADDRESS: 'mine' };
  assert.deepEqual(appEnvironment(told, { host: 'h', port: 1 }), { PATH: '/bin', LISTEN_ADDRESS: 'mine', HOST: 'h', PORT: '1' });
});
