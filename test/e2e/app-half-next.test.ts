import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { freePort } from '../../src/cli/run/accepts.ts';
import { fetchOnce, type Got } from '../helpers/client.ts';
import { packagesOf, requiresFramework } from '../helpers/frameworks.ts';
import { ROOT, startFront, type Front } from '../helpers/front.ts';
import { startApache } from '../helpers/apache.ts';
import { startNginx } from '../helpers/nginx.ts';
import { makePlan, SITE, type Plan } from '../helpers/outer-proxies.ts';
import { startProgram } from '../helpers/program.ts';
import { requires } from '../helpers/real.ts';
import { eventually, scope, tempDir } from '../helpers/scope.ts';

const SECRET = '00112233445566778899aabbccddeeff';

describe('examples/next, a real Next.js behind the front', requiresFramework('next'), () => {
  const here = scope();
  let front: Front;
  let port: number;
  let direct: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Got>;
  before(async () => {
    const dir = tempDir(here);
    const [site, secretFile] = [join(dir, 'site'), join(dir, 'secret')];
    port = await freePort();
    cpSync(join(ROOT, 'examples/next'), site, { recursive: true });
    mkdirSync(join(site, 'node_modules'));
    for (const name of ['next', 'react', 'react-dom']) symlinkSync(realpathSync(join(packagesOf('next'), name)), join(site, 'node_modules', name));
    symlinkSync(ROOT, join(site, 'node_modules/sallyport'));
    writeFileSync(secretFile, `${SECRET}\n`, { mode: 0o600 });
    // The example with more of the options, for what every adapter is asked.
    const proxy = readFileSync(join(site, 'proxy.js'), 'utf8');
    assert.ok(proxy.includes("https: { '/pay': 'https' }"));
    writeFileSync(join(site, 'proxy.js'), proxy.replace("https: { '/pay': 'https' }", "https: { '/pay': 'https', '/feed': 'http' }, health: ['/'], csrf: true, hosts: ['localhost', '127.0.0.1', 'shop.test', 'shop.example']"));
    // Turbopack refuses a package that is linked from elsewhere.
    const next = startProgram(here, [process.execPath, join(site, 'node_modules/next/dist/bin/next'), 'dev', '--webpack', '-H', '127.0.0.1', '-p', String(port)], {
      cwd: site, env: { PATH: process.env['PATH'], HOME: dir, SALLYPORT_SECRET: SECRET, NEXT_TELEMETRY_DISABLED: '1' },
    });
    await next.prints(/Ready in/, 60_000);
    direct = (path, headers = {}) => fetchOnce(`http://127.0.0.1:${port}${path}`, { headers, ms: 90_000 });
    await eventually('the page to be compiled', async () => (await direct('/')).status === 200, 120_000);
    front = await startFront(here, [String(port), '--scheme', '/=either', '--secret-file', secretFile]);
  });

  const said = (got: Got): string => got.text.replace(/<!-- -->/g, '').match(/<p>([^<]*)<\/p>/)?.[1] ?? got.text;

  it('tells the page over which door a visitor came', async () => {
    assert.equal(said(await front.get('/')), `You are on https. You came to https://localhost:${front.httpsPort}.`);
    assert.equal(said(await front.getHttp('/')), `You are on plain http. You came to http://localhost:${front.httpPort}.`);
  });

  // Next.js makes request.url of X-Forwarded-Proto, whoever sends it: read as the connection's own scheme, it let any client be secure.
  it('believes no header of anybody without the secret, and tells the app none of them', async () => {
    for (const forged of [{}, { 'Sallyport-Secret': 'guess' }, { 'Sallyport-Secret': `${SECRET}0` }]) {
      const got = await direct('/', { 'Host': 'shop.test', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'evil.test', 'X-Sallyport-Secure': 'yes', ...forged });
      assert.equal(said(got), 'You are on plain http. You came to http://shop.test.');
    }
  });

  it('redirects both ways, and breaks a loop at the third time', async () => {
    const away = await front.get('/feed?a=%2F');
    assert.deepEqual([away.status, String(away.headers.location).replace(/:\d+/, '')], [307, 'http://localhost/feed?a=%2F']);
    let cookie = '';
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) {
      const got = await direct('/pay', { 'X-Forwarded-Proto': 'https', ...(cookie !== '' && { Cookie: cookie }) });
      statuses.push(got.status);
      cookie = got.headers['set-cookie']?.[0]?.split(';')[0] ?? cookie;
      if (i === 3) assert.match(got.text, /does not show who connected.*--secret-file/s);
    }
    assert.deepEqual(statuses, [307, 307, 307, 508]);
  });

  it('refuses other hosts and other sites, but for health paths', async () => {
    assert.equal((await direct('/pay', { Host: 'evil.test' })).status, 421);
    assert.equal((await direct('/', { Host: 'evil.test' })).status, 200);
    const post = async (headers: Readonly<Record<string, string>>): Promise<number> => (await front.get('/', { method: 'POST', body: 'a=1', headers: { 'Content-Type': 'text/plain', ...headers } })).status;
    assert.equal(await post({ 'Sec-Fetch-Site': 'cross-site' }), 403);
    assert.equal(await post({ Origin: 'https://evil.test' }), 403);
    assert.notEqual(await post({ Origin: front.https }), 403);
  });

  // Any other proxy is believed in the same way, where it sends the secret; without it, its word is nobody's.
  const readsSecret = async (t: TestContext, start: (plan: Plan, secret: string) => Promise<unknown>): Promise<void> => {
    for (const [secret, wanted] of [[SECRET, `You are on https. You came to https://${SITE}.`], ['', `You are on plain http. You came to http://${SITE}.`]] as const) {
      const plan = await makePlan(t);
      await start(plan, secret);
      const got = await fetchOnce(`${plan.https}/`, { ca: plan.ca, servername: SITE, headers: { 'X-Forwarded-Host': 'evil.test' } });
      assert.equal(said(got).replace(`:${plan.httpsPort}`, ''), wanted);
    }
  };

  it('hears nginx by the secret', requires('nginx'), (t) => readsSecret(t, ({ httpsPort, cert, key }, secret) => startNginx(t, `server {
    listen 127.0.0.1:${httpsPort} ssl;
    ssl_certificate ${cert}; ssl_certificate_key ${key};
    location / { proxy_pass http://127.0.0.1:${port}; proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-For $remote_addr; ${secret && `proxy_set_header Sallyport-Secret ${secret};`} }
  }`)));

  it('hears Apache by the secret', requires('apache2'), (t) => readsSecret(t, ({ httpsPort, cert, key }, secret) => startApache(t, `Listen 127.0.0.1:${httpsPort}
<VirtualHost 127.0.0.1:${httpsPort}>
  SSLEngine on
  SSLCertificateFile ${cert}
  SSLCertificateKeyFile ${key}
  RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}
  ${secret && `RequestHeader set Sallyport-Secret ${secret}`}
  ProxyPreserveHost On
  ProxyPass / http://127.0.0.1:${port}/
</VirtualHost>`, { modules: ['ssl', 'socache_shmcb', 'headers', 'proxy', 'proxy_http'] })));

  it('redirects a path that is https alone', async () => {
    const got = await front.getHttp('/pay?a=1');
    assert.equal(got.status, 307);
    assert.match(String(got.headers.location), /^https:\/\/localhost(?::\d+)?\/pay\?a=1$/);
    assert.match(said(await front.get('/pay')), /over https only/);
  });
});
