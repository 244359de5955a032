/** Where programs of a machine look up whom they trust. */
import { execFile } from 'node:child_process';
import type { AuthorityCertificate } from '../authority.ts';

export interface TrustStore {
  /** For people, as in "Firefox (default-release)". */
  readonly name: string;
  /** Puts these authorities in, and looks whether they are. */
  install(authorities: readonly AuthorityCertificate[]): Promise<Outcome>;
  /** Takes them out, and looks whether they are gone. */
  remove(authorities: readonly AuthorityCertificate[]): Promise<Outcome>;
}

export interface Outcome {
  /** `already`: there was nothing to do. `todo`: a person has to, as `lines` says. `failed`: it was tried; `lines` says what happened. */
  readonly state: 'done' | 'already' | 'todo' | 'failed';
  readonly lines: readonly string[];
}

export interface Ran {
  /** The exit status; undefined where the program does not exist. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, a minute at most, with nothing on its standard input, so that one that asks for a password fails. */
export function run(program: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    // Root's own programs are not on the path of everybody who is root.
    const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' };
    const child = execFile(program, args, { env, timeout: 60_000, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (!error) return resolve({ status: 0, stdout, stderr });
      resolve({ status: error.code === 'ENOENT' ? undefined : typeof error.code === 'number' ? error.code : 1, stdout, stderr: stderr || error.message });
    });
    child.stdin?.on('error', () => {}).end();
  });
}

/** For a shell: as it is where that is safe, else in single quotes. */
export const quote = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** What is the same in a certificate however its PEM text is wrapped. */
export const pemBody = (pem: string): string => pem.replace(/-----[^-]+-----|\s/g, '');
