import { suite, test } from 'node:test';
import assert from 'node:assert/strict';
import { HeadCollector } from '../../src/core/http1/head-collector.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const text = (given: Uint8Array | undefined): string | undefined => given && Buffer.from(given).toString('latin1');

suite('the collector of heads in pieces', () => {
  test('gives all it has, and what came after, when the end of the head is in', () => {
    const collector = new HeadCollector();
    collector.add(bytes('GET / HTTP/1.1\r\nHost: a'));
    assert.equal(collector.add(bytes('\r\n')), undefined);
    assert.equal(text(collector.add(bytes('\r\nbody'))), 'GET / HTTP/1.1\r\nHost: a\r\n\r\nbody');
    assert.equal(collector.size, 31);
  });

  test('copies what it is lent', () => {
    const collector = new HeadCollector();
    const lent = bytes('GET / HTTP/1.1\r\nHost: a\r\n');
    collector.add(lent);
    lent.fill(0);
    assert.equal(text(collector.add(bytes('\r\n'))), 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  });

  test('a bare LF is worth a look at once, before the end', () => {
    const collector = new HeadCollector();
    collector.add(bytes('GET / HTTP/1.1\r\nHost: aaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'));
    assert.equal(collector.add(bytes('X: y')), undefined);
    assert.notEqual(collector.add(bytes('\n')), undefined);
  });

  test('more than a head may have is worth a look', () => {
    const collector = new HeadCollector();
    collector.add(new Uint8Array(40_000).fill(0x78));
    assert.equal(collector.add(new Uint8Array(25_536).fill(0x78)), undefined);
    assert.equal(collector.add(new Uint8Array(1).fill(0x78))?.length, 65_537);
  });

  test('byte by byte, all looks together see each byte a few times only', () => {
    const collector = new HeadCollector();
    let looked = 0;
    for (let i = 0; i < 65_536; i++) looked += collector.add(new Uint8Array([0x78]))?.length ?? 0;
    assert.ok(looked < 3 * 65_536, `${looked} bytes looked at`);
  });

  test('after a reset it begins anew and what it gave stays', () => {
    const collector = new HeadCollector();
    const first = collector.add(bytes('GET /one HTTP/1.1\r\nHost: a\r\n\r\n'));
    collector.reset();
    assert.equal(collector.size, 0);
    assert.equal(text(collector.add(bytes('GET /two HTTP/1.1\r\nHost: a\r\n\r\n'))), 'GET /two HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.equal(text(first), 'GET /one HTTP/1.1\r\nHost: a\r\n\r\n');
  });
});
