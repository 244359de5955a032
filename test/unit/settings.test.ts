import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { main } from '../../src/cli/program.ts';
import { FRAMEWORKS, settings, SettingsError, type FrameworkName, type SettingsProfile } from '../../src/core/settings/index.ts';
import { frameworksText, settingsText } from '../../src/core/settings/text.ts';
import { CURES } from '../../src/core/policy/cures.ts';
import { TOLD } from '../../src/core/policy/told.ts';

const NAMES = Object.keys(FRAMEWORKS) as FrameworkName[];
const PROFILES = Object.keys(TOLD) as SettingsProfile[];
const lines = (...call: Parameters<typeof settings>): string[] => settings(...call).settings.flatMap((setting) => setting.lines);

describe('the settings of a framework', () => {
  for (const name of NAMES) {
    it(`${name}: whole for every profile, header and place of the front`, () => {
      for (const options of [...PROFILES.map((profile) => ({ profile })), { tell: 'X-Is-Secure: yes' }, { front: '10.0.0.5' }, { front: 'unix' }, { front: '2001:db8::1', profile: 'legacy' as const }]) {
        const found = settings(name, options);
        assert.ok(found.settings.length > 0, JSON.stringify(options));
        for (const { where, lines: text, why, trap, language } of found.settings) {
          for (const part of [where, why, trap, language, ...text]) assert.notEqual(part.trim(), '');
          assert.doesNotMatch([where, why, trap, ...text].join('\n'), /\{(?:header|HEADER|value|meta|front|proxy|allow|regex|options|withSecret)\}/);
        }
        const profile = 'tell' in options ? 'custom' : 'profile' in options ? options.profile : 'standard';
        assert.equal(found.reads.includes(profile), found.unreadable === undefined);
        assert.equal(found.speaks, found.unreadable === undefined ? profile : 'standard');
      }
    });
  }

  it('name the header that the front writes', () => {
    assert.deepEqual(lines('django', { profile: 'ssl-flag' }), ['SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_SSL", "on")']);
    assert.deepEqual(lines('django', { tell: 'X-Is-Secure: yes' }), ['SECURE_PROXY_SSL_HEADER = ("HTTP_X_IS_SECURE", "yes")']);
    assert.deepEqual(lines('django', { tell: 'X-Door: {scheme}' }), ['SECURE_PROXY_SSL_HEADER = ("HTTP_X_DOOR", "https")']);
    assert.deepEqual(lines('gunicorn', { profile: 'front-end-https' }), ['secure_scheme_headers = {"FRONT-END-HTTPS": "on"}', 'forwarded_allow_ips = "127.0.0.1"']);
    assert.ok(lines('spring', { profile: 'front-end-https' }).includes('server.tomcat.remoteip.protocol-header-https-value=on'));
  });

  it('name where the front is', () => {
    assert.ok(lines('express').includes('app.use(sallyport());'));
    assert.ok(lines('express', { front: 'unix' }).includes('app.use(sallyport());'));
    assert.ok(lines('express', { front: '10.0.0.5' }).includes('app.use(sallyport({ trust: \'10.0.0.5\' }));'));
    assert.ok(lines('koa', { front: '10.0.0.5', tell: 'X-Is-Secure: yes' }).includes('app.use(sallyport({ trust: \'10.0.0.5\', header: [\'X-Is-Secure\', \'yes\'] }));'));
    assert.ok(lines('fastify', { profile: 'legacy' }).includes('await app.register(sallyport({ header: \'legacy\' }));'));
    assert.ok(lines('symfony', { front: '10.0.0.5' }).includes('    trusted_proxies: \'10.0.0.5\''));
    assert.ok(lines('spring', { front: '10.0.0.5', profile: 'legacy' }).includes('server.tomcat.remoteip.internal-proxies=10[.]0[.]0[.]5'));
  });

  // Uvicorn believes no peer of a unix socket by address: the line with 127.0.0.1 that a loop there was explained with changed nothing.
  it('for Uvicorn on a unix socket believe everybody who reaches the socket', () => {
    assert.ok(lines('fastapi', { front: 'unix' }).includes('uvicorn --proxy-headers --forwarded-allow-ips=\'*\' …'));
    assert.ok(lines('fastapi').includes('uvicorn --proxy-headers --forwarded-allow-ips=127.0.0.1 …'));
  });

  it('say so where a profile cannot be read, and which can', () => {
    const found = settings('django', { profile: 'rfc7239' });
    assert.equal(found.speaks, 'standard');
    assert.match(found.unreadable!, /^Django has no setting that reads "Forwarded" \(it compares/);
    assert.match(settingsText(found), /--speaks standard \(the default\)[^]*So start the front with --speaks standard\.[^]*HTTP_X_FORWARDED_PROTO[^]*also be told by --speaks legacy, ssl-flag, front-end-https, or by a header of your own/);
    assert.match(settingsText(settings('phoenix')), /Phoenix can be told in no other way/);
  });

  it('begin with the app\'s half where there is one', () => {
    for (const [name, module] of [['express', 'express'], ['fastify', 'fastify'], ['koa', 'koa'], ['hono', 'hono'], ['node', 'node'], ['nest', 'express'], ['next', 'next']] as const) {
      for (const profile of PROFILES) assert.ok(lines(name, { profile }).slice(0, 2).some((line) => line.endsWith(`from 'sallyport/${module}';`)), `${name} ${profile}`);
    }
    assert.ok(lines('express').includes('app.set(\'trust proxy\', \'loopback\');'));
    assert.ok(!lines('express', { profile: 'legacy' }).includes('app.set(\'trust proxy\', \'loopback\');'));
  });

  it('are the very ones that end a loop', () => {
    for (const [framework, name] of [['django', 'django'], ['flask', 'flask'], ['laravel', 'laravel'], ['spring', 'spring'], ['aspnet', 'aspnet'], ['wordpress', 'wordpress'], ['express', 'express'], ['asgi', 'fastapi']] as const) {
      for (const [profile, cures] of Object.entries(CURES[framework].by)) assert.equal(cures, (FRAMEWORKS[name].by as Record<string, unknown>)[profile], `${framework} ${profile}`);
    }
  });
});

describe('a name', () => {
  it('is taken as its makers write it', () => {
    for (const [written, name] of [['Django', 'django'], ['ASP.NET Core', 'aspnet'], ['asp.net', 'aspnet'], ['Next.js', 'next'], ['NestJS', 'nest'], ['nodejs', 'node']] as const) assert.equal(settings(written).framework, name);
  });
  for (const [written, meant] of [['dajngo', /Did you mean django\?/], ['fast', /Did you mean (?=.*fastapi)(?=.*fastify)/], ['rials', /Did you mean rails\?/], ['cobol', /^There are no settings for "cobol"\. There are for django, flask/], ['', /There are for/], ['__proto__', /There are no settings/], ['constructor', /There are no settings/]] as const) {
    it(`"${written}" is none`, () => { assert.throws(() => settings(written), (error) => error instanceof SettingsError && meant.test(error.message)); });
  }
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ profile: 'klingon' }, /no profile "klingon"; expected standard, rfc7239/], [{ profile: 'none' }, /"none" tells the app nothing/], [{ profile: 'constructor' }, /no profile/],
    [{ tell: 'X-Client: {client}' }, /does not say the scheme/], [{ tell: 'yes' }, /expected a name and a value/], [{ tell: 'X-A: a"b' }, /does not say/], [{ tell: 'X_A: yes' }, /does not say/],
    [{ front: 'localhost' }, /"localhost" is no address/], [{ front: '10.0.0.5\'); evil(' }, /is no address/],
  ];
  for (const [options, message] of wrong) it(`${JSON.stringify(options)} is refused`, () => { assert.throws(() => settings('django', options), (error) => error instanceof SettingsError && message.test(error.message)); });
});

