import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALWAYS_HIDDEN, createHide } from '../../src/front/log/hide.ts';

const hide = createHide();

test('a target without a query, and a query without secrets, are logged as they are', () => {
  for (const target of ['/', '*', '/a/b.css', '/?', '/?q=1&page=2', '/?a=b;c=d&&e', '/token/abc', '/?monkey=1&barcode=2', '/?q=token', '/?token', '/?q=100%', '/?q=%zz&x=%']) {
    assert.equal(hide(target), target);
  }
});

const HIDDEN: readonly (readonly [as: string, logged: string])[] = [
  ['/?token=abc', '/?token=***'],
  ['/?a=1&token=abc&b=2', '/?a=1&token=***&b=2'],
  ['/?TOKEN=abc', '/?TOKEN=***'],
  ['/?access_token=a&id-token=b&accessToken=c&csrfmiddlewaretoken=d', '/?access_token=***&id-token=***&accessToken=***&csrfmiddlewaretoken=***'],
  ['/?user[password]=a&user%5Bpassword%5D=b&keys=1&api_key=c&apiKey=d', '/?user[password]=***&user%5Bpassword%5D=***&keys=1&api_key=***&apiKey=***'],
  ['/?%74oken=abc&to%6ben=d', '/?%74oken=***&to%6ben=***'], // the app reads token
  ['/?a=1;token=x;y&b=2', '/?a=1;token=***&b=2'], // where ; belongs to the value, y does too
  ['/?token=a=b?c=d/e&f', '/?token=***&f'],
  ['/?token=', '/?token=***'],
  ['/?X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-Date=c', '/?X-Amz-Credential=***&X-Amz-Signature=***&X-Amz-Date=c'],
  ['/cb?code=4/0AX&state=s', '/cb?code=***&state=s'],
  ['https://me:pw@app.example/x?key=1', 'https://***@app.example/x?key=***'],
  ['https://me@app.example', 'https://***@app.example'],
];

test('the value of a parameter that lets somebody in is not logged, however its name is written', () => {
  for (const [as, logged] of HIDDEN) assert.equal(hide(as), logged, as);
  for (const word of ALWAYS_HIDDEN) assert.equal(hide(`/?x_${word}=v&n=1`), `/?x_${word}=***&n=1`);
});

test('names of one\'s own are hidden as well, by the same rule', () => {
  const own = createHide(['invite', 'rl', 'Reset.Link']);
  assert.equal(own('/?invite=a&user_invite=b&rl=c&curl=d&reset.link=e&token=f'), '/?invite=***&user_invite=***&rl=***&curl=d&reset.link=***&token=***');
  assert.equal(hide('/?invite=a'), '/?invite=a');
});

test('no query takes long', () => {
  const begun = performance.now();
  for (const piece of ['a=1&', '&', ';', '=', 'token=', '%', '@', 'tokenkey', '[', 'token=;']) hide(`/?${piece.repeat(16384 / piece.length)}`);
  assert.ok(performance.now() - begun < 2000);
});
