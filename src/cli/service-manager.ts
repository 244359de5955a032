import { spawn } from 'node:child_process';
import type { Front } from '../front/front.ts';

/** What a service manager may be told (sd_notify(3)). */
export type ServiceState = 'READY=1' | 'STOPPING=1' | 'WATCHDOG=1';

/**
 * Tells the service manager that started this process, where it listens for that (`Type=notify`, NOTIFY_SOCKET).
 *
 * It listens on a unix datagram socket, which neither Node nor Bun can write to, so systemd's own program says it: one short
 * process for each word. It waits until systemd has read the word, so that nothing is lost; as it is another
 * process than the one systemd started, the unit needs `NotifyAccess=all`. Resolves when it was told, or could not be, which is logged.
 */
export function tellServiceManager(state: ServiceState, { log, ready }: Pick<Front, 'log' | 'ready'>, more: readonly string[] = []): Promise<void> {
  const { NOTIFY_SOCKET, PATH } = process.env;
  if (NOTIFY_SOCKET === undefined) return Promise.resolve();
  const status = state === 'READY=1' ? [`STATUS=${[ready.https, ready.http].filter((url) => url !== undefined).join(', ')} before ${ready.app}`] : [];
  const failed = (why: string): void => {
    log.event({ event: 'notify-failed', level: 'warn', message: `The service manager was not told ${state}: ${why}. Without systemd-notify on the PATH the unit needs Type=exec in the place of Type=notify.` });
  };
  const child = spawn('systemd-notify', [state, ...status, ...more], { env: { PATH, NOTIFY_SOCKET }, stdio: 'ignore' });
  child.unref();
  return new Promise((resolve) => {
    child.on('error', ({ message }) => { failed(message); resolve(); });
    child.on('exit', (code, signal) => {
      if (code !== 0) failed(`systemd-notify ended with ${code ?? signal}`);
      resolve();
    });
  });
}
