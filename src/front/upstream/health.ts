import type { UpstreamSettings } from '../../config/settings/settings.ts';
import type { ServerNews } from '../fellows.ts';

/** A pause grows to this many milliseconds, or stays what was asked for where that is longer. */
const LONGEST_PAUSE = 60_000;
/** What may not be sent twice is no trial until one is overdue by this many milliseconds: nobody else asks here. */
const OVERDUE = 5000;
/** Milliseconds that the process which took a server out has to try it before the others do. */
const AFTER_ITS_FINDER = 2000;

/**
 * Whether one server may be asked. Two things take it out: failures in a row, for a pause after which one request tries
 * it again; and bad checks, until good ones bring it back.
 */
export class Health {
  /** It may be asked freely. */
  up = true;
  /** Why it is not. */
  reason = '';
  /** Milliseconds of `performance.now()`. */
  downSince = 0;
  #fails = 0;
  /** After this (`performance.now()`) one request may try it. */
  #until = 0;
  #pause = 0;
  #backAt = -Infinity;
  #trying = false;
  /** Good (above 0) or bad checks in a row; undefined before the first. */
  #checks: number | undefined;
  #checkedDown = false;
  readonly #settings: UpstreamSettings;
  readonly #tell: (health: Health) => void;
  /** Takes what other processes of the same front have to know; undefined where there are none. */
  share: ((news: ServerNews) => void) | undefined;

  /** `tell` hears of every change between up and down, once. */
  constructor(settings: UpstreamSettings, tell: (health: Health) => void) {
    this.#settings = settings;
    this.#tell = tell;
  }

  /** It is down, and one request may find out whether it still is. */
  due(replayable: boolean): boolean {
    return !this.up && !this.#checkedDown && !this.#trying && performance.now() >= this.#until + (replayable ? 0 : OVERDUE);
  }

  /** Nobody else tries it until this one's end: its request has been answered or is over. */
  beginTrial(): void { this.#trying = true; }
  endTrial(): void { this.#trying = false; }

  /** It answered a request: one of those that it gets while it is up, or a trial. */
  good(trial: boolean): void {
    this.#fails = 0;
    if (!trial || this.#checkedDown) return;
    this.#back();
    this.share?.({ kind: 'up' });
  }

  bad(reason: string, trial: boolean): void {
    if (!this.up && !trial) return; // sent before it was taken out: no news
    if (!trial && ++this.#fails < this.#settings.fails) return;
    const { pause } = this.#settings;
    const now = performance.now();
    // One that comes back and fails again at once has not come back: its pauses go on growing.
    const again = !this.up || now - this.#backAt < 2 * this.#pause;
    this.#pause = again && this.#pause > 0 ? Math.min(2 * this.#pause, Math.max(LONGEST_PAUSE, pause)) : pause;
    const wait = this.#pause * (0.8 + 0.4 * Math.random()); // so that several fronts do not try in step
    this.#until = now + wait;
    this.#down(reason);
    this.share?.({ kind: 'down', reason, pause: wait });
  }

  /** What another process of this front found out and has said. A server that it took out is tried by that one first. */
  hear(news: ServerNews): void {
    switch (news.kind) {
      case 'down':
        this.#until = performance.now() + news.pause + AFTER_ITS_FINDER;
        this.#down(news.reason, 'silent');
        break;
      case 'up':
        if (!this.#checkedDown) this.#back('silent');
        break;
      case 'checked':
        this.#judge(news.well, news.reason, 'silent');
    }
  }

  /** What a check found. At the start the first one decides: a server that never was up is not waited for. */
  checked(well: boolean, reason: string): void {
    this.#judge(well, reason);
    this.share?.({ kind: 'checked', well, reason });
  }

  #judge(well: boolean, reason: string, how?: 'silent'): void {
    const { check } = this.#settings;
    const before = this.#checks;
    const row = this.#checks = well ? Math.max(before ?? 0, 0) + 1 : Math.min(before ?? 0, 0) - 1;
    if (!well && (before === undefined || -row >= check!.fall)) {
      this.#checkedDown = true;
      this.#down(reason, how);
    } else if (well && this.#checkedDown && row >= check!.rise) {
      this.#checkedDown = false;
      this.#back(how); // whatever requests found before
    }
  }

  /** Milliseconds until a request may try it, as far as that can be told. */
  get backIn(): number {
    const { check } = this.#settings;
    return this.#checkedDown ? check!.interval * check!.rise : Math.max(0, this.#until - performance.now());
  }

  #down(reason: string, how?: 'silent'): void {
    if (!this.up) return;
    this.up = false;
    this.reason = reason;
    this.downSince = performance.now();
    if (how === undefined) this.#tell(this);
  }

  #back(how?: 'silent'): void {
    this.#fails = 0;
    if (this.up) return;
    this.up = true;
    this.#backAt = performance.now();
    if (how === undefined) this.#tell(this);
  }
}
