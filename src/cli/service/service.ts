/** `sallyport service print` and `install`: a call as a service of systemd. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Flags } from '../flags.ts';
import { findAccount } from '../privilege/account.ts';
import { selfCommand } from '../self.ts';
import { readSettings } from '../settings.ts';
import { RunError, type Terminal } from '../terminal.ts';
import { absoluteWords } from './absolute.ts';
import { planFor, type ServicePlan } from './plan.ts';
import { unitsOf, type Unit } from './units.ts';

export interface ServiceFlags extends Flags {
  readonly name?: string;
  readonly force?: boolean;
}

/** Where an administrator's units are (systemd.unit(5)). */
export const UNITS = '/etc/systemd/system';

/** What the machine has where. */
export interface ServicePlaces {
  /** Where units go; {@link UNITS}. */
  readonly folder?: string;
  /** The program that is to be started, with its first words; by default this one. */
  readonly program?: readonly [string, ...string[]] | undefined;
}

/** Prints the units; what does not fit is a warning. */
export async function printService(app: string | undefined, flags: ServiceFlags, terminal: Terminal): Promise<number> {
  const plan = await planOf(app, flags, { terminal });
  terminal.out(unitsOf(plan).map(({ file, text }) => `# ${UNITS}/${file}\n${text}`).join('\n'));
  const hidden = hiddenProgram(plan);
  if (hidden !== undefined) terminal.err(`sallyport: warning: ${hidden}\n`);
  return 0;
}

/**
 * Writes the units and says what comes next. 0 also where they are there already, as they should be.
 * @throws RunError where that takes root, or a file that is there says something else and `--force` is not given.
 */
export async function installService(app: string | undefined, flags: ServiceFlags, terminal: Terminal, { folder = UNITS, program }: ServicePlaces = {}): Promise<number> {
  const plan = await planOf(app, flags, { terminal, program });
  const hidden = hiddenProgram(plan);
  if (hidden !== undefined) throw new RunError(hidden);
  if (!existsSync(folder)) throw new RunError(`There is no ${folder}: this machine is not run by systemd. Next: sallyport service print shows what would be written.`);
  const units = unitsOf(plan);
  const different = units.filter(({ file, text }) => existsSync(join(folder, file)) && readFileSync(join(folder, file), 'utf8') !== text);
  if (different.length > 0 && flags.force !== true) {
    throw new RunError(`${different.map(({ file }) => join(folder, file)).join(' and ')} ${different.length === 1 ? 'is there and says' : 'are there and say'} something else:\n${different.map((unit) => changes(readFileSync(join(folder, unit.file), 'utf8'), unit)).join('')}Next: --force writes the lines with a plus in their place; what you changed yourself belongs into a drop-in, which is kept (systemctl edit ${plan.name}.service); --name gives another service's.`);
  }
  for (const { file, text } of units) {
    try {
      writeFileSync(join(folder, file), text, { mode: 0o644 });
    } catch (error) {
      throw new RunError(`${join(folder, file)} cannot be written (${(error as NodeJS.ErrnoException).code}). Next: run this as root (sudo sallyport service install …), or write what sallyport service print shows.`);
    }
    terminal.out(`Wrote ${join(folder, file)}\n`);
  }
  terminal.out(nextSteps(plan));
  return 0;
}

async function planOf(app: string | undefined, flags: ServiceFlags, { terminal, program = selfCommand() }: { readonly terminal: Terminal; readonly program?: readonly [string, ...string[]] | undefined }): Promise<ServicePlan> {
  const { name = 'sallyport', force: _force, user: _user, ...said } = flags;
  if (!/^[a-z][a-z0-9_-]*$/.test(name)) throw new RunError(`--name ${name}: expected lower-case letters, digits, - and _, such as sallyport`, 2);
  const { settings, file } = await readSettings(app, flags, terminal);
  const [first, ...start] = program;
  const words = absoluteWords(app, file === undefined ? said : { ...said, config: file }, terminal.cwd);
  const facts = planFor(settings, words);
  const random = facts.sockets.find((place) => /(?:^|:)0$/.test(place));
  if (random !== undefined) throw new RunError(`A door on a free port (${random}) cannot be a socket of systemd's. Give it a port with --https or --http.`, 2);
  return {
    ...facts, name, words,
    user: settings.user?.name ?? 'sallyport',
    group: settings.user?.group,
    program: [resolve(first), ...start.map((word) => (existsSync(word) ? resolve(word) : word))],
    launched: flags.runtime !== undefined,
  };
}

/** Why the user of the service could not start the program. */
function hiddenProgram({ program, user }: ServicePlan): string | undefined {
  const hidden = program.find((word) => /^\/(?:home|root|tmp|var\/tmp|run\/user)\//.test(word) || word.includes('/_npx/'));
  return hidden === undefined ? undefined : `The service would start ${hidden}, which is in a person's folder or a temporary one and not open to ${user}. Next: install Sallyport for the whole machine (sudo npm install --global sallyport, with a Node of the machine's), or its single executable as /usr/local/bin/sallyport, and run that one's service.`;
}

/** Lines that only one of the two has, the file's with a minus. */
function changes(before: string, { file, text }: Unit): string {
  const [old, next] = [before.split('\n'), text.split('\n')];
  const lines = [...old.filter((line) => !next.includes(line)).map((line) => `-${line}`), ...next.filter((line) => !old.includes(line)).map((line) => `+${line}`)];
  return `  ${file}\n${lines.length === 0 ? '    the same lines in another order\n' : lines.map((line) => `    ${line}\n`).join('')}`;
}

function nextSteps({ name, user, group, words }: ServicePlan): string {
  const keys = words.flatMap((word, i) => (['--key', '--key-pass-file', '--secret-file', '--admin-password-file'].includes(word) ? [words[i + 1]!] : []));
  const steps = [
    ...(isThere(user) ? [] : [`useradd --system --no-create-home --shell /usr/sbin/nologin ${user}`]),
    ...keys.map((key) => `chgrp ${group ?? user} ${shellWord(key)} && chmod 640 ${shellWord(key)}   # unless ${user} can read it already`),
    'systemctl daemon-reload',
    `systemctl enable --now ${name}.socket ${name}.service`,
  ];
  return `Next, as root:\n${steps.map((step) => `  ${step}\n`).join('')}`;
}

function isThere(user: string): boolean {
  try { findAccount({ name: user, group: undefined }); return true; } catch { return false; }
}

const shellWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
