/** Who may come to a path: by address, by password, by both; and what that costs. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { configFromFlags } from '../../src/cli/flags-to-config.ts';
import { parseGuardFlag } from '../../src/config/resolve/guards.ts';
import { readHtpasswd } from '../../src/config/values/htpasswd.ts';
import { resolveConfig } from '../../src/config/resolve/resolve.ts';
import type { GuardSettings, SiteSettings } from '../../src/config/settings/settings.ts';
import { bcrypt } from '../../src/front/guards/bcrypt.ts';
import { shaCrypt } from '../../src/front/guards/sha-crypt.ts';
import { inTurn, type Told } from '../../src/front/guards/step.ts';
import { Fault } from '../../src/core/errors.ts';
import { MemoryFront, appRoute, settings, siteSettings } from '../helpers/memory-front.ts';
import type { MemoryWire } from '../helpers/memory-transport.ts';
import { eventually, scope, tempDir } from '../helpers/scope.ts';

/** Made by Debian's htpasswd 2.4, `openssl passwd` 3.0 and glibc; the last ones are published: by Drepper (SHA-crypt.txt) and by Openwall (crypt_blowfish, wrapper.c). */
const VECTORS: readonly (readonly [password: string, hash: string])[] = [
  ['open sesame', '$2y$04$p5/FKSFYOYkUP7gw1ddrzeYKpWf9AP.BF/AyjQbYlCzzxQyOH/I3O'],
  ['pässwörd', '$6$a.oAcGRSb7shfQYN$sCo/dBhYEjm5cJmLUd3DolQaoQoy4Adb7vRuLJj5TnzunKrUWicR7gZtb/riFPy8i/ZOteWv4NAnuqeT4iSN70'],
  ['x', '$5$IwxHPr89cWQMW7PM$x5uEpfQgXoaY2/Bg5KPBekDZ4qWovx2V3Mm273ErUWC'],
  ['longer-than-thirty-two-bytes-of-password-really', '$5$ab$FVoiKh9.UxsoHe96Xbl//fvd6m9QP/loUmhsIM96N17'],
  ['Hello world!', '$6$rounds=1400$anotherlongsalts$5FGyu8c4BZDX4wJgs0Un26YOw2XibT5eTkHF1I1aP3QqStoJI9BHD2YPJYsAjEePVGUyBjdZxcNqMWlrrbIOC.'],
  ['Hello world!', '$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA'],
  ['Hello world!', '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5'],
  ['Hello world!', '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1'],
  ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['U*U*U', '$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a'],
];
const on = scope();
const dir = tempDir(on);
const FILE = join(dir, 'staging.htpasswd');
writeFileSync(FILE, `# who may see it\nada:${VECTORS[0]![1]}\nbea:${VECTORS[1]![1]}\n\n`);

