import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CURES } from '../../src/core/policy/cures.ts';
import { explainContradiction, explainLoop, explanationText } from '../../src/core/policy/explain.ts';
import { recognise, type Framework, type Recognition } from '../../src/core/policy/frameworks.ts';
import { explainRepair } from '../../src/core/policy/explain-repair.ts';
import { howTold, TOLD, type Told } from '../../src/core/policy/told.ts';
import type { Wrong } from '../../src/core/policy/repair.ts';
import type { WebServer } from '../../src/core/policy/web-servers.ts';
import { fieldsOf } from '../helpers/answers.ts';

const seen = (lines: readonly string[], cookie?: string): Recognition => {
  const fields = fieldsOf(lines.map((line) => `${line}\r\n`).join(''));
  return recognise({ cookie, setCookies: fields.all('set-cookie'), answer: (name) => fields.get(name) });
};

describe('the framework behind an answer', () => {
  const table: [why: string, lines: string[], cookie: string | undefined, framework: Framework][] = [
    ['Django by its cookies', ['Server: gunicorn'], 'csrftoken=x; sessionid=y', 'django'],
    ['Django by a cookie it sets', ['Set-Cookie: csrftoken=x; Path=/'], undefined, 'django'],
    ['Django\'s https redirect behind Gunicorn, no cookie yet', ['Server: gunicorn/20.1.0', 'Location: https://h/', 'Referrer-Policy: same-origin', 'X-Content-Type-Options: nosniff'], undefined, 'django'],
    ['Django\'s own development server', ['Server: WSGIServer/0.2 CPython/3.11.2'], undefined, 'django'],
    ['Gunicorn alone', ['Server: gunicorn'], undefined, 'wsgi'],
    ['Flask\'s development server', ['Server: Werkzeug/2.2.2 Python/3.11.2'], undefined, 'flask'],
    ['Flask by its signed session', ['Server: gunicorn'], 'session=eyJhIjoxfQ.ZVxyzw.Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA', 'flask'],
    ['a session cookie alone', [], 'session=abc', 'unknown'],
    ['Rails', [], '_my_shop_session=x', 'rails'],
    ['Rails by its timing header', ['X-Runtime: 0.012'], undefined, 'rails'],
    ['Rails\' https redirect behind Puma, no cookie yet', ['Content-Type: text/html', 'Location: https://h/', 'Transfer-Encoding: chunked'], undefined, 'rails'],
    ['the same from Rails 7.1 on', ['content-type: text/html; charset=utf-8', 'location: https://h/', 'content-length: 0'], undefined, 'rails'],
    ['another bare redirect with a text', ['Content-Type: text/html; charset=utf-8', 'Location: https://h/', 'Content-Length: 200'], undefined, 'unknown'],
    ['Django\'s https redirect behind uWSGI', ['Content-Type: text/html; charset=utf-8', 'Location: https://h/', 'Content-Length: 0', 'X-Content-Type-Options: nosniff', 'Referrer-Policy: same-origin', 'Cross-Origin-Opener-Policy: same-origin'], undefined, 'django'],
    ['PHP behind FastCGI', ['Content-Type: text/html; charset=UTF-8', 'Location: https://h/'], undefined, 'unknown'],
    ['Fastify', ['location: https://h/', 'content-length: 0', 'Date: x', 'Connection: keep-alive', 'Keep-Alive: timeout=72'], undefined, 'fastify'],
    ['Koa by its session', ['Keep-Alive: timeout=5'], 'koa.sess=x', 'koa'],
    ['Node alone', ['Location: https://h/', 'Date: x', 'Keep-Alive: timeout=5'], undefined, 'node'],
    ['Apache, which says how often too', ['Keep-Alive: timeout=5, max=100'], undefined, 'unknown'],
    ['Apache\'s own redirect', ['Server: Apache/2.4.62 (Debian)', 'Location: https://h/', 'Content-Type: text/html; charset=iso-8859-1'], undefined, 'apache'],
    ['Django\'s https redirect in Apache', ['Server: Apache', 'Location: https://h/', 'Content-Type: text/html; charset=utf-8', 'Content-Length: 0', 'Referrer-Policy: same-origin', 'X-Content-Type-Options: nosniff'], undefined, 'django'],
    ['an app in Apache that shows nothing', ['Server: Apache', 'Location: https://h/', 'Content-Type: text/html; charset=utf-8'], undefined, 'unknown'],
    ['Express', ['X-Powered-By: Express', 'Keep-Alive: timeout=5'], undefined, 'express'],
    ['Express that hides itself', ['Set-Cookie: connect.sid=s%3Ax; Path=/'], undefined, 'express'],
    ['Laravel', ['X-Powered-By: PHP/8.3.1', 'Set-Cookie: XSRF-TOKEN=x', 'Set-Cookie: laravel_session=y'], undefined, 'laravel'],
    ['PHP alone', ['X-Powered-By: PHP/8.3.1'], undefined, 'php'],
    ['Spring', ['Set-Cookie: JSESSIONID=x; Path=/; HttpOnly'], undefined, 'spring'],
    ['ASP.NET Core', ['Server: Kestrel'], '.AspNetCore.Antiforgery.x=y', 'aspnet'],
    ['WordPress', ['X-Powered-By: PHP/8.2', 'X-Redirect-By: WordPress'], undefined, 'wordpress'],
    ['WordPress after a login', [], 'wordpress_logged_in_abc=x', 'wordpress'],
    ['Next.js', ['X-Powered-By: Next.js'], undefined, 'nextjs'],
    ['FastAPI', ['Server: uvicorn'], undefined, 'asgi'],
    ['another app\'s cookie on the same host does not outweigh the answer', ['X-Powered-By: Express'], 'csrftoken=x', 'express'],
    ['two of equal weight', [], 'csrftoken=x; JSESSIONID=y', 'unknown'],
    ['nothing', ['Server: nginx'], 'a=b', 'unknown'],
    ['XSRF-TOKEN alone, which others have', [], 'XSRF-TOKEN=x', 'unknown'],
  ];
  for (const [why, lines, cookie, framework] of table) it(`${why}: ${framework}`, () => assert.equal(seen(lines, cookie).framework, framework));

  it('counts a sign once and in few words, whatever a client sends', () => {
    const many = Array.from({ length: 50 }, (_, i) => `wordpress_${i}${'x'.repeat(500)}=y`).join('; ');
    const { signs } = seen([], many);
    assert.equal(signs.length, 1);
    assert.ok(signs[0]!.length < 80);
    assert.equal(seen(['X-Powered-By: Express', 'Set-Cookie: connect.sid=x'], many).framework, 'express');
  });

  it('says by what', () => {
    assert.deepEqual(seen(['Server: gunicorn'], 'csrftoken=x'), { framework: 'django', signs: ['the cookie csrftoken', 'server: gunicorn'], server: 'gunicorn', web: undefined });
    assert.equal(seen(['Server: uvicorn']).server, 'uvicorn');
  });
});

