import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { docsPage } from '../../helpers/docs.ts';
import type { Front } from '../../helpers/front.ts';
import { startFront } from '../../helpers/front.ts';
import { answering, reply, startRawApp } from '../../helpers/raw-app.ts';
import { parseAnswer } from '../../helpers/talk.ts';

const page = docsPage('client-certificates');

describe('docs/client-certificates.md', page.requires('openssl', 'curl'), () => {
  test('the page, from its authority to several sites', async (t) => {
    const app = await startRawApp(t, answering(({ head }) => reply(head)));
    const reader = page.follow(t, { 8000: String(app.port) });
    await reader.run('-keyout staff-ca.key');
    await reader.run('-keyout alice.key');
    await reader.run('pkcs12');

    const must = await reader.front('sallyport 8000 --client-ca staff-ca.pem');
    reader.bind({ 'localhost:8443': `localhost:${must.httpsPort}` });
    assert.match((await reader.run('curl -k')).stdout, /\r\nClient-Cert: :MII[A-Za-z0-9+/=]+:\r\n/);
    const refused = await must.get('/', { headers: { Accept: 'text/plain' } });
    assert.deepEqual([refused.status, refused.text.includes('none was sent')], [403, true]);
    await must.event('the refusal', ({ code }) => code === 'client-certificate-missing');
    await must.stop();

    const may = await reader.front('--client-cert-optional --tell');
    const { text } = await may.get('/');
    assert.match(text, /\r\nX-SSL-Client-Verify: NONE\r\n/);
    assert.doesNotMatch(text, /Client-S-DN|Client-Cert/);
    await may.stop();

    const several = await startFront(t, ['--config', reader.write('sallyport.config.ts'), '--https', '127.0.0.1:0', '--http', '127.0.0.1:0', '--log', 'json'], { cwd: reader.dir });
    const status = async (servername: string, host: string): Promise<number> => (await several.get('/', { servername, headers: { Host: host } })).status;
    assert.deepEqual([await status('www.localhost', 'www.localhost'), await status('admin.localhost', 'admin.localhost')], [200, 403]);
    assert.equal(await status('www.localhost', 'admin.localhost'), 421);
    assert.equal(parseAnswer(await nameless(several, 'admin.localhost')).status, 421);
  });
});

const nameless = async (front: Front, host: string): Promise<string> => {
  const talk = await front.talk('https', { servername: '' });
  talk.say(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  return await talk.toTheEnd();
};
