/** Who a front is, and who serves its clients: what is decided before any process changes its user. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { accountFor, findAccount, type Registry } from '../../src/cli/privilege/account.ts';
import { confined } from '../../src/cli/privilege/confine.ts';
import { refuseOpenFolder } from '../../src/cli/privilege/log-folder.ts';
import { rootWarning } from '../../src/cli/privilege/root.ts';
import { readHanded } from '../../src/cli/workers/handed-files.ts';
import { ConfigError } from '../../src/config/problems.ts';
import { resolveConfig } from '../../src/config/resolve/resolve.ts';
import { RunError } from '../../src/cli/terminal.ts';

const dir = mkdtempSync(join(tmpdir(), 'sallyport-privilege-'));
after(() => { rmSync(dir, { recursive: true, force: true }); });

/** A machine with two users: web, who is in three groups, and root under another name. */
const registry: Registry = {
  id: (name, what) => ({ web: { '-u': '33', '-g': '33', '-G': '33 4 113' }, 33: { '-u': '33', '-g': '33', '-G': '33 4 113' }, toor: { '-u': '0', '-g': '0', '-G': '0' } } as Record<string, Record<string, string>>)[name]?.[what],
  groups: () => 'root:x:0:\nadm:x:4:web\nweb:x:33:\nkeys:x:113:web\n',
};
const user = (name: string, group?: string) => ({ name, group });
const refusal = (fn: () => unknown): string => {
  try { fn(); } catch (error) { assert.ok(error instanceof RunError && error.status === 2, String(error)); return error.message; }
  return assert.fail('nothing was thrown');
};

test('a user comes with all its groups; a group that is named takes the place of its own', () => {
  assert.deepEqual(findAccount(user('web'), registry), { name: 'web', uid: 33, gid: 33, groups: [33, 4, 113] });
  assert.deepEqual(findAccount(user('33'), registry).groups, [33, 4, 113]);
  assert.deepEqual(findAccount(user('web', 'keys'), registry), { name: 'web', uid: 33, gid: 113, groups: [113, 4] });
  assert.deepEqual(findAccount(user('web', '70'), registry).groups, [70, 4, 113]);
  assert.deepEqual(findAccount(user('65532', '65532'), registry), { name: '65532', uid: 65532, gid: 65532, groups: [65532] });
});

test('a user that is not there, has no group or is root is refused with what to do', () => {
  assert.match(refusal(() => findAccount(user('wbe'), registry)), /no such user on this machine\. Make one \(useradd --system .* wbe\)/);
  assert.match(refusal(() => findAccount(user('65532'), registry)), /its group has to be said too: --user 65532:65532/);
  assert.match(refusal(() => findAccount(user('web', 'kyes'), registry)), /\/etc\/group has no group kyes/);
  assert.match(refusal(() => findAccount(user('toor'), registry)), /that is root \(uid 0\)/);
  const refused = (written: string): boolean => { try { resolveConfig({ app: 8000, user: written }, { folder: dir, defaultLog: 'json' }); return false; } catch (error) { return error instanceof ConfigError && /^user: /.test(error.message); } };
  for (const written of ['root', '0', '00', 'a b', 'a:b:c', ':web', 'web:', '-u', 'web:-g', '$(id)']) assert.equal(refused(written), true, written);
  assert.deepEqual(resolveConfig({ app: 8000, user: 'www-data:ssl-cert' }, { folder: dir, defaultLog: 'json' }).user, { name: 'www-data', group: 'ssl-cert' });
  assert.deepEqual(resolveConfig({ app: 8000, user: '33' }, { folder: dir, defaultLog: 'json' }).user, { name: '33', group: undefined });
});

test('only root becomes somebody else, and nobody has to become who he is', () => {
  assert.equal(accountFor(user('web'), { uid: 0, gid: 0 }, registry)?.uid, 33);
  assert.equal(accountFor(user('web'), { uid: 33, gid: 33 }, registry), undefined);
  assert.equal(accountFor(user('web', 'keys'), { uid: 33, gid: 113 }, registry), undefined);
  assert.match(refusal(() => accountFor(user('web', 'keys'), { uid: 33, gid: 33 }, registry)), /--user web:keys: this process is uid 33, gid 33, and only root/);
  assert.match(refusal(() => accountFor(user('web'), { uid: 1000, gid: 1000 }, registry)), /Start it as root \(sudo sallyport …\), or as web itself/);
  assert.match(refusal(() => accountFor(user('web'), { uid: undefined, gid: undefined }, registry)), /no users of that kind/);
});

test('root is warned of with the flag to add, and nobody else is', () => {
  const warning = rootWarning({}, 0);
  assert.equal(warning?.event, 'running-as-root');
  assert.match(warning?.message ?? '', /Add --user www-data/);
  assert.equal(rootWarning({}, 1000), undefined);
  assert.equal(rootWarning({ user: user('web') }, 0), undefined);
});

test('a log file is refused where the user of the workers could put a link in its place', () => {
  const settings = { logFile: join(dir, 'access.log'), log: 'json' } as const;
  const account = { name: 'web', uid: 4242, gid: 4242, groups: [4242] };
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  refuseOpenFolder(settings, account);
  assert.match(refusal(() => refuseOpenFolder(settings, { ...account, uid })), /--log-file .*chown root:root/);
  chmodSync(dir, 0o770);
  assert.match(refusal(() => refuseOpenFolder(settings, { ...account, groups: [4242, gid] })), /chmod go-w/);
  refuseOpenFolder(settings, account);
  chmodSync(dir, 0o707);
  assert.match(refusal(() => refuseOpenFolder(settings, account)), /chmod go-w/);
  refuseOpenFolder({ ...settings, log: 'off' }, account);
  chmodSync(dir, 0o700);
});

test('a worker reads what it was handed, and the disk for all else', () => {
  const read = readHanded({ '/nowhere/secret': Buffer.from('of \xff', 'latin1').toString('base64') });
  assert.equal(Buffer.from(read('/nowhere/secret')).toString('latin1'), 'of \xff');
  assert.throws(() => read('/nowhere/other'), /ENOENT/);
});

test('setpriv keeps rights away where it is there, from its fixed places', { skip: process.platform === 'linux' ? false : 'Linux only' }, () => {
  assert.deepEqual(confined(['node', 'x'], (path) => path === '/bin/setpriv'), ['/bin/setpriv', '--no-new-privs', '--', 'node', 'x']);
  assert.deepEqual(confined(['node', 'x'], () => false), ['node', 'x']);
});