const NGINX = { name: 'nginx', sign: 'Server: nginx/1.22.1' } as const;
const APACHE = { name: 'Apache', sign: 'Server: Apache' } as const;
const as = (framework: Framework, web?: WebServer): Recognition => ({ framework, signs: ['a sign'], server: undefined, web });
const loop = (framework: Framework, told: Told | undefined, frontAddress?: string, web?: WebServer): ReturnType<typeof explainLoop> =>
  explainLoop({ recognised: as(framework, web), told, method: 'GET', url: 'https://localhost:8443/', frontAddress });

describe('the lines to add', () => {
  const table: [framework: Framework, profile: keyof typeof TOLD, line: string][] = [
    ['django', 'standard', 'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")'],
    ['django', 'legacy', 'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTOCOL", "https")'],
    ['django', 'ssl-flag', 'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_SSL", "on")'],
    ['django', 'front-end-https', 'SECURE_PROXY_SSL_HEADER = ("HTTP_FRONT_END_HTTPS", "on")'],
    ['flask', 'standard', 'app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_port=1)'],
    ['flask', 'legacy', 'secure_scheme_headers = {"X-FORWARDED-PROTOCOL": "https"}'],
    ['express', 'standard', 'app.set(\'trust proxy\', \'loopback\');'],
    ['rails', 'standard', 'config.assume_ssl = true'],
    ['fastify', 'standard', 'const app = fastify({ trustProxy: \'loopback\' });'],
    ['koa', 'standard', 'app.proxy = true;'],
    ['node', 'standard', 'app.set(\'trust proxy\', \'loopback\');'],
    ['laravel', 'standard', '    $middleware->trustProxies(at: [\'127.0.0.1\']);'],
    ['laravel', 'rfc7239', '    $middleware->trustProxies(at: [\'127.0.0.1\'], headers: \\Illuminate\\Http\\Request::HEADER_FORWARDED);'],
    ['spring', 'rfc7239', 'server.forward-headers-strategy=framework'],
    ['aspnet', 'standard', 'app.UseForwardedHeaders(); // before UseHttpsRedirection and everything else'],
    ['aspnet', 'legacy', '    options.ForwardedProtoHeaderName = "X-Forwarded-Protocol";'],
    ['wordpress', 'standard', 'if (($_SERVER[\'HTTP_X_FORWARDED_PROTO\'] ?? \'\') === \'https\') {'],
    ['wordpress', 'ssl-flag', 'if (($_SERVER[\'HTTP_X_FORWARDED_SSL\'] ?? \'\') === \'on\') {'],
    ['nextjs', 'standard', 'const secure = request.headers.get(\'x-forwarded-proto\')?.split(\',\')[0].trim() === \'https\';'],
    ['wsgi', 'standard', 'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")'],
    ['wsgi', 'standard', 'gunicorn --forwarded-allow-ips=127.0.0.1 …'],
    ['apache', 'standard', 'RewriteCond %{HTTP:X-Forwarded-Proto} !=https'],
    ['asgi', 'standard', 'uvicorn --proxy-headers --forwarded-allow-ips=127.0.0.1 …'],
    ['unknown', 'legacy', 'X-Forwarded-Protocol: https'],
  ];
  for (const [framework, profile, line] of table) {
    it(`${framework} told by ${profile}: ${line}`, () => {
      const { change } = loop(framework, TOLD[profile]);
      assert.ok(change.flatMap(({ lines }) => lines).includes(line), JSON.stringify(change));
      assert.ok(!change.some(({ where }) => where === 'the front'));
    });
  }

  it('begin with another profile where the framework cannot read this one', () => {
    const { change } = loop('django', TOLD.rfc7239);
    assert.deepEqual(change[0]!.lines, ['--speaks standard']);
    assert.match(change[0]!.note!, /Django has no setting that reads "Forwarded"/);
    assert.deepEqual(change[1]!.lines, ['SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")']);
    assert.deepEqual(loop('express', TOLD['ssl-flag']).change.map(({ lines }) => lines), [['--speaks standard'], ['app.set(\'trust proxy\', \'loopback\');']]);
  });

  it('are there for every framework and profile, with nothing left to fill in', () => {
    for (const framework of Object.keys(CURES) as Framework[]) {
      for (const told of [...Object.values(TOLD), { profile: 'custom', header: 'X-Secure', value: 'yes' } as const, undefined]) {
        for (const web of [undefined, NGINX, APACHE]) {
          const explanation = loop(framework, told, undefined, web);
          assert.ok(explanation.change.some(({ lines }) => lines.length > 0), framework);
          assert.doesNotMatch(JSON.stringify(explanation), /\{(?:header|HEADER|value|meta|variable|origin|front|proxy)\}/, framework);
        }
      }
    }
  });

  it('name the front\'s address where it is not this machine\'s loopback', () => {
    assert.ok(loop('express', TOLD.standard, '10.0.0.5').change[0]!.lines.includes('app.set(\'trust proxy\', \'10.0.0.5\');'));
    assert.ok(loop('wsgi', TOLD.standard, '10.0.0.5').change[0]!.lines.includes('gunicorn --forwarded-allow-ips=10.0.0.5 …'));
  });

  // An Express on a unix socket was told to trust "loopback", which no peer of a unix socket is: the loop stayed.
  it('name nobody\'s address on a unix socket', () => {
    assert.deepEqual(loop('express', TOLD.standard, 'unix').change[0]!.lines, ['app.set(\'trust proxy\', (peer) => peer === undefined);']);
    assert.deepEqual(loop('fastify', TOLD.standard, 'unix').change[0]!.lines, ['const app = fastify({ trustProxy: (peer) => peer === undefined });']);
    assert.ok(loop('wsgi', TOLD.standard, 'unix').change[0]!.lines.includes('gunicorn --forwarded-allow-ips=127.0.0.1 …'));
  });

  it('are none for an app that reads X-Forwarded-Proto by itself, once the front says that', () => {
    for (const told of [TOLD.legacy, TOLD['front-end-https'], undefined]) {
      assert.deepEqual(loop('rails', told).change, [{ where: 'the front', lines: ['--speaks standard'], note: 'Then Rails is told X-Forwarded-Proto, which it reads with nothing set.' }]);
    }
    assert.deepEqual(loop('rails', TOLD.rfc7239).change[0]!.lines, ['--speaks standard']);
  });

  it('use a name of the user\'s own', () => {
    const told = howTold('none', [{ name: 'X-Client', value: '{client}' }, { name: 'X-Secure', value: 'yes' }]);
    assert.deepEqual(told, { profile: 'custom', header: 'X-Secure', value: 'yes' });
    assert.deepEqual(loop('django', told).change[0]!.lines, ['SECURE_PROXY_SSL_HEADER = ("HTTP_X_SECURE", "yes")']);
    assert.deepEqual(howTold('none', [{ name: 'X-Tls', value: '{on}' }])?.value, 'on');
    assert.deepEqual(howTold('none', [{ name: 'X-S', value: '{scheme}' }])?.value, 'https');
    assert.equal(howTold('none', []), undefined);
    assert.equal(howTold('legacy', [{ name: 'X-S', value: '{scheme}' }]), TOLD.legacy);
  });
});

