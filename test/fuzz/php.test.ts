// Invariant: a path, however it is written, never runs or gives out what is not allowed: PHP-FPM is told an existing, visible .php file inside the root by its own name, and a client gets the bytes of a visible file inside the root that is no source, or none.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, suite, test } from 'node:test';
import { decodeFastCgi } from '../helpers/cgi-decode.ts';
import { MemoryFront, appRoute, servers, settings, siteSettings, upstream } from '../helpers/memory-front.ts';
import { Random } from '../helpers/random.ts';

const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 4); // for each site
const LEAST = 3000; // also on a busy machine: enough to have met everything
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 32);

const base = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-fuzz-php-')));
after(() => { rmSync(base, { recursive: true, force: true }); });
const ROOT = join(base, 'in');

// What is allowed is written down here, by hand; nothing of it comes from the code under test.
const RUN = ['/index.php', '/x.php', '/a/index.php', '/a/x.php', '/a.php/x.php', '/.well-known/x.php'];
const OPEN = ['/p.jpg', '/a/s.css', '/d/index.html', '/.well-known/t', '/a.php/p.jpg', '/php', '/x.phpx', '/p.php.d/t'];
const CLOSED = ['/.env', '/.git/x.php', '/a/.x.php', '/.x.php', '/x.inc', '/X.PHP', '/x.php.bak', '/x.php~', '/x.phps', '/a/x.phar', '/x.php5', '/a/.well-known/x.php', '/x.php ', '/x.php.', '/x.php::$DATA', '/x.php;a'];
const OUTSIDE = ['x.php', 'p.jpg', 'index.php'];
const put = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
for (const name of RUN) put(ROOT + name, `SECRET ${name}`);
for (const name of OPEN) put(ROOT + name, `OPEN ${name} END`);
for (const name of CLOSED) put(ROOT + name, `SECRET ${name}`);
for (const name of OUTSIDE) put(join(base, 'out', name), `SECRET outside ${name}`);
for (const [link, to] of [['link.php', 'x.php'], ['in', 'a'], ['link.jpg', 'p.jpg'], ['out', '../out'], ['out.php', '../out/x.php'], ['out.jpg', '../out/p.jpg'], ['source.txt', 'x.php'], ['hole.php', 'p.jpg'], ['up', '..'], ['loop.php', 'loop.php']] as const) symlinkSync(to, join(ROOT, link));

const NAMES = ['', '.', '..', 'in', 'a', 'd', 'out', 'up', 'php', 'files', 'blog', ...[...RUN, ...OPEN, ...CLOSED].flatMap((name) => name.split('/')), 'out.php', 'out.jpg', 'source.txt', 'hole.php', 'loop.php', 'missing', 'missing.php', base.slice(1)];
const JOINTS = ['/', '/', '/', '/', '//', '%2f', '%2F', '\\', '%5c', '%252f', '/./', '/%2e/', ';/', '%00/', '/x/../', '/x/%2e%2e/'];
const TAILS = ['', '', '', '', '/', '//', '/.', '/.php', '/x', '/..', '%00', '%00.php', '%00.jpg', '%0a', '%20', '%20/', '.', '...', '%2e', '~', '::$DATA', '%3a%3a$DATA', ';.jpg', ';x=.php', '?.php', '?/../x.php', '%3f.jpg', '%23', '.PHP', '.bak', '%c0%ae', '%ff', '%2ephp', '%252ephp'];

/** Some of its characters in another spelling. */
const respelled = (random: Random, text: string): string => [...text].map((char) => {
  if (char === '%' || !random.chance(0.06)) return char;
  const hex = char.charCodeAt(0).toString(16).padStart(2, '0');
  return random.pick([`%${hex}`, `%${hex.toUpperCase()}`, `%25${hex}`, char.toUpperCase(), char.toLowerCase()]);
}).join('');

