/** Writes docs/settings.md from the table that `sallyport settings` prints: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FRAMEWORKS, settings, type FrameworkName, type FrameworkSettings, type Setting } from '../src/core/settings/index.ts';
import type { ToldProfile } from '../src/core/policy/told.ts';

/** A header of one's own, for what can be told by any. */
const OWN = 'X-Is-Secure: yes';

export function settingsPage(): string {
  const names = Object.keys(FRAMEWORKS) as FrameworkName[];
  return `<!-- written by \`npm run docs\` from src/core/settings -->
# What to put into the app

The front tells the truth in headers; an app has to be told to believe them. These are the lines for each framework, what
they make right, and the trap of each. The command prints the same, also for another profile of the front, a header of your
own, and a front that is not on the same machine:

\`\`\`sh
sallyport settings django
sallyport settings django --profile legacy
sallyport settings express --front 10.0.0.5
\`\`\`

In a program: \`import { settings } from 'sallyport'\`, then \`settings('django')\`.

Whom a line believes is half of it. Where it says "whoever can reach the app", let the app listen on loopback or on a unix
socket, so that nobody reaches it but the front.

| framework | can be told by |
|---|---|
${names.map((name) => `| [${FRAMEWORKS[name].name}](#${anchor(FRAMEWORKS[name].name)}) | ${readsText(settings(name))} |`).join('\n')}

${names.map(section).join('\n')}`;
}

const anchor = (name: string): string => name.toLowerCase().replaceAll(/[^\w -]/g, '').replaceAll(' ', '-');

const readsText = ({ reads }: FrameworkSettings): string => reads.map((profile) => (profile === 'custom' ? 'a header of your own' : `\`${profile}\``)).join(', ');

/** The settings for the default; then those for the profiles that need others, not only another header in the same ones. */
function section(name: FrameworkName): string {
  const { name: title, reads } = settings(name);
  const groups = new Map<string, { profiles: ToldProfile[]; settings: readonly Setting[] }>();
  for (const profile of reads) {
    const { settings: found } = profile === 'custom' ? settings(name, { tell: OWN }) : settings(name, { profile });
    const key = found.map(({ where }) => where).join('\n');
    const group = groups.get(key) ?? { profiles: [], settings: found };
    group.profiles.push(profile);
    groups.set(key, group);
  }
  const parts = [...groups.values()].map(({ profiles, settings: found }, i) => `${i === 0 ? '' : `With ${profilesText(profiles)}:\n\n`}${found.map(settingText).join('\n')}`);
  return `## ${title}\n\n${parts.join('\n')}`;
}

const profilesText = (profiles: readonly ToldProfile[]): string =>
  profiles.map((profile) => (profile === 'custom' ? 'a header of your own' : `\`--speaks ${profile}\``)).join(', ').replace(/, ([^,]*)$/, ' or $1');

function settingText({ where, language, lines, why, trap }: Setting): string {
  return `*${where}:*\n\n\`\`\`${language}\n${lines.join('\n')}\n\`\`\`\n\n${wrap(why)}\n\n${wrap(`**Trap:** ${trap}`)}\n`;
}

/** Text in lines of at most 120 characters, header names and settings as they are. */
function wrap(text: string): string {
  const lines: string[] = [];
  for (const word of escaped(text).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= 120) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

/** What Markdown would take for a mark: `<T>`, `_` at a word's edge, a lone `*`. */
const escaped = (text: string): string => text.replaceAll('<', '&lt;').replaceAll(/(?<!\*)\*(?!\*)/g, '\\*');

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(new URL('../docs/settings.md', import.meta.url), settingsPage());