describe('an explanation', () => {
  it('of a loop says what was seen, why, and what to change', () => {
    const explanation = explainLoop({ recognised: { framework: 'django', signs: ['the cookie csrftoken'], server: 'gunicorn', web: undefined }, told: TOLD.standard, method: 'GET', url: 'https://localhost:8443/admin/' });
    assert.match(explanation.title, /does not know that this request was secure/);
    assert.match(explanation.seen, /^GET https:\/\/localhost:8443\/admin\/ was answered by a redirect to the very same URL/);
    assert.match(explanation.why, /"X-Forwarded-Proto: https".*Gunicorn believes it only from.*looks like Django \(the cookie csrftoken\)/);
  });

  it('of a loop on a site that tells nothing says so', () => {
    const { why, change } = loop('unknown', undefined);
    assert.match(why, /profile is "none"/);
    assert.deepEqual(change[0]!.lines, ['--speaks standard']);
  });

  it('of a contradiction names both owners', () => {
    const facts = { method: 'GET', url: 'http://h/feed/', path: '/feed/', policy: 'http', wants: 'https' } as const;
    const explanation = explainContradiction({ ...facts, recognised: as('django') });
    assert.match(explanation.seen, /redirect to the same URL with https:.*over http only/);
    assert.deepEqual(explanation.change.map(({ lines }) => lines), [['--scheme \'/feed/=either\''], ['SECURE_SSL_REDIRECT = False']]);
    assert.match(explainContradiction({ ...facts, recognised: as('rails') }).change[1]!.lines[0]!, /exclude: ->\(request\) \{ request\.path\.start_with\?\("\/feed\/"\) \}/);
    assert.match(explainContradiction({ ...facts, recognised: as('unknown') }).change[1]!.note!, /Take out the redirect from http to https/);
  });

  it('of a contradiction puts nothing of a client\'s into a line made for a shell', () => {
    for (const path of ['/x\';reboot;\'', '/$(reboot)', '/a=b', '/`x`']) {
      const { change } = explainContradiction({ recognised: as('unknown'), method: 'GET', url: 'https://h/', path, policy: 'https', wants: 'http' });
      assert.deepEqual(change[0]!.lines, ['--scheme \'/the/path/=either\'']);
    }
  });

  it('for a log is one line with the lines in it', () => {
    for (const explanation of [loop('aspnet', TOLD.standard), loop('wsgi', TOLD.legacy), explainContradiction({ recognised: as('unknown'), method: 'GET', url: 'https://h/', path: '/', policy: 'https', wants: 'http' })]) {
      const text = explanationText(explanation);
      assert.ok(!text.includes('\n'));
      for (const { lines } of explanation.change) for (const line of lines) assert.ok(text.includes(line.trim()));
    }
  });
});

