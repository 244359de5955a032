import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/problems.ts';
import { didYouMean } from '../core/suggest.ts';
import { addSettingsFlags, printSettings, type AppSettingsFlags } from './app-settings.ts';
import { check } from './check.ts';
import { addControlFlags, tellFront, type ControlFlags } from './control/tell.ts';
import { addFlags, type Flags } from './flags.ts';
import { serveElsewhere } from './launch.ts';
import { run } from './run.ts';
import { serve } from './serve.ts';
import { readSettings, type ReadSettings } from './settings.ts';
import { RunError, type Terminal } from './terminal.ts';
import { version } from './version.ts';

const EXAMPLES = `HTTPS in front of an app that only speaks HTTP, with the truth carried across.

Examples:
  sallyport 8000                            the app listens on port 8000 of this machine
  sallyport run -- gunicorn mysite.wsgi --bind {host}:{port}
                                            start the app too, on a free port
  sallyport unix:/run/app.sock --static /media/=./media
                                            some paths straight from a folder
  sallyport 8000 --cert site.pem --key site.key --domain example.com
                                            a real certificate, open to every address
  sallyport --static /=./public             files alone
  sallyport --config sallyport.config.ts    several sites, routes, everything else
  sallyport check                           what is wrong with a configuration, or what would run
  sallyport settings django                 what to put into the app
`;

const DEMO = `Starts a small app that speaks only HTTP, and the front before it: at https://localhost:8443 and http://localhost:8080
where nothing else is said, for everybody alike. The page shows what a client sent and what the app was told, and tries
to fool it. Ctrl-C ends everything.`;

const COMMANDS = ['run', 'check', 'settings', 'reload', 'reopen', 'upgrade', 'service', 'trust', 'untrust', 'demo', 'help'];


/** One call. Gives the exit status: 0 a clean stop, 1 running failed, 2 the call or the configuration is wrong. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  let status = 0;
  try {
    await createProgram(terminal, { args, done: (result) => { status = result; } }).parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // it has said what is wrong
    if (error instanceof ConfigError) {
      terminal.err(`sallyport: ${error.problems.length === 1 ? 'this' : `these ${error.problems.length} things`} cannot be:\n${error.message.replace(/^/gm, '  ')}\n`);
      const word = args.find((arg) => !arg.startsWith('-'));
      const meant = word === undefined || /[\d:/]/.test(word) ? undefined : didYouMean(word, COMMANDS);
      if (meant !== undefined && !COMMANDS.includes(word!)) terminal.err(`  ${meant}\n`);
      return 2;
    }
    if (error instanceof RunError) {
      terminal.err(`sallyport: ${error.message}\n`);
      return error.status;
    }
    terminal.err(`sallyport: a defect in Sallyport: ${error instanceof Error ? error.stack ?? error.message : String(error)}\n`);
    return 1;
  }
}

interface Call {
  readonly args: readonly string[];
  /** Takes the exit status. */
  readonly done: (status: number) => void;
}

