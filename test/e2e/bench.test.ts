/** The benchmark runs from its start to its end, and leaves nothing behind. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { requires } from '../helpers/real.ts';
import { tempDir } from '../helpers/scope.ts';

test('one case in one round: nginx and Sallyport do the same work, and both are measured', { ...requires('nginx', 'openssl', 'wrk', 'nghttp2-client', 'util-linux') }, (t) => {
  const dir = tempDir(t);
  chmodSync(dir, 0o755); // nginx's workers read the certificate's folder and the bodies as another user
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'bench/main.ts', '--smoke'], { cwd, encoding: 'utf8', env: { ...process.env, TMPDIR: dir } });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /\nnginx +\d[\d.]* [^\n]* 1\.00\nSallyport \(Node\) +\d[\d.]* [^\n]* \d+\.\d\d\n/, stdout);
  // tsx and the like keep caches of their own there; the run's folder is gone with everything in it.
  assert.deepEqual(readdirSync(dir).filter((name) => name.startsWith('sallyport-bench-')), []);
});
