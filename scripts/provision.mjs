// Puts the real programs that the tests use in place (`npm test` runs it first): through apt on Debian as root;
// elsewhere it says which tests will be skipped and what would install what is missing. In CI a missing part fails.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const { parts } = JSON.parse(readFileSync(new URL('parts.json', import.meta.url), 'utf8'));
const debian = existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
const root = process.getuid?.() === 0;
const ci = Boolean(process.env.CI) && process.env.CI !== 'false';
const say = (text) => console.log(`provision: ${text}`);

/** Packages that are not there: by file first, and by what dpkg knows where a file is elsewhere. */
const missing = () => Object.keys(parts).filter((name) => {
  if (existsSync(parts[name].file)) return false;
  if (!debian) return true;
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f=${Status}', name], { encoding: 'utf8' });
  return !stdout?.includes('install ok installed');
});

const apt = (...args) => {
  const { status, stdout, stderr } = spawnSync('apt-get', [
    '-qq', '-y', '-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0', ...args,
  ], { encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' } });
  return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}`.trim() };
};

const install = (names) => {
  const attempt = () => apt('install', '--no-install-recommends', ...names);
  let result = attempt();
  for (let tries = 0; !result.ok && tries < 2; tries += 1) {
    // A machine fresh from an image has no package lists, or old ones that name files the mirror no longer has.
    say('refreshing the package lists');
    apt('update'); // one broken extra source fails the update as a whole; whether it was enough shows in the install
    result = attempt();
  }
  return result;
};

let absent = missing();
if (absent.length > 0 && debian && root) {
  say(`installing ${absent.join(' ')} (apt-get, for the tests against real programs)`);
  const { ok, output } = install(absent);
  if (!ok) say(`apt-get failed:\n${output}`);
  absent = missing();
  if (absent.length === 0) say('done');
}

if (absent.length > 0) {
  for (const name of absent) say(`missing: ${name} (${parts[name].for}); the tests that need it ${ci ? 'cannot run' : 'are skipped'}`);
  const command = `apt-get update && apt-get install -y --no-install-recommends ${absent.join(' ')}`;
  say(debian ? `to install: ${root ? command : `sudo sh -c '${command}'`}` : `to install, on Debian: ${command}`);
  if (ci) {
    say('in CI every test must run, so this is a failure');
    process.exitCode = 1;
  }
}

/** Frameworks that are too large for the project's own lock file, each in a folder of its own with exact versions. */
const frameworks = new URL('../test/frameworks/', import.meta.url);
for (const name of readdirSync(frameworks)) {
  const folder = fileURLToPath(new URL(`${name}/`, frameworks));
  if (existsSync(`${folder}node_modules/${name}/package.json`)) continue;
  say(`installing ${name} (npm, for the tests of the app's half)`);
  const { status, stderr } = spawnSync('npm', ['install', '--prefix', folder, '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'], { encoding: 'utf8' });
  if (status === 0) continue;
  say(`npm failed, so the tests with ${name} ${ci ? 'cannot run' : 'are skipped'}:\n${stderr}`);
  if (ci) process.exitCode = 1;
}