describe('a file of passwords', () => {
  for (const [i, [password, line]] of VECTORS.entries()) {
    it(`${line.slice(0, 12)}… is what ${JSON.stringify(password)} gives`, async () => {
      const file = join(dir, `vector-${i}`);
      writeFileSync(file, `x:${line}\r\n`);
      const hash = readHtpasswd(file).get('x')!;
      const of = (text: string): Promise<string> => (hash.kind === 'bcrypt' ? bcrypt(Buffer.from(text), hash) : shaCrypt(Buffer.from(text), hash));
      assert.equal(await of(password), hash.hash);
      assert.notEqual(await of(`${password} `), hash.hash);
    });
  }

  it('takes 72 bytes of a password for bcrypt, as all do', async () => {
    const password = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored');
    assert.equal(await bcrypt(password, { cost: 5, salt: 'abcdefghijklmnopqrstuu' }), '5s2v8.iXieOjg/.AySBTTZIIVFJeBui');
  });

  const WRONG: readonly (readonly [text: string, says: RegExp])[] = [
    ['', /has none/], ['ada\n', /Line 1 of .*htpasswd -nB/], ['ada:secret\n', /Line 1 .*none of them/], ['ada:$apr1$YV7h5GYr$WcAVahn8VaODPGSzRJFuH0\n', /MD5 or SHA-1/],
    ['ada:{SHA}2PRZAyDhNDqRW2OUFwZQqPNdaSY=\n', /MD5 or SHA-1/], [`ada:${VECTORS[0]![1]}\nada:${VECTORS[1]![1]}\n`, /Line 2 .*again/],
    [`ada:${VECTORS[0]![1].replace('$04$', '$31$')}\n`, /31/], ['ada:$6$rounds=999999999$abc$' + 'a'.repeat(86), /999999999/],
  ];
  for (const [text, says] of WRONG) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))}, and does not repeat what may be a password`, () => {
      const file = join(dir, 'wrong');
      writeFileSync(file, text);
      assert.throws(() => readHtpasswd(file), (error: Error & { expected?: string; next?: string }) => {
        const said = `${error.expected ?? ''} ${error.next ?? ''}`;
        assert.match(said, says);
        assert.doesNotMatch(said, /secret/);
        return error.name === 'BadValue';
      });
    });
  }
});

const guard = (rules: string): GuardSettings => {
  const found = parseGuardFlag(rules, (path) => path);
  return found === 'off' ? { kind: 'off' } : { kind: 'guard', basic: undefined, allow: [], deny: [], any: false, keepAuthorization: false, ...found as object };
};
const guards = (written: Readonly<Record<string, string>>): NonNullable<SiteSettings['guards']> => Object.entries(written).map(([prefix, rules]) => [prefix, guard(rules)]);
const basic = (name: string, password: string): string => `Authorization: Basic ${Buffer.from(`${name}:${password}`).toString('base64')}\r\n`;
const ADA = basic('ada', 'open sesame');

class Guarded extends MemoryFront {
  constructor(written: Readonly<Record<string, string>>, site: Partial<SiteSettings> = {}, trust: string[] = []) {
    super(settings({ trust, sites: [siteSettings({ guards: guards(written), ...site })] }));
  }

  begin(path: string, { more = '', peer = '192.0.2.7' } = {}): MemoryWire {
    const client = this.client({ tls: true, peer });
    client.say(`GET ${path} HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n`);
    return client;
  }

  /** The answer; from the app it is 200, with what it was asked as the content. */
  async ask(path: string, about: { readonly more?: string; readonly peer?: string } = {}): Promise<{ status: number; text: string }> {
    const asked = this.transport.made.length;
    const client = this.begin(path, about);
    await eventually('an answer, or a request to the app', () => client.text !== '' || this.transport.made.length > asked);
    if (client.text === '') {
      const app = this.app();
      app.say(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${app.text.length}\r\n\r\n${app.text}`);
    }
    return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(client.text)?.[1]), text: client.text };
  }

  async status(path: string, about: { readonly more?: string; readonly peer?: string } = {}): Promise<number> { return (await this.ask(path, about)).status; }
}

