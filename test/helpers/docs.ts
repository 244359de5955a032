/**
 * A page of docs/ followed as a person would: its files written, its programs started, its commands typed, with the
 * test's ports and folders in the place of the page's. What nobody follows fails, so that no page goes stale.
 *
 *   const page = docsPage('uwsgi');                                      // test/e2e/docs/uwsgi.test.ts
 *   describe('…', page.requires('uwsgi', 'uwsgi-plugin-python3'), () => {
 *     const reader = page.follow(t, { '127.0.0.1:3031': `127.0.0.1:${port}` });   // fails where the page has no such text
 *     reader.write('mysite/settings.py');                                // the block that is this file
 *     await reader.start('uwsgi --plugin', /spawned uWSGI worker 2/);    // the command that holds this text: runs on
 *     const front = await reader.front('sallyport uwsgi://127.0.0.1');   // the same for the front, on free ports
 *     await reader.run('curl');                                          // runs to its end; must succeed
 *   page.leave('npm install express', 'the tests have it already');      // what no test can follow, and why
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after } from 'node:test';
import { blocksOf, followedBy, linesOf, pageText, replaceWords, wordPattern } from './docs-page.ts';
import { BIN, frontEnv, startFront } from './front.ts';
import type { Front } from './front.ts';
import { runProgram, startProgram } from './program.ts';
import type { Program } from './program.ts';
import { requires } from './real.ts';
import { tempDir } from './scope.ts';
import type { Scope } from './scope.ts';

type Values = Readonly<Record<string, string>>;

export interface FollowOptions {
  /** Where commands are typed and files with relative names go; a temporary folder of its own by default. */
  readonly dir?: string;
  /** More variables for every program. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Reader {
  readonly dir: string;
  /** More of the test's values in the place of the page's words, for what follows; each word must be in a block of the page. */
  bind(values: Values): void;
  /** The block that is this file, or the only one that holds this text. */
  text(which: string): string;
  /** Writes that block under its own name, or under another; gives the path. */
  write(which: string, as?: string): string;
  /** The command that holds this text, with the test's values. */
  line(which: string): string;
  /** Starts a program that runs on, and waits until it prints `ready`. */
  start(which: string, ready?: RegExp): Promise<Program>;
  /** Starts a `sallyport …` line. */
  front(which: string): Promise<Front>;
  /** Types a command that comes to its end. Rejects where it fails. */
  run(which: string): Promise<{ stdout: string; stderr: string }>;
}

export interface DocsPage {
  readonly text: string;
  /** As `requires` of real.ts; where something is skipped, it is no fault that parts of the page were not followed. */
  requires(...packages: string[]): { skip: string | false };
  /** Says that no test follows this command or block, and why. */
  leave(which: string, why: string): void;
  follow(scope: Scope, values: Values, options?: FollowOptions): Reader;
  /** The commands and blocks that nobody has followed yet. */
  left(): string[];
  skipped(): boolean;
}

// Debian's own programs first: another Python or Ruby may stand before them on a machine's PATH.
const PATH = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', dirname(process.execPath)].join(':');

