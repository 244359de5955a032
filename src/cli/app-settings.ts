import type { Command } from 'commander';
import { settings, SettingsError, type SettingsProfile } from '../core/settings/index.ts';
import { frameworksText, settingsText } from '../core/settings/text.ts';
import { RunError, type Terminal } from './terminal.ts';

export interface AppSettingsFlags {
  readonly profile?: string;
  readonly tell?: string | readonly string[];
  readonly front?: string;
}

export const addSettingsFlags = (command: Command): Command => command
  .option('--profile <name>', 'what the front speaks, as in its --speaks (standard)')
  .option('--tell <line>', 'the header of your own that the front tells, as in its --tell')
  .option('--front <addr>', 'the address that the front connects from, or unix (this machine\'s loopback)');

/** `sallyport settings`: prints what to put into an app. */
export function printSettings(framework: string | undefined, { profile, tell, front }: AppSettingsFlags, terminal: Terminal): number {
  if (framework === undefined) {
    terminal.out(frameworksText());
    return 0;
  }
  try {
    const line = typeof tell === 'object' ? tell[0] : tell;
    terminal.out(settingsText(settings(framework, { profile: profile as SettingsProfile | undefined, tell: line, front })));
    return 0;
  } catch (error) {
    if (error instanceof SettingsError) throw new RunError(error.message, 2);
    throw error;
  }
}