describe('a password', () => {
  it('is asked for, and is nothing to the app', async () => {
    const front = new Guarded({ '/': `basic:${FILE}` });
    const without = await front.ask('/');
    assert.match(without.text, /^HTTP\/1\.1 401 Unauthorized\r\n[^]*\r\nWWW-Authenticate: Basic realm="Restricted", charset="UTF-8"\r\n/);
    assert.match(without.text, /password-missing/);
    const right = await front.ask('/', { more: `${ADA}X-Other: 1\r\n` });
    assert.equal(right.status, 200);
    assert.doesNotMatch(right.text, /authorization/i);
    assert.match(right.text, /X-Other: 1\r\n/);
    assert.equal(await front.status('/', { more: basic('bea', 'pässwörd') }), 200);
    for (const more of [basic('ada', 'open'), basic('ada', ''), basic('eve', 'open sesame'), basic('', ''), basic('ada', 'a'.repeat(40_000)), basic('ada', 'open sesame\0')]) {
      const { status, text } = await front.ask('/', { more });
      assert.equal(status, 401, more.slice(0, 60));
      assert.match(text, /password-wrong/);
    }
    for (const more of ['Authorization: Bearer abc\r\n', 'Authorization: Basic\r\n', 'Authorization: Basic YWRh\r\n', ADA + ADA]) assert.match((await front.ask('/', { more })).text, /password-missing/, more);
    const { log } = { log: front.events() };
    assert.ok(log.every((line) => !JSON.stringify(line).includes('sesame') && !JSON.stringify(line).includes(ADA.slice(21, 35))));
  });

  it('reaches the app where that is wanted, and where the guard did not ask for it', async () => {
    const front = new Guarded({ '/kept': `basic:${FILE} keep`, '/open': 'off', '/office': `basic:${FILE} allow:192.0.2.7 any` });
    for (const path of ['/kept', '/open', '/office', '/elsewhere']) assert.match((await front.ask(path, { more: ADA })).text, /Authorization: Basic /, path);
  });

  it('is found right or wrong once: what is known costs nothing, and who asks meanwhile waits for the same answer', async () => {
    const front = new Guarded({ '/': `basic:${FILE}` });
    const together = [0, 1, 2].map(() => front.begin('/', { more: ADA }));
    await eventually('the app to be asked by all', () => front.transport.made.length === 3);
    assert.ok(together.every(({ text }) => text === ''));
    front.begin('/', { more: ADA });
    assert.equal(front.transport.made.length, 4, 'at once');
    assert.equal(await front.status('/', { more: basic('ada', 'wrong') }), 401);
    assert.match(front.begin('/', { more: basic('ada', 'wrong') }).text, /^HTTP\/1\.1 401 /, 'at once');
  });

  it('that somebody guesses holds up nobody else: others are served while it is looked at', async () => {
    const slow = join(dir, 'slow.htpasswd');
    writeFileSync(slow, `ada:${VECTORS[0]![1].replace('$04$', '$09$')}\nbea:$6$rounds=20000$anotherlongsalts$${'a'.repeat(86)}\n`);
    const front = new Guarded({ '/': `basic:${slow}`, '/open': 'off' });
    for (const name of ['ada', 'bea']) {
      const guess = front.begin('/', { more: basic(name, 'a guess') });
      let served = 0;
      while (guess.text === '') { // each in a turn of its own, as a socket's event comes
        await new Promise((resolve) => { setImmediate(resolve); });
        assert.equal(await front.status('/open'), 200);
        served++;
      }
      assert.match(guess.text, /^HTTP\/1\.1 401 /);
      assert.ok(served > 5, `${served} others were served`);
    }
  });

  it('may be tried thirty times from one address, and so from one network of IPv6, whose every address is one household\'s', async () => {
    const front = new Guarded({ '/': `basic:${FILE}` });
    const tries = Array.from({ length: 40 }, (_, i) => front.begin('/', { peer: `2001:db8::${i + 1}`, more: basic('ada', `try ${i}`) }));
    const refused = tries.filter(({ text }) => text.startsWith('HTTP/1.1 429 '));
    assert.equal(refused.length, 10);
    assert.match(refused[0]!.text, /\r\nRetry-After: 2\r\n/);
    assert.match(front.begin('/', { peer: '2001:db8::ffff:1', more: ADA }).text, /^HTTP\/1\.1 429 /, 'the right one too, from there');
    assert.equal(await front.status('/', { peer: '2001:db8:0:1::1', more: ADA }), 200);
    await eventually('all to be answered', () => tries.every(({ text }) => /^HTTP\/1\.1 4(?:01|29) /.test(text)), 20_000);
    assert.equal(await front.status('/', { peer: '2001:db8::1', more: ADA }), 200, 'what is known is not counted');
  });

  it('is not looked at where it is too long, or where too many wait for that: nobody makes the front work without end', () => {
    const front = new Guarded({ '/': `basic:${FILE}` });
    assert.match(front.begin('/', { more: basic('ada', 'a'.repeat(257)) }).text, /^HTTP\/1\.1 401 /, 'at once');
    const crowd = Array.from({ length: 70 }, (_, i) => front.begin('/', { peer: `192.0.2.${i + 1}`, more: basic('ada', `try ${i}`) }));
    const refused = crowd.filter(({ text }) => /^HTTP\/1\.1 429 [^]*\r\nRetry-After: 1\r\n/.test(text));
    assert.equal(refused.length, 6, 'of 64 at most the outcome is waited for');
  });

  it('a body that came with it arrives', async () => {
    const front = new Guarded({ '/': `basic:${FILE}` }, { routes: [appRoute()] });
    const client = front.client();
    client.say(`POST / HTTP/1.1\r\nHost: shop.test\r\n${ADA}Content-Length: 6\r\n\r\nabc`);
    await eventually('the client to be read again', () => !client.paused);
    client.say('def');
    assert.match(front.app().text, /\r\n\r\nabcdef$/);
  });

  it('a client that leaves while it is looked at is not asked for', async () => {
    const front = new Guarded({ '/': `basic:${FILE}` });
    const left = front.begin('/', { more: ADA });
    left.break();
    assert.equal(await front.status('/', { more: ADA }), 200);
    assert.equal(front.transport.made.length, 1);
  });
});

