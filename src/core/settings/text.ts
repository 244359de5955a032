import { FRAMEWORKS, type FrameworkSettings } from './index.ts';

/** For a terminal: lines to copy are indented by four, and nothing else is. */
export function settingsText({ name, speaks, header, value, reads, unreadable, settings }: FrameworkSettings): string {
  const told = speaks === 'custom' ? `--tell '${header}: ${value}'` : `--speaks ${speaks}${speaks === 'standard' ? ' (the default)' : ''}`;
  const others = reads.filter((profile) => profile !== speaks && profile !== 'custom');
  return [
    `${name}, told by ${told}: "${header}: ${value}" over https`,
    ...(unreadable === undefined ? [] : [`${unreadable} So start the front with --speaks ${speaks}.`]),
    ...settings.flatMap(({ where, lines, why, trap }) => [
      '',
      `${where}:`,
      '',
      ...lines.map((line) => `    ${line}`),
      '',
      `  Why:  ${why}`,
      `  Trap: ${trap}`,
    ]),
    '',
    others.length === 0 && !reads.includes('custom') ? `${name} can be told in no other way.`
      : `It can also be told by --speaks ${others.join(', ')}${reads.includes('custom') ? ', or by a header of your own (--tell)' : ''}.`,
    '',
  ].join('\n');
}

/** All there are, for a call that names none. */
export function frameworksText(): string {
  const names = Object.entries(FRAMEWORKS);
  const width = Math.max(...names.map(([key]) => key.length));
  return `What to put into an app so that it hears the front: sallyport settings FRAMEWORK\n\n${names.map(([key, { name }]) => `  ${key.padEnd(width)}  ${name}`).join('\n')}\n`;
}
