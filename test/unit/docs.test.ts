/** Every page of docs/ is followed by a test of its own, and following one means what its helper says. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { openPage } from '../helpers/docs.ts';
import { blocksOf, followedBy, linesOf, pageNames, pageText, replaceWords } from '../helpers/docs-page.ts';

for (const name of pageNames()) {
  const blocks = blocksOf(pageText(name));
  if (blocks.length === 0) continue;
  test(`docs/${name}.md is followed by ${followedBy(name)}`, () => {
    const file = new URL(`../../${followedBy(name)}`, import.meta.url);
    assert.ok(existsSync(file), 'the page has commands or files, and nothing follows it');
    assert.ok(readFileSync(file, 'utf8').includes(`docsPage('${name}')`));
  });
  test(`docs/${name}.md says what every block is`, () => {
    for (const { language, line } of blocks) assert.notEqual(language, '', `line ${line}: sh for commands, text for what a program prints, else the language of the file`);
  });
  test(`README.md leads to docs/${name}.md`, () => {
    assert.ok(readFileSync(new URL('../../README.md', import.meta.url), 'utf8').includes(`docs/${name}.md`));
  });
}

const PAGE = `# A page
\`\`\`sh
# first
serve --port 8000 \\
  --more 18000
sallyport 8000
\`\`\`
Put this into \`mysite/settings.py\`, by \`hand\`:

\`\`\`python
PORT = 8000
\`\`\`
- a list

  \`\`\`nginx
  # nginx.conf, at the balancer
  listen 8000;
  \`\`\`
`;

test('blocks, their languages, places and names', () => {
  assert.deepEqual(blocksOf(PAGE).map(({ line, language, file, text }) => [line, language, file, text.split('\n')[0]]), [
    [3, 'sh', undefined, '# first'],
    [11, 'python', 'mysite/settings.py', 'PORT = 8000'],
    [16, 'nginx', 'nginx.conf', '# nginx.conf, at the balancer'],
  ]);
});

test('a command goes on after a backslash; a comment is none', () => {
  assert.deepEqual(linesOf(blocksOf(PAGE)[0]!), [{ line: 4, text: 'serve --port 8000 --more 18000' }, { line: 6, text: 'sallyport 8000' }]);
});

test('words are replaced whole, once, the longest first', () => {
  assert.equal(replaceWords('8000 18000 127.0.0.1:8000 /srv/app /srv/apple x.8000', { 8000: '1', '127.0.0.1:8000': '[::1]:8000', '/srv/app': '/t' }), '1 18000 [::1]:8000 /t /srv/apple x.1');
});

test('a page is followed when every command and file was taken, or left with a reason', (t) => {
  const page = openPage('docs/a.md', PAGE);
  assert.deepEqual(page.left().map((line) => line.slice(0, 12)), ['docs/a.md:4:', 'docs/a.md:6:', 'docs/a.md:11', 'docs/a.md:16']);
  const reader = page.follow(t, { 8000: '4711' });
  assert.equal(reader.line('serve'), 'serve --port 4711 --more 18000');
  assert.equal(readFileSync(reader.write('mysite/settings.py'), 'utf8'), 'PORT = 4711\n');
  assert.equal(reader.write('mysite/settings.py'), join(reader.dir, 'mysite/settings.py'));
  assert.equal(reader.text('listen'), '# nginx.conf, at the balancer\nlisten 4711;\n');
  assert.throws(() => { page.leave('sallyport', ''); }, /say why/);
  page.leave('sallyport', 'another test does');
  assert.deepEqual(page.left(), []);
});

test('what the page does not say is an error: a word to replace, a command, a file', (t) => {
  const page = openPage('docs/a.md', PAGE);
  assert.throws(() => page.follow(t, { 800: '1' }), /no block of docs\/a\.md says "800"/);
  const reader = page.follow(t, {});
  assert.throws(() => reader.line('8000'), /2 commands/);
  assert.throws(() => reader.line('gunicorn'), /0 commands[^]*4: serve/);
  assert.throws(() => reader.text('urls.py'), /0 blocks/);
});
