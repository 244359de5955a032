/** `sallyport service`: the units, judged and read by systemd's own programs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { FLAG_GROUPS, type Flags } from '../../src/cli/flags.ts';
import { absoluteWords } from '../../src/cli/service/absolute.ts';
import { planFor } from '../../src/cli/service/plan.ts';
import { quoteProgram, quoteWord } from '../../src/cli/service/quote.ts';
import { installService, printService, type ServicePlaces } from '../../src/cli/service/service.ts';
import { unitsOf } from '../../src/cli/service/units.ts';
import { RunError, type Terminal } from '../../src/cli/terminal.ts';
import { settings, siteSettings } from '../helpers/memory-front.ts';
import { program, requires } from '../helpers/real.ts';

const dir = mkdtempSync(join(tmpdir(), 'sallyport-service-'));
after(() => { rmSync(dir, { recursive: true, force: true }); });
process.argv[1] = '/usr/local/bin/sallyport'; // what the units start

const terminal = (): { readonly terminal: Terminal; readonly said: () => string; readonly warned: () => string } => {
  let [out, err] = ['', ''];
  return { terminal: { cwd: dir, env: {}, interactive: false, out: (text: string) => { out += text; }, err: (text: string) => { err += text; } }, said: () => out, warned: () => err };
};
const refusal = async (run: Promise<unknown>): Promise<string> => {
  try { await run; } catch (error) { assert.ok(error instanceof RunError, String(error)); return error.message; }
  return assert.fail('nothing was thrown');
};

/** The unit of the service, as `service print` shows it. */
const printed = async (app: string, flags: Flags & { readonly name?: string }): Promise<{ readonly socket: string; readonly service: string }> => {
  const { terminal: here, said } = terminal();
  assert.equal(await printService(app, flags, here), 0);
  const [, socket = '', service = ''] = said().split(/^# \/etc\/systemd\/system\/.*\n/m);
  return { socket, service };
};

describe('a service', () => {
  test('scores below 2.0 with systemd-analyze security, and is what systemd can read', requires('systemd'), async () => {
    const { service, socket } = await printed('8000', { http: '8080', name: 'front' });
    writeFileSync(join(dir, 'front.service'), service);
    writeFileSync(join(dir, 'front.socket'), socket);
    const text = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', join(dir, 'front.service')], { encoding: 'utf8' });
    const score = Number(/Overall exposure level for front\.service: (\d+\.\d+)/.exec(text)?.[1]);
    assert.ok(score < 2, text);
  });

  test('is what docs/systemd.md shows', () => {
    const words = '8000 --cert /etc/sallyport/site.pem --key /etc/sallyport/site.key --domain example.com'.split(' ');
    const page = readFileSync(new URL('../../docs/systemd.md', import.meta.url), 'utf8');
    const facts = planFor(settings({ certificates: [{ cert: words[2]!, key: words[4]! }], https: { kind: 'auto' }, http: { kind: 'auto' } }), words);
    for (const { file, text } of unitsOf({ ...facts, name: 'sallyport', user: 'sallyport', group: undefined, program: ['/usr/local/bin/sallyport'], words, app: '8000', launched: false })) assert.ok(page.includes(`# /etc/systemd/system/${file}\n${text}\`\`\``), file);
  });

  test('says its words as systemd reads them', requires('systemd', 'util-linux'), () => {
    const words = ['plain', 'with space', '100%', '%n', '$HOME', '${HOME}', '$', '$$', 'a"b', "it's", 'back\\slash', '\\x41', 'tab\there', 'line\nbreak', ';', '', '-', '@x', '{"a": 1}', 'ü€', '#no', '~', '*', '|', '\\', '"', 'end\\'];
    const units = join(dir, 'units');
    const home = join(dir, 'home');
    for (const folder of [units, home]) mkdirSync(folder);
    for (const target of ['basic', 'shutdown']) writeFileSync(join(units, `${target}.target`), '[Unit]\n');
    writeFileSync(join(units, 'words.service'), `[Service]\nExecStart=${quoteProgram('/opt/a %n/prog')} ${words.map(quoteWord).join(' ')}\n`);
    const asRoot = process.getuid?.() === 0; // a manager for a user does not start as root
    if (asRoot) { chownSync(home, 65534, 65534); chmodSync(dir, 0o711); }
    const manager = ['/lib/systemd/systemd', '--test', '--user', '--unit=words.service'];
    const [file, ...args] = asRoot ? [program('util-linux'), '--reuid=65534', '--regid=65534', '--clear-groups', '--', ...manager] as const : manager;
    const dump = execFileSync(file!, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: home, SYSTEMD_UNIT_PATH: units, SYSTEMD_LOG_LEVEL: 'warning', LC_ALL: 'C.UTF-8' } });
    // It shows each word bare, or in double quotes with escapes.
    const line = /Command Line: (.*)/.exec(dump)?.[1] ?? assert.fail(dump);
    const read = [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare]) => bare ?? quoted!.replace(/\\(.)/g, (_, one: string) => ({ t: '\t', n: '\n' })[one] ?? one));
    // What is left to the moment of the start: a doubled dollar becomes one.
    assert.equal(read[0], '/opt/a %n/prog');
    assert.deepEqual(read.slice(1).map((word) => word.replaceAll('$$', '$')), words);
  });

  test('has its doors opened by systemd, where the call has them', () => {
    const given = { certificates: [{ cert: '/c', key: '/k' }] };
    const sockets = (changes: Parameters<typeof settings>[0], ipv6 = true): readonly string[] => planFor(settings(changes), [], ipv6).sockets;
    assert.deepEqual(sockets({ ...given, https: { kind: 'auto' }, http: { kind: 'auto' } }), ['443', '80']);
    assert.deepEqual(sockets({ https: { kind: 'auto' }, http: { kind: 'port', port: 8080 } }), ['127.0.0.1:443', '[::1]:443', '127.0.0.1:8080', '[::1]:8080']);
    assert.deepEqual(sockets({ https: { kind: 'auto' }, http: { kind: 'off' } }, false), ['127.0.0.1:443']);
    assert.deepEqual(sockets({ https: { kind: 'at', address: { kind: 'ip', host: '::', port: 8443 } }, http: { kind: 'at', address: { kind: 'unix', path: '/run/x.sock' } } }), ['[::]:8443', '/run/x.sock']);
  });

  test('sees homes and /tmp only where it serves from there', async () => {
    const files = (folder: string) => settings({ sites: [siteSettings({ routes: [{ kind: 'static', path: '/', dir: folder, cacheControl: undefined, fallback: undefined, missing: '404' }] })] });
    const seen = (folder: string): readonly boolean[] => { const plan = planFor(files(folder), []); return [plan.readsHomes, plan.readsTemporary]; };
    assert.deepEqual(seen('/srv/site'), [false, false]);
    assert.deepEqual(seen('/home/ann/site'), [true, false]);
    assert.deepEqual(seen('/homely'), [false, false]);
    assert.deepEqual(seen('/tmp/site'), [false, true]);
    assert.equal(planFor(settings(), ['unix:/run/user/1000/app.sock']).readsHomes, true);
    assert.match((await printed('8000', { logFile: 'front.log' })).service, new RegExp(`^ReadWritePaths=${dir}$`, 'm'));
  });

  test('is told its files by absolute paths, whatever flag names them', () => {
    const flags: Record<string, unknown> = {};
    for (const [row, , repeatable] of FLAG_GROUPS.flatMap(([, rows]) => rows)) {
      const [flag = '', kind = ''] = row.split(' ');
      const key = flag.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
      const value = kind === '' ? true : kind === '<prefix=dir>' ? '/a/=x y' : kind === '<door>' || kind === '<addr>' ? 'unix:x y' : 'x y';
      flags[key] = repeatable !== undefined ? [value, value] : value;
    }
    const words = absoluteWords('unix:a.sock, 127.0.0.1:1', flags, '/base');
    assert.equal(words[0], 'unix:/base/a.sock,127.0.0.1:1');
    const after = (flag: string): string[] => words.flatMap((word, i) => (word === flag ? [words[i + 1]!] : []));
    assert.deepEqual(after('--cert'), ['/base/x y', '/base/x y']);
    for (const flag of ['--key', '--key-pass-file', '--client-ca', '--secret-file', '--config', '--log-file', '--admin-password-file', '--upstream-ca', '--root']) assert.equal(after(flag)[0], '/base/x y', flag);
    assert.deepEqual(after('--static'), ['/a/=/base/x y', '/a/=/base/x y']);
    for (const flag of ['--https', '--admin']) assert.equal(after(flag)[0], 'unix:/base/x y', flag);
    for (const flag of ['--speaks', '--static-fallback', '--domain']) assert.equal(after(flag)[0], 'x y', flag);
    assert.equal(words.includes('--accept-proxy'), true);
  });

  test('runs as --user, and is reloaded by its own program', async () => {
    const { service } = await printed('8000', { user: 'www-data:ssl-cert', name: 'front' });
    assert.match(service, /^User=www-data\nGroup=ssl-cert$/m);
    assert.doesNotMatch(service, /--user/);
    assert.match(service, /^ExecReload=.* \/usr\/local\/bin\/sallyport reload --pid \$MAINPID$/m);
    assert.match((await printed('8000', { runtime: 'node' })).service, /^ExecReload=.* reload$/m); // systemd starts the launcher, which is another process
  });
});

