/** What `sallyport settings` prints, put into real apps: they tell the truth, do not loop, and believe no client. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startFront, type Front } from '../helpers/front.ts';
import { makeMysite } from '../helpers/mysite.ts';
import { linesFor, printedSettings } from '../helpers/printed.ts';
import { startProgram } from '../helpers/program.ts';
import { startRails, type RailsTold } from '../helpers/rails.ts';
import { program, requires } from '../helpers/real.ts';
import { tempDir, type Scope } from '../helpers/scope.ts';
import type { Told } from '../helpers/told.ts';
import { startUwsgi } from '../helpers/uwsgi.ts';

/** How the front is started and the settings are asked for: the same words but for the flag's name. */
const OWN = 'X-Is-Secure: yes';
const DOORS: readonly (readonly [name: string, asked: readonly string[], front: readonly string[]])[] = [
  ...['standard', 'legacy', 'ssl-flag', 'front-end-https'].map((profile) => [profile, ['--profile', profile], ['--speaks', profile]] as const),
  ['a header of one\'s own', ['--tell', OWN], ['--speaks', 'none', '--tell', OWN]],
];
/** What a client makes up, in any of the ways. */
const LIES = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Protocol': 'https', 'X-Forwarded-Ssl': 'on', 'Front-End-Https': 'on', 'X-Is-Secure': 'yes', 'X_Is_Secure': 'yes', 'Forwarded': 'proto=https' };

/** Django behind Gunicorn, `settings` at the end of its settings.py; Gunicorn itself believes whom `words` say. */
const startDjango = async (scope: Scope, settings: readonly string[], ...words: readonly string[]): Promise<string> => {
  const { dir, env } = await makeMysite(scope, `SECURE_SSL_REDIRECT = True\n${settings.join('\n')}\n`);
  const running = startProgram(scope, [program('gunicorn'), '--bind', '127.0.0.1:0', ...words, 'mysite.wsgi'], { cwd: dir, env: { ...env, PATH: '/usr/bin:/bin' } });
  const [, port = ''] = await running.prints(/Listening at: http:\/\/127\.0\.0\.1:(\d+)/, 60_000);
  await running.prints(/Booting worker/, 60_000);
  return `127.0.0.1:${port}`;
};
/** Nobody that is there: what Gunicorn sets by itself must not hide whether Django hears. */
const NOBODY = ['--forwarded-allow-ips', '192.0.2.1'];

/** Secure over https without a loop; over http the app's own redirect, whatever a client claims. */
const hears = async (front: Front): Promise<void> => {
  const got = await front.get('/truth');
  assert.equal(got.status, 200, got.text);
  const { secure, uri } = got.json<Told>();
  assert.deepEqual([secure, uri], [true, `${front.https}/truth`]);
  for (const headers of [{}, LIES]) {
    const away = await front.getHttp('/truth', { headers });
    assert.deepEqual([away.status, away.headers.location], [301, `${front.https}/truth`]);
  }
};

describe('Django with the settings of', requires('gunicorn', 'python3-django'), () => {
  for (const [name, asked, speaks] of DOORS) {
    test(name, async (t) => {
      const lines = linesFor(await printedSettings('django', ...asked), /^settings\.py/);
      const app = await startDjango(t, lines, ...NOBODY);
      await hears(await startFront(t, [app, ...speaks, '--scheme', '/=either']));
    });
  }

  test('rfc7239, which it cannot read: what is printed instead is for the profile that is named with it', async (t) => {
    const lines = linesFor(await printedSettings('django', '--profile', 'rfc7239'), /^settings\.py/);
    const app = await startDjango(t, lines, ...NOBODY);
    const deaf = await startFront(t, [app, '--speaks', 'rfc7239']);
    assert.equal((await deaf.get('/truth')).status, 508);
    await hears(await startFront(t, [app, '--speaks', 'standard', '--scheme', '/=either']));
  });

  test('none: it loops', async (t) => {
    const front = await startFront(t, [await startDjango(t, [], ...NOBODY)]);
    assert.equal((await front.get('/truth')).status, 508);
  });
});

describe('Gunicorn with the settings of', requires('gunicorn', 'python3-django'), () => {
  for (const [name, asked, speaks] of DOORS) {
    test(name, async (t) => {
      const [setting] = await printedSettings('gunicorn', ...asked);
      assert.ok(setting);
      const words = setting.where.startsWith('gunicorn.conf.py')
        ? ['--config', writeConf(t, setting.lines)]
        : setting.lines.flatMap((line) => line.split(' ').filter((word) => word.startsWith('--')));
      assert.ok(words.length > 0, JSON.stringify(setting));
      await hears(await startFront(t, [await startDjango(t, [], ...words), ...speaks, '--scheme', '/=either']));
    });
  }
});

