/** The Django admin as a browser uses it: forms with their token, their cookies, and where they came from. */
import assert from 'node:assert/strict';
import type { Got } from './client.ts';
import type { Front } from './front.ts';
import { ADMIN } from './gunicorn.ts';

/** The cookies that an answer sets, by name. */
export const cookiesOf = (got: Got): Map<string, string> => new Map((got.headers['set-cookie'] ?? []).map((line) => {
  const [pair = ''] = line.split(';');
  return [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const;
}));

const token = (page: string): string => /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(page)?.[1] ?? assert.fail('no CSRF token in the form');

export interface Form { readonly path: string; readonly fields: Readonly<Record<string, string>>; readonly from?: { readonly origin?: string; readonly referer?: string } }

/** Sends a page's form as a browser would: form encoding, the page's cookies, its Origin and Referer. */
export const sendForm = (front: Front, page: Got, form: Form): Promise<Got> => {
  const { path, fields, from = {} } = form;
  const body = new URLSearchParams({ csrfmiddlewaretoken: token(page.text), ...fields }).toString();
  return front.get(path, { method: 'POST', body, headers: {
    'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': String(body.length),
    Cookie: [...cookiesOf(page)].map(([name, value]) => `${name}=${value}`).join('; '),
    Origin: from.origin ?? front.https, Referer: from.referer ?? `${front.https}${path}`,
  } });
};

/**
 * Logs in over https and asks for the admin's first page. Django checks the Referer of a secure POST against the host, and
 * newer ones the Origin against the scheme they believe in: an app that was told http refuses every form with 403.
 */
export const logIn = async (front: Front): Promise<{ login: Got; done: Got; admin: Got }> => {
  const path = '/admin/login/?next=/admin/';
  const login = await front.get(path);
  const done = await sendForm(front, login, { path, fields: { username: ADMIN.name, password: ADMIN.password, next: '/admin/' } });
  assert.equal(done.status, 302, done.text);
  assert.equal(new URL(done.headers.location ?? '', front.https).href, `${front.https}/admin/`);
  const session = cookiesOf(done).get('sessionid') ?? assert.fail('no session cookie');
  const admin = await front.get('/admin/', { headers: { Cookie: `sessionid=${session}` } });
  assert.equal(admin.status, 200);
  assert.match(admin.text, /Site administration/);
  for (const [got, name] of [[login, 'csrftoken'], [done, 'sessionid']] as const) {
    assert.match((got.headers['set-cookie'] ?? []).find((line) => line.startsWith(name)) ?? '', /;\s*Secure/i, `${name} is for https alone`);
  }
  return { login, done, admin };
};
