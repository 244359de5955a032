/** The Django site of test/e2e/django under the name that the pages of docs/ give it: a folder `mysite` with settings and wsgi. */
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SITE, siteEnvironment } from './gunicorn.ts';
import { tempDir } from './scope.ts';
import type { Scope } from './scope.ts';

/**
 * Makes it in a folder of its own; `settings` are lines at the end of its settings.py. Gives the folder that holds
 * `mysite` and the environment its servers need.
 */
export const makeMysite = async (scope: Scope, settings = ''): Promise<{ dir: string; env: NodeJS.ProcessEnv }> => {
  const env = await siteEnvironment(scope);
  const dir = tempDir(scope);
  for (const name of ['settings.py', 'urls.py', 'views.py']) copyFileSync(join(SITE, name), join(dir, name));
  mkdirSync(join(dir, 'mysite'));
  writeFileSync(join(dir, 'mysite/__init__.py'), '');
  writeFileSync(join(dir, 'mysite/settings.py'), `from settings import *\n${settings}`);
  writeFileSync(join(dir, 'mysite/wsgi.py'), "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'mysite.settings'\nfrom django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n");
  const data = String(env['SITE_DATA']);
  // Servers that root starts serve as another user (Apache's www-data), who writes to the database and its folder.
  chmodSync(dir, 0o755);
  chmodSync(data, 0o777);
  chmodSync(join(data, 'site.sqlite3'), 0o666);
  // The path is the reader's, and the settings module is named by mysite/wsgi.py.
  const { PATH: _path, DJANGO_SETTINGS_MODULE: _module, ...needed } = env;
  return { dir, env: { ...needed, PYTHONPATH: dir } };
};
