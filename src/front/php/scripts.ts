import { chooseScript } from '../../core/fastcgi/script.ts';
import { Fault } from '../../core/errors.ts';
import { comparedPath, leavesRoot } from '../../core/policy/paths.ts';
import { comparedPrefix } from '../../core/policy/prefixes.ts';
import { notSource } from '../static/source.ts';
import { fileName, thisSystem } from '../static/names.ts';
import { Folder } from '../static/open.ts';
import { createStaticRoot } from '../static/root.ts';
import type { FileLead, StaticTarget } from '../sites/targets.ts';

/** A script that is there, in the words of CGI. All but `root` in latin1. */
export interface RunScript {
  /** Absolute path of the folder. */
  readonly root: string;
  /** Below the root, beginning with a slash. */
  readonly script: string;
  /** As the client names it: with the prefix that the root stands for. */
  readonly scriptName: string;
  readonly pathInfo: string;
}

/** Who answers a request at a PHP site: a script, a file as it is, or the same folder with its slash. */
export type ScriptAnswer =
  | { readonly kind: 'run'; readonly run: RunScript }
  | { readonly kind: 'file'; readonly lead: FileLead }
  | { readonly kind: 'folder' };

/** What stands in front of a FastCGI server: the one place that says what it is asked to run. */
export interface Scripts {
  /** The fault is `not-found`, `outside-root` for a link that leads out, or the system's (`file-unreadable`, `file-trouble`). */
  choose(target: string): ScriptAnswer | Fault;
}

/** What becomes of answers with files. */
export type FileAnswers = Pick<StaticTarget, 'changeAnswer' | 'compress'>;

/** `path`: the prefix that the folder stands for, as it was written. `answers`: what becomes of files as they are. Throws where the folder is not there. */
export function createScripts(path: string, root: string, answers: FileAnswers): Scripts {
  return new PhpSite(path, root, answers);
}

class PhpSite implements Scripts {
  readonly #root: string;
  readonly #prefix: string;
  readonly #folder: Folder;
  readonly #files: StaticTarget;

  constructor(path: string, root: string, answers: FileAnswers) {
    this.#prefix = comparedPrefix(path);
    this.#folder = new Folder(root);
    this.#root = this.#folder.dir;
    const files = { kind: 'static', path, dir: root, cacheControl: undefined, fallback: undefined, missing: '404' } as const;
    this.#files = { kind: 'static', route: files, root: createStaticRoot(files, notSource), ...answers };
  }

  choose(target: string): ScriptAnswer | Fault {
    if (leavesRoot(target)) return new Fault('not-found', 'The path leads above the root.');
    const path = comparedPath(target);
    if (!path.startsWith(this.#prefix)) return new Fault('not-found', `The path can be read in several ways, and one of them is not below ${this.#prefix}/.`);
    const below = path.slice(this.#prefix.length);
    const look = new Look(this.#folder);
    const choice = chooseScript(below === '' ? '/' : below, look.exists);
    // What cannot be looked at is not the same as what is not there: index.php must not answer for it.
    if (look.trouble !== undefined) return look.trouble;
    if (choice.kind === 'not-found') return new Fault('not-found', choice.why);
    if (below === '' || choice.kind === 'redirect') return { kind: 'folder' };
    if (choice.kind === 'static') return { kind: 'file', lead: { target: this.#files, rest: choice.path } };
    const { script, pathInfo } = choice;
    return { kind: 'run', run: { root: this.#root, script, scriptName: this.#prefix + script, pathInfo } };
  }
}

/** Looks at the disk for one request. */
class Look {
  trouble: Fault | undefined;
  readonly #folder: Folder;

  constructor(folder: Folder) {
    this.#folder = folder;
  }

  /** On the loop's own thread: looking at a name that was just used is answered from memory, and a trip to another thread takes longer. */
  readonly exists = (path: string): boolean => {
    const name = fileName(path.slice(1), thisSystem);
    if (name === undefined) return false;
    const real = this.#folder.realPath(name);
    if (real instanceof Fault) { this.trouble ??= real; return false; }
    // Through a link a picture could be run under a script's name.
    return real !== undefined && (!path.endsWith('.php') || real.endsWith('.php'));
  };
}