describe('a web server between the front and the app', () => {
  it('is known by its name', () => {
    for (const name of ['nginx', 'nginx/1.22.1', 'openresty/1.21', 'Tengine', 'Angie/1.5']) assert.equal(seen([`Server: ${name}`]).web?.name, 'nginx', name);
    for (const name of ['Apache', 'Apache/2.4.71 (Debian)']) assert.equal(seen([`Server: ${name}`]).web?.name, 'Apache', name);
    for (const name of ['Apache-Coyote/1.1', 'Apache Tomcat/9', 'gunicorn', 'not-nginx', 'nginxed']) assert.equal(seen([`Server: ${name}`]).web, undefined, name);
    assert.equal(seen([]).web, undefined);
  });

  it('leaves enough to know a Django by, whose Server and cookies are gone', () => {
    const { framework, web } = seen(['Server: nginx/1.22.1', 'Content-Type: text/html; charset=utf-8', 'Location: https://h/', 'X-Content-Type-Options: nosniff', 'Referrer-Policy: same-origin']);
    assert.equal(framework, 'django');
    assert.equal(web?.sign, 'Server: nginx/1.22.1');
  });

  it('that is nginx is the first to be changed, then the app', () => {
    const { why, change } = loop('django', TOLD.standard, '10.0.0.5', NGINX);
    assert.match(why, /told nginx \(Server: nginx\/1\.22\.1\), which stands between it and the app, "X-Forwarded-Proto: https"/);
    assert.deepEqual(change.map(({ lines }) => lines), [['proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;'], ['SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")']]);
    assert.match(change[0]!.note!, /\$scheme;".*nobody but the front.*allow 10\.0\.0\.5; deny all;/);
    assert.deepEqual(loop('wsgi', TOLD.legacy, undefined, NGINX).change[0]!.lines, ['proxy_set_header X-Forwarded-Protocol $http_x_forwarded_protocol;']);
    assert.deepEqual(loop('express', TOLD['ssl-flag'], undefined, NGINX).change[0]!.lines, ['proxy_set_header X-Forwarded-Ssl $http_x_forwarded_ssl;']);
  });

  it('is not blamed for an app that gets its variables over FastCGI', () => {
    for (const framework of ['php', 'laravel', 'wordpress'] as const) assert.doesNotMatch(JSON.stringify(loop(framework, TOLD.standard, undefined, NGINX)), /nginx/, framework);
  });

  it('may redirect by itself, where nothing of an app shows', () => {
    const nginx = loop('unknown', TOLD.standard, undefined, NGINX);
    assert.match(nginx.why, /nginx itself redirects/);
    assert.deepEqual(nginx.change[0]!.lines, ['# return 301 https://$host$request_uri;']);
    assert.deepEqual(nginx.change[1]!.lines, ['proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;']);
    const apache = loop('apache', TOLD.standard, undefined, APACHE);
    assert.match(apache.why, /Apache itself redirects/);
    assert.equal(apache.change[0]!.lines[0], 'RewriteCond %{HTTP:X-Forwarded-Proto} !=https');
    assert.deepEqual(loop('django', TOLD.standard, undefined, APACHE).change, loop('django', TOLD.standard).change, 'an app inside Apache sees the header itself');
  });

  it('is changed last where the site tells nothing yet', () => {
    assert.deepEqual(loop('django', undefined, undefined, NGINX).change.map(({ lines }) => lines[0]), ['--speaks standard', 'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")', 'proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;']);
  });
});

describe('a redirect that was repaired', () => {
  const repaired = (framework: Framework, web: WebServer | undefined, wrong: Wrong): ReturnType<typeof explainRepair> => explainRepair({
    recognised: as(framework, web), told: TOLD.standard, method: 'GET', url: 'https://shop.example:8443/dir?a=1',
    location: 'http://shop.example:8081/dir/', became: 'https://shop.example:8443/dir/', wrong,
  });
  const lines = (...facts: Parameters<typeof repaired>): (readonly string[])[] => repaired(...facts).change.map((change) => change.lines);

  it('says what was written and what became of it', () => {
    assert.match(explanationText(repaired('unknown', NGINX, 'own-port')), /GET https:\/\/shop\.example:8443\/dir\?a=1 was answered with "Location: http:\/\/shop\.example:8081\/dir\/"; the client got https:\/\/shop\.example:8443\/dir\/\..*absolute_redirect off;.*port_in_redirect off;/);
  });

  it('names the line of the web server that wrote it by itself', () => {
    for (const wrong of ['own-port', 'scheme', 'port'] as const) {
      assert.deepEqual(lines('unknown', NGINX, wrong), [['absolute_redirect off;']]);
      assert.deepEqual(lines('apache', APACHE, wrong), [['ServerName https://shop.example:8443', 'UseCanonicalName On']]);
    }
  });

  it('names the line by which nginx told the app its own port', () => {
    assert.deepEqual(lines('django', NGINX, 'own-port'), [['proxy_set_header Host $http_host;']]);
    assert.deepEqual(lines('django', undefined, 'own-port'), [['https://shop.example:8443']]);
    assert.deepEqual(lines('django', APACHE, 'port'), [['https://shop.example:8443']]);
  });

  it('that only had the wrong scheme wants what a loop wants', () => {
    assert.deepEqual(lines('django', NGINX, 'scheme'), loop('django', TOLD.standard, undefined, NGINX).change.map((change) => change.lines));
    assert.deepEqual(lines('express', undefined, 'scheme'), [['app.set(\'trust proxy\', \'loopback\');']]);
  });
});