/** What a shell makes of a command's words. */
const shellWords = (text: string): string[] => execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${text}`], { encoding: 'utf8' }).split('\0').slice(0, -1);

const outside = (path: string, dir: string): boolean => ![dir, tmpdir()].some((parent) => path.startsWith(`${parent}/`));

/** The page, for the one test file that follows it. The file fails where it ends without having followed all of it. */
export const docsPage = (name: string): DocsPage => {
  const page = openPage(`docs/${name}.md`, pageText(name));
  after(() => {
    const left = page.skipped() ? [] : page.left();
    if (left.length > 0) throw new Error(`${followedBy(name)} does not follow the whole page. Follow these, or say why not with page.leave(…):\n${left.join('\n')}`);
  });
  return page;
};

export const openPage = (file: string, text: string): DocsPage => {
  const blocks = blocksOf(text);
  const lines = blocks.filter(({ language }) => language === 'sh').flatMap(linesOf);
  const files = blocks.filter(({ language }) => language !== 'sh');
  const done = new Set<number>();
  let skipped = false;

  /** The one that was meant; where the same text stands twice, following it once will do. */
  const only = <T extends { readonly line: number; readonly text: string }>(what: string, all: readonly T[], which: string): T => {
    const exact = all.filter(({ text }) => text === which);
    const found = exact.length > 0 ? exact : all.filter(({ text }) => text.includes(which));
    const [first] = found;
    if (first === undefined || found.some(({ text }) => text !== first.text)) {
      throw new Error(`${file} has ${found.length} ${what} with "${which}", expected 1. It has:\n${all.map(({ line, text }) => `${line}: ${text}`).join('\n')}`);
    }
    for (const { line } of found) done.add(line);
    return first;
  };
  const command = (which: string): string => only('commands', lines, which).text;
  const block = (which: string): { text: string; file: string | undefined } => {
    const named = files.filter((one) => one.file === which);
    return named.length === 1 ? only('files', named, named[0]!.text) : only('blocks', files, which);
  };

  const left = (): string[] => [...lines, ...files].filter(({ line }) => !done.has(line)).map(({ line, text }) => `${file}:${line}: ${text.split('\n')[0]}`);

  const follow = (scope: Scope, first: Values, options: FollowOptions = {}): Reader => {
    const dir = options.dir ?? tempDir(scope);
    const bin = tempDir(scope);
    writeFileSync(join(bin, 'sallyport'), `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
    chmodSync(join(bin, 'sallyport'), 0o755);
    const env = { ...frontEnv(), PATH: `${bin}:${PATH}`, LC_ALL: 'C.UTF-8', ...options.env };
    let values: Values = {};
    const bind = (more: Values): void => {
      const said = [...lines, ...files].map(({ text }) => text).join('\n');
      for (const word of Object.keys(more)) if (!new RegExp(wordPattern(word)).test(said)) throw new Error(`no block of ${file} says "${word}", which the test would replace by "${more[word]}"`);
      values = { ...values, ...more };
    };
    bind(first);
    const ours = (text: string): string => replaceWords(text, values);
    const line = (which: string): string => ours(command(which));
    return {
      dir, bind, line,
      text: (which) => ours(block(which).text),
      write: (which, as) => {
        const found = block(which);
        const written = as ?? found.file;
        if (written === undefined) throw new Error(`${file} does not say which file this is: begin it with a comment that names it, or name it in the sentence before:\n${found.text}`);
        const path = resolve(dir, ours(written));
        if (outside(path, dir)) throw new Error(`${file} names ${path}: replace its folder by a temporary one`);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, ours(found.text));
        return path;
      },
      start: async (which, ready) => {
        // `exec`: a signal must reach the program and not a shell that holds it.
        const typed = line(which).replace(/^((?:[A-Z_]\w*=\S* +)*)/, '$1exec ');
        const program = startProgram(scope, ['/bin/sh', '-c', typed], { cwd: dir, env });
        if (ready !== undefined) await program.prints(ready, 60_000);
        return program;
      },
      front: (which) => {
        const [, words] = /^(?:npx )?sallyport (.*)$/.exec(line(which)) ?? [];
        if (words === undefined) throw new Error(`${file}: "${which}" is not a sallyport command`);
        return startFront(scope, shellWords(words), { cwd: dir, env });
      },
      run: async (which) => {
        const typed = line(which).replace(/^npx sallyport /, 'sallyport ');
        const { exit, stdout, stderr } = await runProgram(['/bin/sh', '-c', typed], { cwd: dir, env, ms: 120_000 });
        if (exit.code !== 0) throw new Error(`${file}: \`${typed}\` ended with ${exit.code ?? exit.signal}:\n${stdout}${stderr}`);
        return { stdout, stderr };
      },
    };
  };

  return {
    text, left, follow,
    skipped: () => skipped,
    requires: (...packages) => {
      const answer = requires(...packages);
      skipped ||= answer.skip !== false;
      return answer;
    },
    leave: (which, why) => {
      if (why.trim() === '') throw new Error(`${file}: say why no test follows "${which}"`);
      const isFile = files.some((one) => one.file === which || one.text.includes(which));
      if (isFile) block(which); else command(which);
    },
  };
};
