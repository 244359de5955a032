import type { UpstreamSettings } from '../../config/settings.ts';

/** A pause grows to this many milliseconds, or stays what was asked for where that is longer. */
const LONGEST_PAUSE = 60_000;
/** What may not be sent twice is no trial until one is overdue by this many milliseconds: nobody else asks here. */
const OVERDUE = 5000;

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
    if (trial && !this.#checkedDown) this.#back();
  }

  bad(reason: string, trial: boolean): void {
    if (!this.up && !trial) return; // sent before it was taken out: no news
    if (!trial && ++this.#fails < this.#settings.fails) return;
    const { pause } = this.#settings;
    const now = performance.now();
    // One that comes back and fails again at once has not come back: its pauses go on growing.
    const again = !this.up || now - this.#backAt < 2 * this.#pause;
    this.#pause = again && this.#pause > 0 ? Math.min(2 * this.#pause, Math.max(LONGEST_PAUSE, pause)) : pause;
    this.#until = now + this.#pause * (0.8 + 0.4 * Math.random()); // so that several fronts do not try in step
    this.#down(reason);
  }

  /** What a check found. At the start the first one decides: a server that never was up is not waited for. */
  checked(well: boolean, reason: string): void {
    const { check } = this.#settings;
    const before = this.#checks;
    const row = this.#checks = well ? Math.max(before ?? 0, 0) + 1 : Math.min(before ?? 0, 0) - 1;
    if (!well && (before === undefined || -row >= check!.fall)) {
      this.#checkedDown = true;
      this.#down(reason);
    } else if (well && this.#checkedDown && row >= check!.rise) {
      this.#checkedDown = false;
      this.#back(); // whatever requests found before
    }
  }

  /** Milliseconds until a request may try it, as far as that can be told. */
  get backIn(): number {
    const { check } = this.#settings;
    return this.#checkedDown ? check!.interval * check!.rise : Math.max(0, this.#until - performance.now());
  }

  #down(reason: string): void {
    if (!this.up) return;
    this.up = false;
    this.reason = reason;
    this.downSince = performance.now();
    this.#tell(this);
  }

  #back(): void {
    this.#fails = 0;
    if (this.up) return;
    this.up = true;
    this.#backAt = performance.now();
    this.#tell(this);
  }
}
