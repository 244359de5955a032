/** What the system says of processes. Linux only. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** For `skip`: what asks the system has to run on Linux. */
export const linux = process.platform === 'linux' ? false : 'reads /proc, which only Linux has';

/** Processes whose parent this is. */
export const childrenOf = (parent: number): number[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
  try { return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]) === parent; } catch { return false; }
});

/** The words that a process was started with; none where it has ended. */
export const wordsOf = (pid: number): string[] => {
  try { return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0'); } catch { return []; }
};

/** Which of these processes have the end at `localPort` of the TCP connection (IPv4) between two ports of this machine. */
export const whoHas = (pids: readonly number[], localPort: number, remotePort: number): number[] => {
  const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
  const line = new RegExp(`^ *\\d+: \\w+:${hex(localPort)} \\w+:${hex(remotePort)} (?:\\S+ +){6}(\\d+)`, 'm').exec(readFileSync('/proc/net/tcp', 'latin1'));
  if (line === null) throw new Error(`no connection of ${remotePort} to ${localPort}`);
  return pids.filter((pid) => readdirSync(`/proc/${pid}/fd`).some((fd) => {
    try { return readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${line[1]}]`; } catch { return false; } // closed meanwhile
  }));
};
