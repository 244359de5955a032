import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSelfRedirect, type LoopAnswer, type LoopRequest } from '../../src/core/policy/loops.ts';

const request: LoopRequest = { method: 'GET', scheme: 'https', host: 'shop.example:8443', target: '/a/b?q=1', publicPort: 8443 };
const answer = (location: string | undefined, more: Partial<LoopAnswer> = {}): LoopAnswer => ({ status: 301, location, setsCookie: false, ...more });

describe('a redirect to the very same URL', () => {
  for (const location of [
    'https://shop.example:8443/a/b?q=1', 'https://SHOP.example:8443/a/b?q=1#top', '//shop.example:8443/a/b?q=1', '/a/b?q=1', 'b?q=1', './b?q=1', '?q=1', '#top', '/a/../a/b?q=1', '/%61/b?q=1', '../a/b?q=1',
  ]) it(`is ${location}`, () => assert.equal(isSelfRedirect(request, answer(location)), true));

  for (const location of [
    undefined, '', 'http://shop.example:8443/a/b?q=1', 'https://shop.example/a/b?q=1', 'https://other.example:8443/a/b?q=1', 'https://shop.example:9443/a/b?q=1', '/a/b', '/a/b?q=2', '/a/b/?q=1', '/A/b?q=1', '//other/a/b?q=1', 'mailto:b', '/login?next=/a/b%3Fq=1',
  ]) it(`is not ${String(location)}`, () => assert.equal(isSelfRedirect(request, answer(location)), false));

  it('is one for GET and HEAD over https, with a status that is followed and no cookie', () => {
    const location = '/a/b?q=1';
    for (const status of [301, 302, 303, 307, 308]) assert.equal(isSelfRedirect(request, answer(location, { status })), true, String(status));
    for (const status of [200, 201, 300, 304, 404]) assert.equal(isSelfRedirect(request, answer(location, { status })), false, String(status));
    assert.equal(isSelfRedirect({ ...request, method: 'HEAD' }, answer(location)), true);
    assert.equal(isSelfRedirect({ ...request, method: 'POST' }, answer(location)), false);
    assert.equal(isSelfRedirect({ ...request, scheme: 'http', publicPort: 8080 }, answer(location)), false);
    assert.equal(isSelfRedirect(request, answer(location, { setsCookie: true })), false);
  });

  it('is one too where the app takes the port from a Host that says another than the door', () => {
    const mapped = { ...request, host: 'shop.example' }; // a container's -p 443:8443
    assert.equal(isSelfRedirect(mapped, answer('https://shop.example/a/b?q=1')), true);
    assert.equal(isSelfRedirect(mapped, answer('https://shop.example:8443/a/b?q=1')), true);
    assert.equal(isSelfRedirect({ ...request, host: '[::1]:8443' }, answer('https://[::1]:8443/a/b?q=1')), true);
  });

  it('is that of `*` and of the root', () => {
    assert.equal(isSelfRedirect({ ...request, target: '/' }, answer('https://shop.example:8443')), true);
  });
});