function createProgram(terminal: Terminal, { args, done }: Call): Command {
  const program = new Command('sallyport');
  // Settings that sub-commands copy must stand before them.
  program.exitOverride().enablePositionalOptions().configureHelp({ sortOptions: false })
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err, outputError: (text, write) => { write(text.replace(/^error:/, 'sallyport:')); } });
  addFlags(program.usage('[APP] [flags]').addHelpText('before', EXAMPLES))
    .argument('[app]', 'a port, host:port, http://host:port or unix:/path, several with commas; localhost and a bare port try 127.0.0.1, then ::1')
    .version(version(), '-v, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .action(async (app: string | undefined, flags: Flags) => { done(await here(flags, () => serveCall(app, flags, terminal))); });

  // Or in another process, where --runtime says so.
  const here = async ({ runtime }: Flags, serving: () => Promise<number>): Promise<number> => await serveElsewhere(runtime, args, terminal) ?? await serving();
  // Flags before a command's name count as if they stood after it: none is lost in silence.
  const flagsOf = (command: Command): Flags => ({ ...program.opts<Flags>(), ...command.opts<Flags>() });
  addFlags(program.command('run').usage('[flags] -- COMMAND [ARGS]'))
    .description('start the app on a free loopback port (PORT and HOST in its environment, {port} and {host} in its arguments) and front it')
    .argument('<command...>', 'the command that starts the app')
    .passThroughOptions()
    .action(async (words: string[], _flags: Flags, command: Command) => {
      const flags = flagsOf(command);
      done(await here(flags, () => run(words, { flags, terminal })));
    });
  addFlags(program.command('check').usage('[APP] [flags]'))
    .description('say what is wrong with a configuration or a call, or what it would run')
    .argument('[app]')
    .action(async (app: string | undefined, _flags: Flags, command: Command) => { done(await check(app, flagsOf(command), terminal)); });

  addSettingsFlags(program.command('settings').usage('[FRAMEWORK] [--profile NAME]'))
    .description('the lines to put into an app so that it hears the front, with the reason and the trap of each')
    .argument('[framework]', 'django, rails, express and others; without it: which there are')
    .action((framework: string | undefined, flags: AppSettingsFlags, command: Command) => { done(printSettings(framework, { ...flagsOf(command), ...flags }, terminal)); });
  addControlFlags(program.command('reload'))
    .description('let the running front read its configuration anew; a wrong one is refused with its reason, and the old one stays in force')
    .action(async (flags: ControlFlags) => { done(await tellFront('reload', flags, terminal)); });
  addControlFlags(program.command('reopen'))
    .description('let the running front open its log file anew (for logrotate)')
    .action(async (flags: ControlFlags) => { done(await tellFront('reopen', flags, terminal)); });
  addControlFlags(program.command('upgrade'))
    .description('let the running front start its program anew, as it is on the disk now, hand its doors over and end when its answers are through')
    .action(async (flags: ControlFlags) => { done(await tellFront('upgrade', flags, terminal)); });
  const service = program.command('service').description('a service of systemd that runs this call, shut off from the machine as far as can be');
  for (const [name, description] of [['print', 'print its units'], ['install', 'write its units, and say what to do next']] as const) {
    addFlags(service.command(name).usage('[APP] [flags]').option('--name <name>', 'what the service is called (sallyport)'))
      .description(description)
      .argument('[app]')
      .action(async (app: string | undefined, _flags: Flags, command: Command) => {
        const { printService, installService } = await import('./service/service.ts');
        done(await (name === 'print' ? printService : installService)(app, flagsOf(command), terminal));
      });
  }
  service.commands[1]!.option('--force', 'write over units that say something else');
  program.command('trust').description('let this machine\'s browsers believe the local authority')
    .action(async () => { done(await (await import('./trust.ts')).runTrust()); });
  program.command('untrust').description('take the local authority out again')
    .action(async () => { done(await (await import('./trust.ts')).runUntrust()); });
  addFlags(program.command('demo').usage('[flags]'), ['--https', '--http', '--log', '--runtime'])
    .description(DEMO)
    .summary('see it work before an app that comes with it')
    .action(async (_flags: Flags, command: Command) => {
      const flags = flagsOf(command);
      done(await here(flags, async () => (await import('./demo.ts')).runDemo(flags, terminal)));
    });
  for (const command of [program, ...program.commands]) {
    command.showHelpAfterError(`What can be written: sallyport${command === program ? '' : ` ${command.name()}`} --help`);
  }
  return program;
}

async function serveCall(app: string | undefined, flags: Flags, terminal: Terminal): Promise<number> {
  const read = (): Promise<ReadSettings> => readSettings(app, flags, terminal);
  const { settings, file, watched } = await read();
  if (file !== undefined && flags.config === undefined) terminal.err(`sallyport: using ${file}\n`);
  return await serve({ settings, read, watched });
}
