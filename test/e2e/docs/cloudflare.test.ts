import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { makeCertificate } from '../../helpers/certificate.ts';
import { docsPage } from '../../helpers/docs.ts';
import { runFront, startFront } from '../../helpers/front.ts';
import type { Front } from '../../helpers/front.ts';
import { answering, reply, startRawApp } from '../../helpers/raw-app.ts';
import type { RawRequest } from '../../helpers/raw-app.ts';
import { scope, tempDir } from '../../helpers/scope.ts';

const page = docsPage('cloudflare');

// Nobody can connect from Cloudflare here; a balancer that speaks the PROXY protocol can say that somebody did.
describe('behind Cloudflare, as the page has it', page.requires('openssl'), () => {
  const here = scope();
  const seen: RawRequest[] = [];
  let front: Front;
  before(async () => {
    const app = await startRawApp(here, answering((request) => { seen.push(request); return reply('ok'); }));
    const { cert, key } = makeCertificate(tempDir(here), 'origin', ['shop.example']);
    front = await page.follow(here, { '8000': String(app.port), 'origin.pem': cert, 'origin.key': key, '--trust cloudflare': '--trust cloudflare --trust 127.0.0.1 --accept-proxy' }).front('sallyport 8000');
  });
  const ask = async (from: string, ...lines: string[]): Promise<string> => {
    const { text } = await front.exchange(`PROXY TCP4 ${from} 192.0.2.1 50000 80\r\nGET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`, 'http');
    return text;
  };

  test('its word about scheme and client counts, and no other header of a client', async () => {
    assert.match(await ask('173.245.48.5', 'X-Forwarded-Proto: https', 'X-Forwarded-For: 192.0.2.66, 203.0.113.7', 'CF-Connecting-IP: 192.0.2.66', 'X-Forwarded-Host: evil.example', 'CF-Visitor: {"scheme":"http"}'), /^HTTP\/1\.1 200/);
    const told = seen.at(-1)!;
    assert.equal(told.get('X-Forwarded-Proto'), 'https');
    assert.equal(told.get('X-Forwarded-For'), '203.0.113.7');
    assert.equal(told.get('X-Forwarded-Host'), 'shop.example');
    assert.equal(told.get('CF-Connecting-IP'), undefined);
  });

  test('a Worker in that network is a client, and what it wrote before its address is not believed', async () => {
    await ask('173.245.48.5', 'X-Forwarded-Proto: https', 'X-Forwarded-For: 192.0.2.66, 2a06:98c0:3600::103');
    assert.equal(seen.at(-1)!.get('X-Forwarded-For'), '2a06:98c0:3600::103');
  });

  test('the address beside it is nobody', async () => {
    assert.match(await ask('173.245.64.1', 'X-Forwarded-Proto: https'), /^HTTP\/1\.1 308/);
  });

  test('without the word, the log names it and not one of its many addresses', async (t) => {
    const app = await startRawApp(t, answering(() => reply('ok')));
    const strict = await startFront(t, [app.address, '--https', 'off', '--accept-proxy', '--trust', '127.0.0.1']);
    await strict.exchange('PROXY TCP4 173.245.48.5 192.0.2.1 50000 80\r\nGET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\nCF-Visitor: {"scheme":"https"}\r\nX-Forwarded-Proto: https\r\n\r\n', 'http');
    const claim = await strict.event('the claim', (event) => event.event === 'claim-ignored');
    assert.match(String(claim['message']), /: --trust cloudflare$/);
  });
});

describe('a list that nobody has looked at for a year', () => {
  // A program whose clock is two years ahead.
  const ahead = join(tempDir(scope()), 'ahead.mjs');
  writeFileSync(ahead, 'const now = Date.now; Date.now = () => now() + 731 * 864e5;');
  const env = { NODE_OPTIONS: `--import=${ahead}`, BUN_OPTIONS: `--preload=${ahead}` };

  test('is said at start, with its date and what to do', async (t) => {
    const app = await startRawApp(t, answering(() => reply('ok')));
    const arguments_ = [app.address, '--https', 'off', '--trust', 'cloudflare'];
    const late = await startFront(t, arguments_, { env });
    const said = await late.event('the warning', (event) => event.event === 'trust-list-old');
    assert.equal(said['level'], 'warn');
    assert.match(String(said['message']), /"--trust cloudflare" are those of \d{4}-\d\d-\d\d, \d+ days ago.*Update Sallyport.*https:\/\/www\.cloudflare\.com\/ips\//);
  });

  test('is said by check too, and one that is not old is shown with its date', async () => {
    const now = await runFront(['check', '8000', '--https', 'off', '--trust', 'cloudflare']);
    assert.equal(now.exit.code, 0, now.stderr);
    assert.match(now.stdout, /cloudflare \(\d+ networks, as published on \d{4}-\d\d-\d\d\)/);
    const late = await runFront(['check', '8000', '--https', 'off', '--trust', 'cloudflare'], { env });
    assert.equal(late.exit.code, 0);
    assert.match(late.stderr, /warning: The networks behind "--trust cloudflare"/);
  });

  test('a name without a list is refused, and the known ones are named', async () => {
    const { exit, stderr } = await runFront(['8000', '--https', 'off', '--trust', 'cloudflair']);
    assert.equal(exit.code, 2);
    assert.match(stderr, /--trust[^]*cloudflair[^]*no list of this name[^]*"cloudflare"/);
  });
});