describe('sallyport service install', () => {
  const folder = join(dir, 'etc');
  mkdirSync(folder);
  // Not the checkout's own: that may be in somebody's home, as this machine's Node may.
  const install = async (flags: object = {}, places: ServicePlaces = {}): Promise<string> => {
    const { terminal: here, said } = terminal();
    assert.equal(await installService('8000', { name: 'front', user: 'front', ...flags }, here, { folder, program: ['/usr/local/bin/sallyport'], ...places }), 0);
    return said();
  };

  test('writes both units, says what comes next, and says the same again', async () => {
    const said = await install();
    assert.match(said, /Next, as root:\n {2}useradd --system .* front\n {2}systemctl daemon-reload\n {2}systemctl enable --now front\.socket front\.service\n/);
    assert.match(readFileSync(join(folder, 'front.service'), 'utf8'), /^ExecStart=.* 8000$/m);
    assert.match(readFileSync(join(folder, 'front.socket'), 'utf8'), /^ListenStream=/m);
    assert.equal(await install(), said);
  });

  test('does not write over what somebody changed, shows it, and does with --force', async () => {
    const file = join(folder, 'front.service');
    writeFileSync(file, readFileSync(file, 'utf8').replace('Restart=on-failure', 'Restart=always'));
    const message = await refusal(install());
    assert.match(message, /front\.service is there and says something else:\n {2}front\.service\n {4}-Restart=always\n {4}\+Restart=on-failure\nNext: --force/);
    assert.match(readFileSync(file, 'utf8'), /Restart=always/);
    await install({ force: true });
    assert.match(readFileSync(file, 'utf8'), /Restart=on-failure/);
  });

  test('is refused where systemd is not, or the program is in somebody\'s home', async () => {
    assert.match(await refusal(install({}, { folder: join(dir, 'none') })), /not run by systemd/);
    const program = ['/usr/bin/node', '/root/.nvm/versions/node/v20.0.0/bin/sallyport'] as const;
    assert.match(await refusal(install({}, { program })), /would start \/root\/\.nvm.*sudo npm install --global sallyport/s);
    assert.match(await refusal(install({ https: '0' })), /cannot be a socket of systemd's/);
  });
});
