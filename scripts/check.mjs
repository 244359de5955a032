// What has to hold before a test is run: lint, types, a build. Side by side, as two cores do them in half the time; the
// output of each is shown when it is over, and what fails does not keep the others from saying what they found.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const root = new URL('..', import.meta.url);

const run = async (script) => {
  const child = spawn('npm', ['run', '--silent', script], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { output += text; });
  const [code] = await once(child, 'close');
  process.stdout.write(output);
  console.log(`${code === 0 ? 'ok' : 'FAILED'}: npm run ${script}`);
  return code === 0;
};

const inTurn = async (...scripts) => {
  let good = true;
  for (const script of scripts) good = await run(script) && good;
  return good;
};

const passed = await Promise.all([inTurn('lint'), inTurn('build', 'typecheck')]);
process.exit(passed.every(Boolean) ? 0 : 1);
