import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createOwnUrl } from '../../src/core/policy/location.ts';
import { createMount } from '../../src/core/policy/mount.ts';
import { createStrip, prefixInUrls } from '../../src/core/policy/strip.ts';

describe('a prefix that is taken off', () => {
  const strip = createStrip('/shop/');

  it('leaves the rest byte for byte, and the query', () => {
    for (const [target, rest] of [
      ['/shop/', '/'], ['/shop', '/'], ['/shop?a=/shop/', '/?a=/shop/'], ['/shop/?', '/?'], ['/shop/x?y', '/x?y'], ['/shop/shop/x', '/shop/x'],
      ['/shop/a%20b/%C3%A9', '/a%20b/%C3%A9'], ['/shop/./x', '/./x'], ['/shop/a//b', '/a//b'],
      ['/shop/a;b=c', '/a;b=c'], ['/shop/a%2Fb', '/a%2Fb'], ['/shop/%73hop', '/%73hop'], ['/shop/100%', '/100%'], ['/shop/x?//evil/../%2e', '/x?//evil/../%2e'],
    ] as const) assert.equal(strip(target), rest, target);
  });

  it('is not cut where servers read the path differently', () => {
    for (const target of [
      '/%73hop/x', '//shop/x', '/./shop/x', '/x/../shop/y', '/shop/../shop/x', '/shop/%2e%2e/shop/x', '/shop/..;/shop/x', '/shop%2Fx', '/shop\\x', '/shop;a/x',
      '/shop/..%2fshop/x', '/shop/x/../y', '/shop/x/%2E%2e', '/shop/x/..%3bz/y', '/shop/..%5cshop/x', '\\shop/x',
    ]) assert.equal(strip(target), undefined, target);
  });

  // The app would see the host of a reference: with its prefix the same path was harmless.
  it('never leaves two slashes at the beginning', () => {
    for (const target of ['/shop//evil.test/', '/shop/\\evil.test/', '/shop//', '/shop///x', '/shop/.//evil.test', '/shop/%2Fevil.test', '/shop/%2e/%5cevil.test', '/shop/;x/evil.test']) assert.equal(strip(target), undefined, target);
  });

  it('is not found in what only looks like it', () => {
    for (const target of ['/shopping', '/', '*', '/x/shop/', '/SHOP/', '/sho', '/shop%', '']) assert.equal(strip(target), undefined, target);
  });

  it('may be spelled with the escapes that a browser has to write, and in the case of digits that it likes', () => {
    const kaese = createStrip('/käse laden/');
    assert.equal(kaese('/k%C3%A4se%20laden/x'), '/x');
    assert.equal(kaese('/k%c3%a4se%20laden'), '/');
    assert.equal(kaese('/%6b%C3%A4se%20laden/x'), undefined);
    assert.equal(prefixInUrls('/käse laden/'), '/k%C3%A4se%20laden');
  });
});

describe('what comes back from below a prefix', () => {
  const reached = { scheme: 'https', host: 'h.test:8443', port: 8443 } as const;
  const mount = createMount('/shop/', createOwnUrl({ httpsPort: 8443, httpPort: 8080, otherPorts: [8000] }));

  it('gets the prefix again where the app did not write it, once', () => {
    for (const [value, wanted] of [
      ['/', '/shop/'], ['/x?next=/y#z', '/shop/x?next=/y#z'], ['/shopping', '/shop/shopping'],
      ['/shop', '/shop'], ['/shop/x', '/shop/x'], ['/shop?x', '/shop?x'], ['/shop#x', '/shop#x'], ['/%73hop/x', '/%73hop/x'],
      ['https://h.test:8443/x', 'https://h.test:8443/shop/x'], ['https://h.test:8443', 'https://h.test:8443/shop/'], ['https://h.test:8443?x', 'https://h.test:8443/shop/?x'],
      ['http://H.test:8000/x', 'http://H.test:8000/shop/x'], ['//h.test/x', '//h.test/shop/x'], ['https://h.test:8443/shop/x', 'https://h.test:8443/shop/x'],
    ] as const) assert.equal(mount.url(value, reached), wanted, value);
  });

  it('is left alone where it is not the site\'s, or has no path of its own', () => {
    for (const value of ['https://other.test/x', '//other.test/x', '/\\other.test', 'https://h.test:9999/x', 'x', '../x', '?x', '#x', '', 'mailto:a@h.test', 'https://h.test\\@evil/']) {
      assert.equal(mount.url(value, reached), value);
    }
  });

  it('a cookie\'s path likewise, but not the whole host', () => {
    for (const [value, wanted] of [
      ['a=b; Path=/account; HttpOnly', 'a=b; Path=/shop/account; HttpOnly'], ['a=b;path = /x ', 'a=b;path = /shop/x'], ['a=b; Path=/shop/x', 'a=b; Path=/shop/x'],
      ['a=b; Path=/', 'a=b; Path=/'], ['__Host-a=b; Path=/; Secure', '__Host-a=b; Path=/; Secure'], ['a=b', 'a=b'], ['path=/x', 'path=/x'], ['a=b; Path', 'a=b; Path'], ['a=b; Path=x', 'a=b; Path=x'],
    ] as const) assert.equal(mount.cookie(value), wanted, value);
  });
});
