import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileName } from '../../src/front/static/names.ts';

const unix = { windows: false };
const windows = { windows: true };
const bytes = (text: string): string => Buffer.from(text).toString('latin1');

test('a path is the name of a file, a folder is its index', () => {
  assert.equal(fileName('a/b.css', unix), 'a/b.css');
  assert.equal(fileName('', unix), 'index.html');
  assert.equal(fileName('a/', unix), 'a/index.html');
  assert.equal(fileName('a b+c%20.txt', unix), 'a b+c%20.txt', 'what was decoded once is not decoded again');
});

test('UTF-8 bytes become the name; other bytes name nothing', () => {
  assert.equal(fileName(bytes('grüße/日本.txt'), unix), 'grüße/日本.txt');
  assert.equal(fileName('\xff.txt', unix), undefined);
  assert.equal(fileName('\xc0\xaf', unix), undefined, 'an overlong slash');
});

test('no dot files and no dot folders', () => {
  for (const rest of ['.env', '.git/config', 'a/.b', 'a/.b/', '..', '../x', 'a/../b', './a', '.well-known/.env', 'a/.well-known/x']) {
    assert.equal(fileName(rest, unix), undefined, rest);
  }
});

test('.well-known is served directly below the prefix, and no deeper', () => {
  assert.equal(fileName('.well-known/security.txt', unix), '.well-known/security.txt');
  assert.equal(fileName('.well-known/a/', unix), '.well-known/a/index.html');
  assert.equal(fileName('.well-known', unix), undefined);
  assert.equal(fileName('a/.well-known/security.txt', unix), undefined);
});

test('NUL, control characters, backslashes and empty segments name nothing', () => {
  for (const rest of ['a\0', 'a\0.txt', 'a\r\nb', 'a\x1b', 'a\x7f', '..\\x', 'a\\b', '/etc/passwd', 'a//b', '//']) {
    assert.equal(fileName(rest, unix), undefined, JSON.stringify(rest));
  }
});

test('on Windows, devices, streams, short names and stripped endings name nothing; elsewhere they are names', () => {
  const names = ['con', 'NUL.txt', 'a/aux', 'com1.log', bytes('COM¹'), 'lpt9 .txt', 'a.txt:stream', 'a::$DATA', 'c:/x', 'git~1/config', 'a. ', 'a.', 'a /b', 'x|y'];
  for (const name of names) assert.equal(fileName(name, windows), undefined, name);
  for (const name of names) assert.notEqual(fileName(name, unix), undefined, name);
  for (const name of ['console.log', 'nullable.js', 'auxiliary', 'common.css', 'com10', 'a~b']) assert.equal(fileName(name, windows), name);
});
