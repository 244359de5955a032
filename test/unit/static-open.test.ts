import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { closeQuietly, Folder, realPathByDescriptor, realPathByName, type RealPathOf } from '../../src/front/static/open.ts';

const base = mkdtempSync(join(tmpdir(), 'static-open-'));
after(() => { rmSync(base, { recursive: true, force: true }); });
for (const [name, content] of [['in/a.txt', 'good'], ['in/sub/b.txt', 'good'], ['out/sub/b.txt', 'SECRET'], ['in-neighbour/b.txt', 'SECRET']] as const) {
  mkdirSync(join(base, name, '..'), { recursive: true });
  writeFileSync(join(base, name), content);
}
symlinkSync('../out', join(base, 'in/leads-out'));
symlinkSync('../in-neighbour', join(base, 'in/neighbour'));
symlinkSync('sub', join(base, 'in/leads-in'));

async function kindOf(folder: Folder, name: string): Promise<string> {
  const opened = await folder.open(name);
  if (opened.kind === 'file') closeQuietly(opened.handle);
  return opened.kind;
}

const ways: readonly (readonly [string, RealPathOf, false | string])[] = [
  ['by the descriptor', realPathByDescriptor, process.platform !== 'linux' && 'only Linux tells a descriptor\'s path'],
  ['by the name', realPathByName, false],
];
for (const [way, realPathOf, skip] of ways) {
  test(`told ${way}: inside is a file, outside is missing`, { skip }, async () => {
    const folder = new Folder(join(base, 'in'), realPathOf);
    assert.equal(await kindOf(folder, 'a.txt'), 'file');
    assert.equal(await kindOf(folder, 'leads-in/b.txt'), 'file');
    assert.equal(await kindOf(folder, 'sub'), 'folder');
    for (const name of ['leads-out/sub/b.txt', 'leads-out', 'neighbour/b.txt', 'nothing', '../out/sub/b.txt']) assert.equal(await kindOf(folder, name), 'missing', name);
  });
}

test('a folder that is exchanged for a link between the check of a name and the opening gains nothing', async () => {
  const folder = new Folder(join(base, 'in'), async (handle, path, stats) => {
    // The file is open. Now the outside folder is put back to look as if an inside one had been opened.
    rmSync(join(base, 'in/swap'));
    renameSync(join(base, 'in/honest'), join(base, 'in/swap'));
    return realPathByName(handle, path, stats);
  });
  mkdirSync(join(base, 'in/honest'));
  writeFileSync(join(base, 'in/honest/b.txt'), 'good');
  symlinkSync('../out/sub', join(base, 'in/swap'));
  assert.equal(await kindOf(folder, 'swap/b.txt'), 'missing');
});

test('running out of descriptors is trouble, not a missing file', async () => {
  const folder = new Folder(join(base, 'in'), async () => { throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' }); });
  const opened = await folder.open('a.txt');
  assert.ok(opened.kind === 'trouble');
  assert.deepEqual([opened.fault.code, opened.fault.status, opened.fault.blame], ['no-descriptors', 503, 'operator']);
});

test('the root of the file system can be a folder', async () => {
  assert.equal(await kindOf(new Folder('/'), join(base, 'in/a.txt').slice(1)), 'file');
});