describe('addresses', () => {
  it('those that are allowed, and none that is denied', async () => {
    const front = new Guarded({ '/': 'allow:192.0.2.0/24,2001:db8::/32 deny:192.0.2.66' });
    for (const [peer, status] of [['192.0.2.7', 200], ['2001:db8::5', 200], ['192.0.2.66', 403], ['198.51.100.1', 403]] as const) assert.equal(await front.status('/', { peer }), status, peer);
    assert.match((await front.ask('/', { peer: '198.51.100.1' })).text, /address-refused/);
  });

  it('the true ones: of the client that a believed proxy names, and not what anybody else says', async () => {
    const front = new Guarded({ '/': 'allow:192.0.2.7' }, {}, ['10.0.0.1']);
    const says = (client: string): string => `X-Forwarded-For: ${client}\r\nX-Forwarded-Proto: https\r\n`;
    assert.equal(await front.status('/', { peer: '10.0.0.1', more: says('192.0.2.7') }), 200);
    assert.equal(await front.status('/', { peer: '10.0.0.1', more: says('192.0.2.8') }), 403);
    assert.equal(await front.status('/', { peer: '10.0.0.1', more: says('192.0.2.7, 192.0.2.8') }), 403);
    assert.equal(await front.status('/', { peer: '203.0.113.1', more: says('192.0.2.7') }), 403);
  });

  it('beside a password both are needed, or one of them with any', async () => {
    const front = new Guarded({ '/both': `basic:${FILE} allow:192.0.2.7`, '/any': `basic:${FILE} allow:192.0.2.7 deny:192.0.2.66 any` });
    const [near, far, denied] = ['192.0.2.7', '198.51.100.1', '192.0.2.66'];
    const table: readonly (readonly [string, string | undefined, string, number])[] = [
      ['/both', near, ADA, 200], ['/both', near, '', 401], ['/both', far, ADA, 403], ['/any', near, '', 200], ['/any', far, ADA, 200], ['/any', far, '', 401], ['/any', denied, ADA, 403],
    ];
    for (const [path, peer, more, status] of table) assert.equal(await front.status(path, { peer: peer!, more }), status, `${path} ${peer} ${more}`);
  });
});

