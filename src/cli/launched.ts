/** The process that launched this one on another runtime, by its environment variable. */
export const LAUNCHER = 'SALLYPORT_LAUNCHER';

/** The process whose place this one takes (`sallyport upgrade`), by its environment variable. */
export const SUCCEEDS = 'SALLYPORT_SUCCEEDS';

const launcher = Number(process.env[LAUNCHER] ?? NaN);
for (const name of ['LISTEN_PID', 'WATCHDOG_PID']) { // what was meant for the other is for this one
  const pid = process.env[name];
  if (pid !== undefined && (pid === process.env[LAUNCHER] || pid === process.env[SUCCEEDS])) process.env[name] = String(process.pid);
}
delete process.env[LAUNCHER]; // apps that this process starts are not launched ones

/** Milliseconds in which nobody presses a key twice. */
const AT_ONCE = 100;

/**
 * A launched process ends with its launcher, even where that one was killed and could pass nothing on: the operating
 * system gives an orphan another parent.
 */
export function endWithLauncher(): void {
  if (Number.isNaN(launcher)) return;
  const look = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(look);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  look.unref();
}

let last: NodeJS.Signals | undefined;
let lastAt = 0;

/** Whether this is the copy of a signal that a terminal sent to both (Ctrl-C), passed on by the launcher. */
export function isCopy(signal: NodeJS.Signals): boolean {
  if (Number.isNaN(launcher)) return false;
  const now = performance.now();
  const copy = signal === last && now - lastAt < AT_ONCE;
  last = copy ? undefined : signal;
  lastAt = now;
  return copy;
}
