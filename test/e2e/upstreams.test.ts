import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startFront } from '../helpers/front.ts';
import { startDjango } from '../helpers/gunicorn.ts';
import { answering, reply, startRawApp } from '../helpers/raw-app.ts';
import { requires } from '../helpers/real.ts';
import { tempDir } from '../helpers/scope.ts';
import type { Told } from '../helpers/told.ts';

describe('a Gunicorn on a unix socket', requires('gunicorn', 'python3-django'), () => {
  test('is reached, and told the truth', async (t) => {
    const site = await startDjango(t, { unix: join(tempDir(t), 'run.sock') });
    const front = await startFront(t, [site.address]);
    const told = (await front.get('/truth')).json<Told>();
    assert.equal(told.secure, true, 'Gunicorn believes whoever has its socket');
    assert.equal(told.headers['HTTP_X_FORWARDED_FOR'], '127.0.0.1');
  });
});

test('a bare port and localhost find an app that listens on ::1 only', async (t) => {
  const app = await startRawApp(t, answering(() => reply('six')), { host: '::1', port: 0 });
  for (const written of [String(app.port), `localhost:${app.port}`, `http://localhost:${app.port}`, app.address, `http://[::1]:${app.port}`]) {
    const front = await startFront(t, [written]);
    assert.equal((await front.get('/')).text, 'six', written);
    await front.stop();
  }
});

test('an app is found by port, address and URL', async (t) => {
  const app = await startRawApp(t, answering(() => reply('four')));
  for (const written of [String(app.port), `localhost:${app.port}`, `127.0.0.1:${app.port}`, `http://127.0.0.1:${app.port}`, `http://127.0.0.1:${app.port}/`]) {
    const front = await startFront(t, [written]);
    assert.equal((await front.get('/')).text, 'four', written);
    await front.stop();
  }
});

test('a raw app on a unix socket is reached', async (t) => {
  const path = join(tempDir(t), 'app.sock');
  const app = await startRawApp(t, answering((request) => reply(request.get('Host') ?? '')), { path });
  const front = await startFront(t, [app.address]);
  assert.equal((await front.get('/')).text, `localhost:${front.httpsPort}`, 'Host is the client\'s, also here');
});
