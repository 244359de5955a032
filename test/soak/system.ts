/** What the system itself did to connections, which is nobody's fault here: read from Linux' own counters. */
import { readFileSync } from 'node:fs';

/** Out of memory for TCP, it resets connections whose process has closed them with bytes still to send (TCPAbortOnMemory). */
function abortsForMemory(): number {
  try {
    const [names = [], counts = []] = readFileSync('/proc/net/netstat', 'utf8').split('\n').filter((line) => line.startsWith('TcpExt:')).map((line) => line.split(' '));
    return Number(counts[names.indexOf('TCPAbortOnMemory')] ?? 0);
  } catch { return 0; /* not Linux */ }
}

export class SystemAborts {
  count = 0;
  #last = abortsForMemory();
  readonly #times: number[] = [];

  /** To be called all the time, and before {@link during}. */
  look(): void {
    const now = abortsForMemory();
    if (now === this.#last) return;
    this.count += now - this.#last;
    this.#last = now;
    this.#times.push(performance.now());
  }

  /** Whether it did so to any connection of the machine while this ran; it was noticed up to half a second later. */
  during(began: number): boolean {
    this.look();
    return this.#times.some((at) => at >= began);
  }
}
