import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRAMEWORKS, settings, type FrameworkName, type SettingsOptions } from '../../../src/core/settings/index.ts';
import { settingsText } from '../../../src/core/settings/text.ts';
import { docsPage } from '../../helpers/docs.ts';

const page = docsPage('settings');

/** That the page is the table, test/unit/readme.test.ts says. What puts the lines into apps: */
const IN_REAL_APPS = 'test/e2e/settings.test.ts puts these lines into a real app';
const REASONS: Readonly<Record<FrameworkName, string>> = {
  django: IN_REAL_APPS, gunicorn: IN_REAL_APPS, uwsgi: IN_REAL_APPS, rails: IN_REAL_APPS,
  flask: IN_REAL_APPS,
  fastapi: `${IN_REAL_APPS}; a Hypercorn that has the middleware is not among the parts that tests install`,
  laravel: 'not among the parts that tests install', symfony: 'not among the parts that tests install', spring: 'not among the parts that tests install',
  aspnet: 'not among the parts that tests install', phoenix: 'not among the parts that tests install',
  wordpress: 'not among the parts that tests install', php: 'test/e2e/docs/php.test.ts follows this command, and reads $_SERVER behind it',
  express: 'test/e2e/app-half.test.ts and test/e2e/node-apps.test.ts have these lines', fastify: 'test/e2e/app-half.test.ts and test/e2e/node-apps.test.ts have these lines',
  koa: 'test/e2e/app-half.test.ts and test/e2e/node-apps.test.ts have these lines', hono: 'test/e2e/app-half.test.ts has these lines', node: 'test/e2e/app-half.test.ts has these lines',
  nest: 'test/e2e/app-half.test.ts has these lines', next: 'examples/next has the first, the other is for a redirect of the reader\'s own',
};
const ALL: readonly SettingsOptions[] = [...(['standard', 'rfc7239', 'legacy', 'ssl-flag', 'front-end-https'] as const).map((profile) => ({ profile })), { tell: 'X-Is-Secure: yes' }];
for (const [name, why] of Object.entries(REASONS) as [FrameworkName, string][]) {
  for (const options of ALL) {
    for (const { lines, language } of settings(name, options).settings) {
      for (const text of language === 'sh' ? lines : [`${lines.join('\n')}\n`]) if (page.text.includes(text)) page.leave(text, why);
    }
  }
}

test('docs/settings.md: the command prints what the page says', async (t) => {
  const reader = page.follow(t, {});
  assert.equal((await reader.run('sallyport settings django')).stdout, settingsText(settings('django')));
  assert.equal((await reader.run('sallyport settings django --profile legacy')).stdout, settingsText(settings('django', { profile: 'legacy' })));
  assert.equal((await reader.run('sallyport settings express --front')).stdout, settingsText(settings('express', { front: '10.0.0.5' })));
  for (const name of Object.keys(FRAMEWORKS)) assert.match(page.text, new RegExp(`^## ${FRAMEWORKS[name as FrameworkName].name}$`, 'm'));
});
