/** Puts in place what the benchmark needs: npm packages of bench/ alone, and Debian's programs through apt as root. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Part {
  readonly file: string;
  readonly for: string;
  readonly needed?: boolean;
}

const HERE = fileURLToPath(new URL('./', import.meta.url));

/** What is still missing afterwards; `least`: only what it cannot do without. Throws where that is missing. */
export function provision(say: (text: string) => void, least: boolean): string[] {
  const { parts } = JSON.parse(readFileSync(`${HERE}parts.json`, 'utf8')) as { parts: Record<string, Part> };
  const absent = (): string[] => Object.keys(parts).filter((name) => !existsSync(parts[name]!.file) && (!least || parts[name]!.needed === true));
  const first = absent();
  if (first.length > 0) install(first, say);
  if (!least && !existsSync(`${HERE}node_modules/.package-lock.json`)) {
    say('installing the npm packages of bench/');
    const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: HERE, encoding: 'utf8' });
    if (status !== 0) say(`npm ci in bench/ failed, so the peers from npm are missing:\n${stderr}`);
  }
  const missing = absent();
  const without = missing.filter((name) => parts[name]!.needed === true);
  if (without.length > 0) throw new Error(`missing: ${without.map((name) => `${name} (${parts[name]!.for})`).join(', ')}. To install, on Debian as root: apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`);
  return missing.map((name) => `${name} (${parts[name]!.for}); apt-get install ${name}`);
}

function install(names: readonly string[], say: (text: string) => void): void {
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) return;
  say(`installing ${names.join(' ')}`);
  const apt = (...args: string[]): boolean => spawnSync('apt-get', ['-qq', '-y', '-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=300', ...args], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, stdio: 'ignore' }).status === 0;
  // Package lists that are absent or old are the usual reason; a single name that no longer exists must not cost the others.
  if (apt('install', '--no-install-recommends', ...names)) return;
  apt('update');
  if (apt('install', '--no-install-recommends', ...names)) return;
  for (const name of names) apt('install', '--no-install-recommends', name);
}