describe('sallyport settings', () => {
  const run = async (...args: string[]): Promise<{ status: number; out: string; err: string }> => {
    let [out, err] = ['', ''];
    const status = await main(['settings', ...args], { out: (text) => { out += text; }, err: (text) => { err += text; }, interactive: false, cwd: '/', env: {} });
    return { status, out, err };
  };
  it('names every framework where none is asked for', async () => {
    assert.deepEqual(await run(), { status: 0, out: frameworksText(), err: '' });
    for (const name of NAMES) assert.match(frameworksText(), new RegExp(`^  ${name} `, 'm'));
  });
  it('prints the settings', async () => {
    assert.deepEqual(await run('django', '--profile', 'legacy'), { status: 0, out: settingsText(settings('django', { profile: 'legacy' })), err: '' });
    assert.equal((await run('express', '--front', '10.0.0.5', '--tell', 'X-Is-Secure: yes')).out, settingsText(settings('express', { front: '10.0.0.5', tell: 'X-Is-Secure: yes' })));
  });
  it('refuses the unknown with 2', async () => {
    const { status, out, err } = await run('dajngo');
    assert.deepEqual([status, out], [2, '']);
    assert.match(err, /^sallyport: There are no settings for "dajngo"\. Did you mean django\?/);
    assert.equal((await run('django', '--profile', 'x')).status, 2);
  });
});