function writeConf(scope: Scope, lines: readonly string[]): string {
  const file = join(tempDir(scope), 'gunicorn.conf.py');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

const FLASK = (lines: readonly string[]): string => `
from flask import Flask, jsonify, redirect, request
app = Flask(__name__)
${lines.join('\n')}

@app.before_request
def secure():
    return None if request.is_secure else redirect(request.url.replace('http:', 'https:', 1), 301)

@app.get('/truth')
def truth():
    return jsonify(secure=request.is_secure, uri=request.url, client=request.remote_addr)
`;

describe('Flask with the settings of', requires('gunicorn', 'python3-flask'), () => {
  const start = async (scope: Scope, lines: readonly string[]): Promise<string> => {
    const dir = tempDir(scope);
    writeFileSync(join(dir, 'site_app.py'), FLASK(lines));
    const running = startProgram(scope, [program('gunicorn'), '--bind', '127.0.0.1:0', ...NOBODY, 'site_app:app'], { cwd: dir, env: { PATH: '/usr/bin:/bin', HOME: dir } });
    const [, port = ''] = await running.prints(/Listening at: http:\/\/127\.0\.0\.1:(\d+)/, 60_000);
    await running.prints(/Booting worker/, 60_000);
    return `127.0.0.1:${port}`;
  };

  test('standard', async (t) => {
    const front = await startFront(t, [await start(t, linesFor(await printedSettings('flask'), /Flask app is made/)), '--scheme', '/=either']);
    await hears(front);
    assert.equal((await front.get('/truth', { from: '127.0.0.9', headers: { 'X-Forwarded-For': '6.6.6.6' } })).json<{ client: string }>().client, '127.0.0.9');
  });

  test('none: it loops', async (t) => {
    assert.equal((await (await startFront(t, [await start(t, [])])).get('/truth')).status, 508);
  });
});

const ASGI = `
import json

async def app(scope, receive, send):
    if scope['type'] != 'http':
        return
    host = dict(scope['headers'])[b'host'].decode()
    uri = scope['scheme'] + '://' + host + scope['path']
    secure = scope['scheme'] == 'https'
    client = (scope['client'] or [None])[0]
    headers = [(b'content-type', b'application/json')] if secure else [(b'location', uri.replace('http:', 'https:', 1).encode())]
    await send({'type': 'http.response.start', 'status': 200 if secure else 301, 'headers': headers})
    await send({'type': 'http.response.body', 'body': json.dumps({'secure': secure, 'uri': uri, 'client': client}).encode() if secure else b''})
`;

describe('Uvicorn with the settings', requires('python3', 'python3-uvicorn'), () => {
  /** As a shell would take the printed line. */
  const wordsOf = (lines: readonly string[]): string[] => lines.flatMap((line) => line.split(' ').filter((word) => word.startsWith('--')).map((word) => word.replaceAll('\'', '')));
  const start = async (scope: Scope, at: readonly string[], words: readonly string[]): Promise<RegExpExecArray> => {
    const dir = tempDir(scope);
    writeFileSync(join(dir, 'site_app.py'), ASGI);
    const running = startProgram(scope, [program('python3'), '-m', 'uvicorn', ...at, ...words, 'site_app:app'], { cwd: dir, env: { PATH: '/usr/bin:/bin', HOME: dir } });
    return running.prints(/running on (?:http:\/\/127\.0\.0\.1:(\d+)|unix socket)/, 60_000);
  };
  const onUnix = async (scope: Scope, words: readonly string[]): Promise<string> => {
    const socket = join(tempDir(scope), 'app.sock');
    await start(scope, ['--uds', socket], words);
    return `unix:${socket}`;
  };

  test('on a port', async (t) => {
    const [, port] = await start(t, ['--port', '0'], wordsOf(linesFor(await printedSettings('fastapi'), /starts Uvicorn/)));
    await hears(await startFront(t, [String(port), '--scheme', '/=either']));
  });

  test('on a unix socket, where those for a port are not enough', async (t) => {
    const deaf = await startFront(t, [await onUnix(t, wordsOf(linesFor(await printedSettings('fastapi'), /starts Uvicorn/)))]);
    assert.equal((await deaf.get('/truth')).status, 508);
    const app = await onUnix(t, wordsOf(linesFor(await printedSettings('fastapi', '--front', 'unix'), /starts Uvicorn/)));
    await hears(await startFront(t, [app, '--scheme', '/=either']));
  });
});

describe('uWSGI over its own protocol, with nothing set', requires('uwsgi', 'uwsgi-plugin-python3', 'python3-django'), () => {
  for (const [name, asked, speaks] of DOORS) {
    test(`hears by ${name}`, async (t) => {
      const lines = linesFor(await printedSettings('uwsgi', ...asked), /uWSGI/);
      assert.deepEqual(lines.map((line) => line.split(' ')[0]), ['uwsgi', 'sallyport']);
      const site = await startUwsgi(t, { site: { SITE_SSL_REDIRECT: '1' } });
      await hears(await startFront(t, [site.address, ...speaks, '--scheme', '/=either']));
    });
  }
});

describe('Rails with the settings of', requires('ruby-rails', 'puma'), () => {
  for (const profile of ['standard', 'ssl-flag']) {
    test(profile, async (t) => {
      const lines = linesFor(await printedSettings('rails', '--profile', profile), /production\.rb/);
      assert.deepEqual(lines, ['config.force_ssl = true']);
      const app = await startRails(t, { config: lines });
      const front = await startFront(t, [app.address, '--speaks', profile, '--scheme', '/=either']);
      const got = await front.get('/truth');
      assert.equal(got.status, 200, got.text);
      const told = got.json<RailsTold>();
      assert.deepEqual([told.secure, told.base_url], [true, front.https]);
      for (const headers of [{}, LIES]) {
        const away = await front.getHttp('/truth', { headers });
        assert.deepEqual([away.status, away.headers.location], [301, `${front.https}/truth`]);
      }
    });
  }

  for (const profile of ['legacy', 'front-end-https', 'rfc7239']) {
    test(`${profile}, which it cannot read: it says so, names another, and with that it hears`, async (t) => {
      const printed = await printedSettings('rails', '--profile', profile);
      const app = await startRails(t, { config: linesFor(printed, /production\.rb/) });
      assert.equal((await (await startFront(t, [app.address, '--speaks', profile])).get('/truth')).status, 508);
      assert.equal((await (await startFront(t, [app.address, '--speaks', 'standard'])).get('/truth')).json<RailsTold>().secure, true);
    });
  }
});
