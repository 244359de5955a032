import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { chooseScript, mayBeGivenOut, type ScriptChoice } from '../../src/core/fastcgi/script.ts';
import { comparedPath } from '../../src/core/policy/paths.ts';

const FILES = ['/index.php', '/wp-login.php', '/wp-admin/index.php', '/remote.php', '/a.php/b.php', '/site.css', '/photo.jpg', '/docs/index.html', '/config.php.bak', '/lib/db.inc', '/x.phps', '/app.phar', '/old.phtml', '/.env', '/.git/config', '/.well-known/security.txt', '/CAPS.PHP', '/up/.hidden.php'];
const exists = (path: string): boolean => FILES.includes(path);
const choose = (target: string, there = exists): ScriptChoice => chooseScript(comparedPath(target), there);
const script = (path: string, pathInfo = ''): ScriptChoice => ({ kind: 'script', script: path, pathInfo });
const FRONT: ScriptChoice = { kind: 'front-controller', script: '/index.php', pathInfo: '' };

suite('which file answers', () => {
  const cases: readonly [target: string, choice: ScriptChoice][] = [
    ['/index.php', script('/index.php')],
    ['/wp-login.php?redirect=/index.php', script('/wp-login.php')],
    ['/index.php/blog/1', script('/index.php', '/blog/1')],
    ['/index.php/', script('/index.php', '/')],
    ['/index.php/x.php', script('/index.php', '/x.php')],
    ['/a.php/b.php/c', script('/a.php/b.php', '/c')], // a folder may be called a.php
    ['/remote.php/dav/.hidden', script('/remote.php', '/dav/.hidden')],
    ['/wp-admin/', script('/wp-admin/index.php')],
    ['/wp-admin', { kind: 'redirect', path: '/wp-admin/' }],
    ['/docs/', { kind: 'static', path: '/docs/index.html' }],
    ['/docs', { kind: 'redirect', path: '/docs/' }],
    ['/', script('/index.php')],
    ['/site.css', { kind: 'static', path: '/site.css' }],
    ['/.well-known/security.txt', { kind: 'static', path: '/.well-known/security.txt' }],
    ['/.well-known/openid-configuration', FRONT],
    ['/2026/hello-world/', FRONT],
    ['/missing.php', FRONT],
    ['/site.css/x', FRONT],
  ];
  for (const [target, choice] of cases) test(`${target}`, () => { assert.deepEqual(choose(target), choice); });

  test('none, without a front controller', () => {
    assert.equal(choose('/2026/', (path) => path === '/a.php').kind, 'not-found');
  });
});

suite('no script is run but one that is there by that very name', () => {
  test('not a photo with a script\'s name behind it (cgi.fix_pathinfo)', () => {
    assert.deepEqual(choose('/photo.jpg/x.php'), FRONT);
    assert.deepEqual(choose('/photo.jpg%00.php').kind, 'not-found');
  });

  test('not one above the root, however it is written', () => {
    for (const target of ['/../etc/x.php', '/%2e%2e/etc/x.php', '/..%2fetc/x.php', '/..\\etc\\x.php', '/a/..%5c..%5cx.php']) {
      const asked: string[] = [];
      choose(target, (path) => { asked.push(path); return false; });
      assert.ok(asked.every((path) => !path.includes('..') && !path.includes('\\')), `${target}: ${asked.join(' ')}`);
    }
  });

  test('nothing is asked of the disk for raw dot segments, NUL, control characters and backslashes, were a path to come in undone', () => {
    for (const path of ['/../x.php', '/a/./x.php', '//x.php', '/x.php\0', '/x\n.php', '/a\\x.php', 'x.php', '']) {
      const choice = chooseScript(path, () => { assert.fail(`asked for ${JSON.stringify(path)}`); });
      assert.equal(choice.kind, 'not-found', path);
    }
  });

  test('not a hidden one', () => {
    assert.equal(choose('/up/.hidden.php').kind, 'not-found');
    assert.equal(choose('/up/.hidden.php/x').kind, 'not-found');
  });

  test('not one whose letters fold: positions are those of the path as it is (CVE-2026-27590)', () => {
    const path = `/${'\xc4\xb0'.repeat(4)}.php.txt/x.php`;
    assert.deepEqual(chooseScript(path, (asked) => asked === path), script(path));
    assert.deepEqual(choose('/INDEX.PHP/x', (asked) => asked.toLowerCase() === '/index.php').kind, 'front-controller');
  });

  test('not after more looks at the disk than a path is worth', () => {
    let asked = 0;
    assert.equal(chooseScript('/a.php'.repeat(2000), () => { asked++; return false; }).kind, 'not-found');
    assert.ok(asked <= 12, String(asked));
  });
});

suite('source is never given out', () => {
  for (const target of ['/config.php.bak', '/lib/db.inc', '/x.phps', '/app.phar', '/old.phtml', '/CAPS.PHP', '/.env', '/.git/config']) {
    test(`${target}, which is there`, () => { assert.equal(choose(target).kind, 'not-found'); });
  }

  test('nor by a name that another system takes for the same file', () => {
    for (const name of ['/index.php.', '/index.php ', '/index.php%20', '/index.php...', '/index.php::$DATA', '/INDEX.PHP', '/index.pHp', '/index.php~', '/index.php5', '/index.php74', '/wp-config.php.save', '/index.php_old', '/a.inc.txt', '/x.PHAR.gz']) {
      assert.notEqual(chooseScript(comparedPath(name), () => true).kind, 'static', name);
      assert.equal(mayBeGivenOut(comparedPath(name)), false, name);
    }
  });

  test('while what only looks alike is', () => {
    for (const name of ['/php.css', '/phpinfo', '/a.phpx', '/include.js', '/x.inches', '/folder.php/picture.png']) assert.equal(mayBeGivenOut(name), true, name);
  });
});
