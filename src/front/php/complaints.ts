import { whatToDo } from '../../core/fastcgi/stderr.ts';
import type { FrontContext } from '../context.ts';
import type { RunScript } from './scripts.ts';

/** A script that fails in a loop must not fill the log: bytes of a line that are kept, and lines of a request. */
const LINE = 2048;
const LINES = 20;
const LF = 0x0a;

/** Lines that an app wrote to its standard error while it answered one request, as events. They never go to the client. */
export class Complaints {
  #line = '';
  #lines = 0;
  #leftOut = 0;
  readonly #context: FrontContext;
  readonly #requestId: string;
  readonly #script: RunScript | undefined;

  constructor(context: FrontContext, requestId: string, script: RunScript | undefined) {
    this.#context = context;
    this.#requestId = requestId;
    this.#script = script;
  }

  /** Lent bytes, cut anywhere. */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(LF, at);
      const stop = end < 0 ? bytes.length : end;
      const room = LINE - this.#line.length;
      if (this.#lines < LINES) this.#line += Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(stop - at, room)).toString('latin1');
      this.#leftOut += this.#lines < LINES ? Math.max(0, stop - at - room) : stop - at;
      if (end >= 0) this.#tell();
      at = stop + 1;
    }
  }

  /** The request is over. */
  end(): void {
    this.#tell();
    if (this.#leftOut > 0) this.#event(`${this.#leftOut} bytes more on its standard error are not shown (${LINES} lines of ${LINE} bytes a request are).`);
  }

  #tell(): void {
    const line = utf8(this.#line).trim();
    this.#line = '';
    if (line === '') return;
    this.#lines++;
    const script = this.#script;
    const advice = script && whatToDo(line, script.root, script.script);
    this.#event(advice === undefined ? line : `${line}. ${advice}`);
  }

  #event(message: string): void {
    this.#context.log.event({ event: 'app-stderr', level: 'warn', message, requestId: this.#requestId });
  }
}

/** Its bytes as text: UTF-8 where they are, with what controls a terminal by number. Formats escape the rest. */
function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8').replace(/[\x00-\x1f\x7f-\x9f]/g, (char) => (char === '\t' ? ' ' : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`));
}