describe('which guard counts', () => {
  it('that of the longest prefix; a health path and the proofs for certificate authorities are open', async () => {
    const front = new Guarded({ '/': 'allow:10.0.0.1', '/public/': 'off' }, { health: ['/up'] });
    for (const path of ['/public/', '/public/x', '/up', '/.well-known/acme-challenge/token']) assert.equal(await front.status(path), 200, path);
    for (const path of ['/', '/publicly', '/up/x', '/up/../', '/.well-known/', '/.well-known/acme-challenge/../x', '/.well-known/acme-challenge/..%2f..%2fx']) assert.equal(await front.status(path), 403, path);
    assert.equal(await new Guarded({ '/': 'off', '/.well-known/acme-challenge/': 'allow:10.0.0.1' }).status('/.well-known/acme-challenge/token'), 403);
  });

  it('all of them, where servers may read the path in two ways', async () => {
    const front = new Guarded({ '/admin': 'allow:10.0.0.1', '/public': 'off', '/secret': `basic:${FILE}`, '/near': 'allow:192.0.2.7' });
    for (const path of ['/admin', '//admin', '/%61dmin', '/public/..;/admin', '/public/%2e%2e/admin', '/x/..%2fadmin', '/public\\..\\admin', '/admin/..;/public']) assert.equal(await front.status(path), 403, path);
    assert.equal(await front.status('/near/..;/secret'), 401);
    assert.equal(await front.status('/near/..;/secret', { more: ADA }), 200);
    assert.equal(await front.status('/near/..;/secret', { more: ADA, peer: '192.0.2.8' }), 403);
  });

  it('after the redirect to https: no password is asked for in the clear', () => {
    const front = new Guarded({ '/': `basic:${FILE}` });
    const plain = front.client({ tls: false });
    plain.say('GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    assert.match(plain.text, /^HTTP\/1\.1 30[78] /);
  });
});

describe('steps that may take a while', () => {
  it('go on one after the other until one finds something, whichever of them answers later', () => {
    const fault = new Fault('password-wrong');
    const waiting: Told[] = [];
    const later = (told: Told): 'later' => { waiting.push(told); return 'later'; };
    const good = (): undefined => undefined;
    const told: (Fault | undefined)[] = [];
    const say: Told = (found) => { told.push(found); };
    assert.equal(inTurn([good, good], say), undefined);
    assert.equal(inTurn([good, () => fault, () => assert.fail()], say), fault);
    assert.equal(inTurn([later, good, later, good], say), 'later');
    waiting.shift()!(undefined);
    assert.deepEqual([told.length, waiting.length], [0, 1]);
    waiting.shift()!(undefined);
    assert.deepEqual(told.splice(0), [undefined]);
    inTurn([later, () => assert.fail()], say);
    waiting.shift()!(fault);
    assert.deepEqual(told, [fault]);
  });
});

describe('guards as they are written', () => {
  const context = { folder: dir, defaultLog: 'json' } as const;
  let cwd: string;
  before(() => { cwd = process.cwd(); process.chdir(dir); });
  after(() => { process.chdir(cwd); });

  it('by flag and in a file they are the same', () => {
    const flags = configFromFlags('8000', { guard: ['/=basic:staging.htpasswd allow:10.0.0.0/8,loopback deny:10.0.0.9 any', '/public/=off'] }, dir);
    flags.problems.throwIfAny();
    const expected = [['/', { kind: 'guard', basic: FILE, allow: ['10.0.0.0/8', 'loopback'], deny: ['10.0.0.9'], any: true, keepAuthorization: false }], ['/public/', { kind: 'off' }]];
    assert.deepEqual(resolveConfig({ ...flags.front, ...flags.site }, context).sites[0]!.guards, expected);
    const written = { '/': { basic: 'staging.htpasswd', allow: ['10.0.0.0/8', 'loopback'], deny: ['10.0.0.9'], any: true }, '/public/': 'off' };
    assert.deepEqual(resolveConfig({ app: 8000, guards: written }, context).sites[0]!.guards, expected);
  });

  const WRONG: readonly (readonly [guard: unknown, says: RegExp])[] = [
    [{}, /guards\.\/: .*basic, allow or deny/], [{ basic: 'gone' }, /guards\.\/\.basic: .*a file that is there/], [{ allow: ['everybody'] }, /guards\.\/\.allow\[0\]: /],
    [{ any: true, basic: 'staging.htpasswd' }, /basic and allow beside any/], ['on', /off/], [{ password: 'x' }, /no such key/],
  ];
  for (const [written, says] of WRONG) {
    it(`refused: ${JSON.stringify(written)}`, () => { assert.throws(() => resolveConfig({ app: 8000, guards: { '/': written } }, context), says); });
  }
  it('refused: a flag with a word that is none', () => {
    const { problems } = configFromFlags('8000', { guard: ['/=basic:x password:y'] }, dir);
    assert.throws(() => { problems.throwIfAny(); }, /--guard: .*"password:y" is none of them/);
  });
});
