import { readFileSync, statSync } from 'node:fs';
import { compileTrust, trusts, type Trust } from '../../core/contract/trust.ts';
import type { MaintenanceSettings } from '../../config/settings/settings.ts';
import type { Log } from '../log/index.ts';
import { MAX_PAGE } from './own-pages.ts';

/** How often the file that switches it is looked at, in milliseconds. */
const LOOK_EVERY = 1000;

/** A site that is closed for everybody but a few, for as long as a file is there or for as long as it is configured. */
export class Maintenance {
  /** Seconds that visitors are asked to wait. */
  readonly retryAfter: number;
  readonly #file: string | undefined;
  readonly #allowed: Trust;
  readonly #ownPage: Uint8Array | undefined;
  readonly #log: Log;
  #on: boolean;
  #nextLook = 0;
  /** What is in the file, where that is a page. */
  #content: Uint8Array | undefined;
  #readAt = 0;
  #trouble: string | undefined;

  constructor({ file, page, allow, retryAfter }: MaintenanceSettings, log: Log) {
    this.retryAfter = retryAfter;
    this.#file = file;
    this.#allowed = compileTrust(allow);
    this.#ownPage = page === undefined ? undefined : readFileSync(page);
    this.#log = log;
    this.#on = file === undefined;
    if (this.#on) this.#tell();
  }

  /** Whether this client (an address, or `unix`) is sent away now. */
  closedTo(client: string): boolean {
    return this.#isOn() && !trusts(this.#allowed, client === 'unix' ? { kind: 'unix' } : { kind: 'ip', address: client });
  }

  /** The page for those that take HTML; undefined where there is none of one's own. */
  get page(): Uint8Array | undefined { return this.#ownPage ?? this.#content; }

  #isOn(): boolean {
    if (this.#file === undefined) return true;
    const now = performance.now();
    if (now >= this.#nextLook) {
      this.#nextLook = now + LOOK_EVERY;
      this.#look(this.#file);
    }
    return this.#on;
  }

  #look(file: string): void {
    const before = this.#on;
    try {
      const stats = statSync(file, { throwIfNoEntry: false });
      this.#on = stats !== undefined;
      if (stats?.isFile() === true && stats.size > 0 && stats.size <= MAX_PAGE && stats.mtimeMs !== this.#readAt) {
        this.#content = readFileSync(file);
        this.#readAt = stats.mtimeMs;
      } else if (stats?.isFile() !== true || stats.size === 0) {
        this.#content = undefined;
        this.#readAt = 0;
      }
      this.#trouble = undefined;
    } catch (error) {
      const { message } = error as Error;
      if (this.#trouble !== message) this.#log.event({ event: 'maintenance-trouble', level: 'error', message: `The file that switches maintenance cannot be read: ${message}. The site stays ${this.#on ? 'closed' : 'open'} until it can.` });
      this.#trouble = message;
    }
    if (this.#on !== before) this.#tell();
  }

  #tell(): void {
    const how = this.#file === undefined ? 'it is configured so; take maintenance out to open it' : this.#on ? `${this.#file} is there; remove it to open the site` : `${this.#file} is gone`;
    this.#log.event({ event: this.#on ? 'maintenance-on' : 'maintenance-off', level: 'warn', message: `The site is ${this.#on ? 'closed' : 'open again'}: ${how}.` });
  }
}
