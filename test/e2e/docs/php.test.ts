import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { docsPage } from '../../helpers/docs.ts';
import { fetchOnce } from '../../helpers/client.ts';
import { makeCertificate } from '../../helpers/certificate.ts';
import { startPhpFpm } from '../../helpers/php-fpm.ts';
import { tempDir } from '../../helpers/scope.ts';
import type { Scope } from '../../helpers/scope.ts';

const page = docsPage('php');
const SOCKET = '/run/php/php8.2-fpm.sock';
const TELL = '<?php header("Content-Type: application/json"); echo json_encode(["script" => basename(__FILE__), "server" => $_SERVER]);';

interface Told { readonly script: string; readonly server: Readonly<Record<string, string>> }

/** A site with what the page's table of paths names. */
const makeSite = (scope: Scope, files: Readonly<Record<string, string>> = {}): string => {
  const dir = tempDir(scope);
  const all = {
    'index.php': TELL, 'wp-login.php': TELL, 'wp-admin/index.php': TELL, 'wp-content/themes/x/style.css': 'a{}',
    '.env': 'SECRET', '.git/config': 'SECRET', 'wp-config.php.bak': 'SECRET', 'db.inc': 'SECRET', ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
};
const socketOf = (address: string): string => address.slice('fastcgi+unix:'.length);

describe('docs/php.md', page.requires('php-fpm', 'openssl'), () => {
  test('plain PHP on a socket: paths and variables are what the tables say', async (t) => {
    const root = makeSite(t);
    const fpm = await startPhpFpm(t, { unix: true });
    const reader = page.follow(t, { [SOCKET]: socketOf(fpm.address), '/var/www/html': root });
    const front = await reader.front(`sallyport fastcgi+unix:${SOCKET} --root /var/www/html`);

    const { server } = (await front.get('/index.php/a/b')).json<Told>();
    assert.deepEqual(['HTTPS', 'REQUEST_SCHEME', 'SERVER_NAME', 'SERVER_PORT', 'REMOTE_ADDR', 'HTTP_HOST', 'SCRIPT_FILENAME', 'SCRIPT_NAME', 'PATH_INFO', 'DOCUMENT_ROOT', 'HTTP_X_FORWARDED_PROTO'].map((name) => server[name]),
      ['on', 'https', 'localhost', String(front.httpsPort), '127.0.0.1', `localhost:${front.httpsPort}`, `${root}/index.php`, '/index.php', '/a/b', root, 'https']);
    for (const [path, script] of [['/wp-login.php', '/wp-login.php'], ['/wp-admin/', '/wp-admin/index.php'], ['/2026/hello-world/', '/index.php']] as const) {
      assert.equal((await front.get(path)).json<Told>().server['SCRIPT_NAME'], script);
    }
    assert.equal((await front.get('/wp-admin')).headers.location, '/wp-admin/');
    assert.equal((await front.get('/wp-content/themes/x/style.css')).headers['content-type'], 'text/css; charset=utf-8');
    for (const path of ['/.env', '/.git/config', '/wp-config.php.bak', '/db.inc']) assert.equal((await front.get(path)).status, 404, path);

    reader.write('sallyport.config.json');
    const { stdout } = await reader.run('sallyport check --config');
    assert.ok(stdout.includes(`PHP of ${root} at unix:${socketOf(fpm.address)}`), stdout);
  });

  test('plain PHP on a port', async (t) => {
    const root = makeSite(t);
    const fpm = await startPhpFpm(t);
    const reader = page.follow(t, { '127.0.0.1:9000': fpm.address.slice('fastcgi://'.length), '/var/www/html': root });
    const front = await reader.front('sallyport fastcgi://127.0.0.1:9000');
    assert.equal((await front.get('/')).json<Told>().server['HTTPS'], 'on');
  });

  test('WordPress: secure without the lines in wp-config.php, and with them', async (t) => {
    const root = makeSite(t, { 'plain.php': TELL, 'index.php': `<?php require __DIR__ . '/wp-config.php'; ?>${TELL}` });
    const fpm = await startPhpFpm(t, { unix: true });
    const { cert, key } = makeCertificate(tempDir(t), 'site', ['www.example.com']);
    const reader = page.follow(t, { [SOCKET]: socketOf(fpm.address), '/var/www/html': root, 'cert.pem': cert, 'key.pem': key }, { dir: root });
    reader.write('wp-config.php');
    const front = await reader.front('--domain www.example.com');
    for (const path of ['/plain.php', '/']) {
      const got = await fetchOnce(`https://www.example.com:${front.httpsPort}${path}`, { headers: { 'X-Forwarded-Proto': 'http' } });
      const { server } = got.json<Told>();
      assert.deepEqual([server['HTTPS'], server['SERVER_NAME'], server['HTTP_X_FORWARDED_PROTO']], ['on', 'www.example.com', 'https'], path);
    }
    assert.equal((await fetchOnce(`https://other.example:${front.httpsPort}/`)).status, 421);
  });

  test('Laravel: the root is public, and storage has a prefix of its own', async (t) => {
    const shop = makeSite(t, { 'public/index.php': TELL, 'storage/app/public/photo.txt': 'a photo', 'storage/app/public/shell.php': '<?php echo "SECRET";' });
    symlinkSync(join(shop, 'storage/app/public'), join(shop, 'public/storage'));
    const fpm = await startPhpFpm(t, { unix: true });
    const reader = page.follow(t, { [SOCKET]: socketOf(fpm.address), '/srv/shop': shop });
    const front = await reader.front('--root /srv/shop/public');
    assert.equal((await front.get('/orders/1')).json<Told>().server['SCRIPT_FILENAME'], `${shop}/public/index.php`);
    assert.equal((await front.get('/storage/photo.txt')).text, 'a photo');
    for (const path of ['/storage/shell.php', '/../.env', '/.env']) {
      const got = await front.get(path);
      assert.equal(got.status, 404, path);
      assert.doesNotMatch(got.text, /SECRET/);
    }
  });
});
