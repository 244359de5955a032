// Builds one executable with Bun inside, from the sources: build/sallyport, or the path that is named. Runs on Bun:
//   npm run build:binary [-- PATH]
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = join(root, 'src/cli');
const outfile = resolve(process.argv[2] ?? join(root, 'build/sallyport'));

const filesBelow = (dir) => readdirSync(dir).flatMap((name) => {
  const path = join(dir, name);
  return statSync(path).isDirectory() ? filesBelow(path) : [path];
});

/** What src/cli/own-files.ts reads where there is a package: every file below src/cli that is not code, and the version. */
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const texts = {
  '../../package.json': JSON.stringify({ version }),
  ...Object.fromEntries(filesBelow(cli).filter((file) => !file.endsWith('.ts')).map((file) => [relative(cli, file), readFileSync(file, 'utf8')])),
};

const comeAlong = {
  name: 'what is read from disk comes along',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]cli[\\/]own-files\.ts$/ }, () => ({
      loader: 'js',
      contents: `const texts = ${JSON.stringify(texts)};
export const singleExecutable = true;
export const ownFile = (path) => texts[path];`,
    }));
    // jiti looks for its transpiler on the disk; this entry of it has the transpiler in it.
    build.onResolve({ filter: /^jiti$/ }, ({ importer }) => ({ path: Bun.resolveSync('jiti/static', importer) }));
  },
};

await Bun.build({
  entrypoints: [join(cli, 'main.ts')],
  plugins: [comeAlong],
  banner: "process.on('SIGUSR1', () => {});", // as bin/sallyport.js does, before anything else
  minify: { syntax: true, whitespace: true, identifiers: false }, // a defect's stack keeps its names
  // What lies in the folder it is started in (an app's .env, bunfig.toml) is the app's, and nothing of the front.
  compile: { outfile, autoloadDotenv: false, autoloadBunfig: false, autoloadTsconfig: false, autoloadPackageJson: false },
});
console.log(`${outfile}: ${Math.round(statSync(outfile).size / 1024 / 1024)} MiB, Sallyport ${version} on Bun ${Bun.version}`);
