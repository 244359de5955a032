import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { docsPage } from '../../helpers/docs.ts';
import { runFront } from '../../helpers/front.ts';
import { answering, reply, startRawApp } from '../../helpers/raw-app.ts';
import { eventually, tempDir } from '../../helpers/scope.ts';

// One front for the whole page, and for what it promises of signals.
const page = docsPage('operations');
page.leave('endscript', 'its one command is typed here by hand, after a rename such as logrotate makes');

test('the log file, and what signals do', async (t) => {
  const dir = tempDir(t);
  const app = await startRawApp(t, answering(reply('ok')));
  const file = join(dir, 'access.log');
  const env = { SALLYPORT_DATA_DIR: dir };
  const reader = page.follow(t, { 8000: app.address, '/var/log/sallyport/access.log': `${file} --log-hide invite --scheme /=either` }, { env });
  const front = await reader.front('--log-file');
  const lines = (path = file): string => existsSync(path) ? readFileSync(path, 'utf8') : '';
  const logged = (target: string, path = file): Promise<boolean> => eventually(`${target} in ${path}`, () => lines(path).includes(`"target":"${target}"`) ? true : undefined);

  await t.test('requests are in it, without what lets somebody in; standard output keeps the events', async () => {
    await front.getHttp('/?reset_token=s3cr3t&invite=s3cr3t&page=2', { headers: { Cookie: 'a=s3cr3t', Authorization: 'Bearer s3cr3t', Referer: 'http://x/?password=s3cr3t' } });
    await logged('/?reset_token=***&invite=***&page=2');
    assert.ok(!lines().includes('s3cr3t'));
    assert.deepEqual(front.events().filter(({ event }) => event === 'request'), []);
  });

  await t.test('`sallyport reopen` and SIGUSR2 go on in a new file', async () => {
    renameSync(file, `${file}.1`);
    assert.equal((await reader.run('sallyport reopen')).stdout, `The log file ${file} was opened anew.\n`);
    await front.getHttp('/second');
    await logged('/second');
    renameSync(file, `${file}.2`);
    front.child.kill('SIGUSR2');
    await eventually('the file to be there again', () => existsSync(file) || undefined);
    await front.getHttp('/third');
    await logged('/third');
    assert.ok(!lines(`${file}.2`).includes('/third') && lines(`${file}.2`).includes('/second'));
  });

  // Node opens its inspector at SIGUSR1, on 127.0.0.1:9229: whoever may connect to that runs code with the key of the site.
  await t.test('SIGUSR1 does nothing at all', async () => {
    front.child.kill('SIGUSR1');
    await front.getHttp('/fourth');
    await logged('/fourth');
    assert.doesNotMatch(front.stderr(), /[Dd]ebugger|inspector/);
  });

  await t.test('what was logged last is there when it has ended, and so is nothing of its socket', async () => {
    await front.getHttp('/last');
    await front.stop();
    assert.ok(lines().includes('"target":"/last"'));
    const { exit, stderr } = await runFront(['reopen'], { env });
    assert.equal(exit.code, 1);
    assert.match(stderr, /No front is running/);
  });
});
