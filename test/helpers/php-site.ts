/** A PHP site on disk, and a front before it without sockets: the test plays the FastCGI server. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { AppRoute, StaticRoute } from '../../src/config/settings/settings.ts';
import { decodeFastCgi, ended, stdout } from './cgi-decode.ts';
import type { FastCgiRequest } from './cgi-decode.ts';
import { MemoryFront, appRoute, servers, settings, siteSettings, upstream } from './memory-front.ts';
import type { MemoryWire } from './memory-transport.ts';
import { eventually } from './scope.ts';

const base = mkdtempSync(join(tmpdir(), 'sallyport-php-'));
after(() => { rmSync(base, { recursive: true, force: true }); });
export const ROOT = join(base, 'public');
export const BARE = join(base, 'bare');
const SOURCE = '<?php // SECRET';
for (const [name, content] of Object.entries({
  'public/index.php': SOURCE, 'public/wp-login.php': SOURCE, 'public/wp-admin/index.php': SOURCE, 'public/site.css': 'a{}', 'public/photo.jpg': 'JPEG',
  'public/docs/index.html': '<p>', 'public/db.inc': SOURCE, 'public/.env': 'SECRET', 'public/wp-config.php.bak': SOURCE, 'public/Grüße.php': SOURCE,
  'public/.git/index.php': SOURCE, 'bare/a.txt': 'a', 'bare/only.php': SOURCE, 'outside/x.php': SOURCE, 'outside/x.txt': 'SECRET',
})) {
  mkdirSync(join(base, name, '..'), { recursive: true });
  writeFileSync(join(base, name), content);
}
symlinkSync('../outside/x.php', join(ROOT, 'out.php'));
symlinkSync('../outside', join(ROOT, 'storage'));
symlinkSync('wp-login.php', join(ROOT, 'source.txt'));
symlinkSync('photo.jpg', join(ROOT, 'picture.php'));
symlinkSync('wp-login.php', join(ROOT, 'again.php'));
symlinkSync('photo.jpg', join(ROOT, 'again.jpg'));
utimesSync(join(ROOT, 'site.css'), 1_700_000_000, 1_700_000_000);

export const FPM = upstream({ protocol: 'fastcgi', servers: servers(9000) });
export const phpFront = (route: Partial<AppRoute> = {}, more: StaticRoute[] = []): MemoryFront =>
  new MemoryFront(settings({ sites: [siteSettings({ schemes: [['/', 'either']], routes: [...more, appRoute({ app: FPM, root: ROOT, ...route })] })] }));
export const get = (target: string, lines = ''): string => `GET ${target} HTTP/1.1\r\nHost: shop.test\r\n${lines}\r\n`;

export interface Asked extends FastCgiRequest { readonly variables: Map<string, string> }

export const asked = (app: MemoryWire): Asked => {
  const request = decodeFastCgi(Buffer.from(app.text, 'latin1'));
  const variables = new Map(request.params);
  assert.equal(variables.size, request.params.length, 'a variable twice');
  return { ...request, variables };
};
export const answer = (content: string, head = 'Content-Type: text/html\r\n'): Buffer => Buffer.concat([stdout(`${head}\r\n${content}`), stdout(''), ended()]);
export const settled = async (client: MemoryWire): Promise<string> => eventually('an answer', () => client.text !== '' && client.text);
