/** docs/systemd.md: units that systemd takes, and the call in them on sockets as they say. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { makeCertificate } from '../../helpers/certs.ts';
import { docsPage } from '../../helpers/docs.ts';
import { BIN } from '../../helpers/front.ts';
import { quietPort } from '../../helpers/ports.ts';
import { runProgram, startProgram } from '../../helpers/program.ts';
import { eventually, tempDir } from '../../helpers/scope.ts';
import { Talk } from '../../helpers/talk.ts';

const page = docsPage('systemd');
page.leave('sudo useradd', 'the tests add no users to this machine');
page.leave('sudo sallyport service install', 'the tests install no service into this machine');
page.leave('sudo chgrp', 'there is no such group here');
page.leave('sudo systemctl daemon-reload', 'the tests install no service into this machine');
page.leave('sudo systemctl enable', 'the same');

describe('a service of systemd', page.requires('systemd', 'openssl'), () => {
  test('systemd takes the units, and the service serves on their sockets', async (t) => {
    const dir = tempDir(t);
    const [https, http] = [await quietPort(), await quietPort()];
    for (const name of ['units', 'keys', 'bin']) mkdirSync(join(dir, name));
    const own = join(dir, 'bin/sallyport');
    writeFileSync(own, `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
    chmodSync(own, 0o755);
    makeCertificate(join(dir, 'keys'), { name: 'site', sans: ['DNS:example.com'] });
    const reader = page.follow(t, {
      '/etc/systemd/system': join(dir, 'units'), '/usr/local/bin/sallyport': own, 443: `127.0.0.1:${https}`, 80: `127.0.0.1:${http}`,
      '/etc/sallyport/site.pem': join(dir, 'keys/site.crt'), '/etc/sallyport/site.key': join(dir, 'keys/site.key'),
    });
    const units = ['sallyport.socket', 'sallyport.service'].map((name) => reader.write(join('/etc/systemd/system', name)));

    const { exit, stderr } = await runProgram(['systemd-analyze', 'verify', ...units], { env: { PATH: process.env['PATH'], SYSTEMD_UNIT_PATH: `${join(dir, 'units')}:` } });
    assert.deepEqual([exit.code, stderr.split('\n').filter((line) => line.includes(dir))], [0, []]);

    const [, call = ''] = /^ExecStart=(.*)$/m.exec(reader.text('/etc/systemd/system/sallyport.service')) ?? [];
    const places = [...reader.text('/etc/systemd/system/sallyport.socket').matchAll(/^ListenStream=(.*)$/mg)].flatMap(([, place]) => ['-l', place!]);
    const service = startProgram(t, ['systemd-socket-activate', ...places, '-E', `SALLYPORT_DATA_DIR=${dir}`, ...call.split(' ')], { cwd: dir });
    const talk = await eventually('the door', () => Talk.open(http).catch(() => undefined), 15_000);
    talk.say('GET / HTTP/1.0\r\nHost: example.com\r\n\r\n');
    assert.match(await talk.toTheEnd(30_000), new RegExp(`Location: https://example.com:${https}/`));
    assert.match((await service.prints(/"event":"ready".*/))[0], new RegExp(`"https":"https://example.com:${https}","http":"http://example.com:${http}"`));
  });
});
