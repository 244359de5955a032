/** The Django site of test/e2e/django under the name that the pages of docs/ give it: a folder `mysite` with settings and wsgi. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { siteEnvironment } from './gunicorn.ts';
import { tempDir } from './scope.ts';
import type { Scope } from './scope.ts';

/**
 * Makes it in a folder of its own; `settings` are lines at the end of its settings.py. Gives the folder that holds
 * `mysite` and the environment its servers need.
 */
export const makeMysite = async (scope: Scope, settings = ''): Promise<{ dir: string; env: NodeJS.ProcessEnv }> => {
  const dir = tempDir(scope);
  mkdirSync(join(dir, 'mysite'));
  writeFileSync(join(dir, 'mysite/__init__.py'), '');
  writeFileSync(join(dir, 'mysite/settings.py'), `from settings import *\n${settings}`);
  writeFileSync(join(dir, 'mysite/wsgi.py'), "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'mysite.settings'\nfrom django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n");
  // The path is the reader's, and the settings module is named by mysite/wsgi.py.
  const { PATH: _path, DJANGO_SETTINGS_MODULE: _module, ...env } = await siteEnvironment(scope);
  return { dir, env };
};