function target(random: Random, prefixes: readonly string[]): string {
  const known = random.chance(0.5) ? random.pick([...RUN, ...OPEN, ...CLOSED]) : '';
  let path = random.pick(prefixes) + known;
  const count = known === '' ? 1 + random.int(4) : random.int(2);
  for (let i = 0; i < count; i++) path += random.pick(JOINTS) + random.pick(NAMES);
  path = respelled(random, path + random.pick(TAILS)).replace(/[^\x21-\x7e]/g, '%20').replaceAll('#', '%23');
  return path.startsWith('/') ? path : `/${path}`;
}

const folder = (path: string) => ({ kind: 'static', path, dir: ROOT, cacheControl: undefined, fallback: undefined, missing: '404' } as const);
const php = (path: string) => appRoute({ path, root: ROOT, app: upstream({ protocol: 'fastcgi', servers: servers(9000) }) });
const SITES = [
  ['at the root', [php('/')], ['']],
  ['below a prefix, with the same folder as plain files beside it', [php('/blog/'), folder('/files/')], ['', '/blog', '/blog', '/files', '/files', '/blog/../files']],
  ['as what a folder misses', [{ ...folder('/'), missing: 'app' as const }, php('/')], ['']],
] as const;

suite(`paths at a PHP site (seed ${SEED})`, () => {
  for (const [what, routes, prefixes] of SITES) {
    test(what, async () => {
      const random = new Random(SEED);
      const front = new MemoryFront(settings({ log: 'off', sites: [siteSettings({ routes: [...routes] })] }));
      const seen = { run: new Set<string>(), open: new Set<string>(), other: new Set<string>() };
      const end = performance.now() + SECONDS * 1000;
      for (let cases = 0; cases < LEAST || performance.now() < end; cases++) {
        const asked = target(random, prefixes);
        const method = random.pick(['GET', 'GET', 'GET', 'HEAD', 'POST']);
        const before = front.transport.made.length;
        const client = front.client();
        client.say(`${method} ${asked} HTTP/1.1\r\nHost: shop.test\r\n${method === 'POST' ? 'Content-Length: 0\r\n' : ''}\r\n`);
        while (client.text === '' && front.transport.made.length === before) await new Promise((go) => { setImmediate(go); });
        const about = `${method} ${asked}`;
        if (front.transport.made.length > before) {
          const variables = new Map(decodeFastCgi(Buffer.from(front.app().text, 'latin1')).params);
          const script = variables.get('SCRIPT_FILENAME')!;
          // A link inside the root to a file inside the root is that file.
          assert.ok(script.startsWith(`${ROOT}/`) && script.endsWith('.php') && RUN.includes(realpathSync(script).slice(ROOT.length)), `${about} ran ${script}`);
          assert.doesNotMatch(script.slice(ROOT.length), /\/(?!\.well-known\/)\.|.\/\.well-known|\/\/|[\\\0]/, `${about} ran ${script}`);
          assert.ok([`${script.slice(ROOT.length)}`, `/blog${script.slice(ROOT.length)}`].includes(variables.get('SCRIPT_NAME')!), about);
          assert.ok(/^(?:\/|$)/.test(variables.get('PATH_INFO')!) && !variables.has('PATH_TRANSLATED'), about);
          seen.run.add(script.slice(ROOT.length));
        } else {
          const { text } = client;
          assert.doesNotMatch(text, /SECRET/, about);
          const status = text.slice(9, 12);
          const body = text.slice(text.indexOf('\r\n\r\n') + 4);
          if (status === '200') {
            const [, name = ''] = /^OPEN (\S+) END$/.exec(body) ?? [];
            if (method === 'GET') assert.ok(OPEN.includes(name), `${about} gave ${text}`);
            if (name !== '') seen.open.add(name);
          } else {
            assert.match(status, /^(?:307|400|404|405)$/, `${about}: ${text}`);
            if (status === '307') assert.match(text, /\r\nLocation: \/(?![/\\])[\x21-\x7e]*\r\n/, about);
            seen.other.add(status);
          }
        }
        client.break();
      }
      assert.ok(seen.run.size >= 3 && seen.open.size >= 3 && seen.other.size >= 2, JSON.stringify(Object.values(seen).map((set) => [...set])));
    });
  }
});
