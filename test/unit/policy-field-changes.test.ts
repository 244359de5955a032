import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileChanges, fieldNameProblem, fieldValueProblem, mergeChanges } from '../../src/core/policy/field-changes.ts';

const field = (name: string, value = 'v'): { name: string; value: string } => ({ name, value });

describe('changes to field lines', () => {
  it('set takes the place of every line of the name, add stands beside them, remove takes them off', () => {
    const { change, complete, drop } = compileChanges({ set: [field('A', '1')], add: [field('B', '2')], remove: ['C'] });
    const lines = 'a: x\r\nB: y\r\nc: z\r\nA: x\r\nD: \r\n';
    assert.equal(change(lines), 'B: y\r\nD: \r\nA: 1\r\nB: 2\r\n');
    assert.equal(drop(lines), 'B: y\r\nD: \r\n');
    assert.equal(complete('a: x\r\nC: z\r\n'), 'a: x\r\nC: z\r\nB: 2\r\n');
    assert.equal(change(''), 'A: 1\r\nB: 2\r\n');
  });

  it('a route\'s word about a name counts before its site\'s', () => {
    const site = { set: [field('A', 'site'), field('B', 'site')], add: [field('C', 'site')], remove: ['D', 'E'] };
    assert.deepEqual(mergeChanges(site, { set: [field('d', 'route')], add: [], remove: ['a', 'C'] }), { set: [field('B', 'site'), field('d', 'route')], add: [], remove: ['E', 'a', 'C'] });
    assert.equal(mergeChanges(site, undefined), site);
    assert.equal(mergeChanges(undefined, undefined), undefined);
  });

  it('names that mean something to the front are not an operator\'s to change, and the option that is meant is named', () => {
    for (const [name, where, meant] of [
      ['Host', 'request', /--tell/], ['Content-Length', 'request', /frames/], ['connection', 'answer', /frames/], ['Transfer-Encoding', 'answer', /frames/], ['TE', 'request', /frames/], ['Keep-Alive', 'answer', /frames/],
      ['X-Forwarded-Proto', 'request', /--speaks and --tell/], ['X-Real-IP', 'request', /--tell/], ['X-Forwarded-Prefix', 'request', /strip: true/], ['X-Request-Id', 'request', /id of each request/],
      ['Strict-Transport-Security', 'answer', /--hsts/], ['Location', 'answer', /redirect/], ['X-Sendfile', 'answer', /never shown/], ['Date', 'answer', /front writes/], ['Proxy', 'request', /always removed/],
      ['X_Token', 'request', /write X-Token/], ['A B', 'answer', /not a header name/], ['', 'answer', /not a header name/], ['A:', 'answer', /not a header name/],
    ] as const) assert.match(fieldNameProblem(name, where) ?? 'allowed', meant, name);
    for (const name of ['Authorization', 'Cookie', 'X-Token', 'Accept-Encoding', 'Via', 'Origin']) assert.equal(fieldNameProblem(name, 'request'), undefined, name);
    for (const name of ['Server', 'Set-Cookie', 'Content-Type', 'Cache-Control', 'Content-Security-Policy', 'X-Powered-By']) assert.equal(fieldNameProblem(name, 'answer'), undefined, name);
  });

  it('a value is one line of plain text', () => {
    for (const value of ['a\r\nb', 'a\nb', 'a\rb', 'a\0b', 'ä', ' a', 'a\t', '']) assert.notEqual(fieldValueProblem(value), undefined, JSON.stringify(value));
    for (const value of ['a', 'a, b; "c"', 'a\tb']) assert.equal(fieldValueProblem(value), undefined);
  });
});
