import { Fault } from '../../core/errors.ts';
import type { CollectedBody } from '../forwarding/collected-body.ts';

/** Where a collected body goes. */
export interface BodySink {
  content(bytes: Uint8Array): boolean;
  endContent(trailers: string): void;
}

/** Sends a collected body: in one piece from memory, or through {@link FilePump} from disk. Gives the pump, if one is needed. */
export function sendBody(body: CollectedBody, sink: BodySink, onFault: (fault: Fault) => void): FilePump | undefined {
  const { memory } = body;
  if (memory !== undefined) {
    sink.content(memory);
    sink.endContent('');
    return undefined;
  }
  const pump = new FilePump(body, sink, onFault);
  void pump.run();
  return pump;
}

/** Reads a collected body from disk as fast as the app takes it, 64 KiB at a time. */
export class FilePump {
  #stopped = false;
  #resume: (() => void) | undefined;
  readonly #body: CollectedBody;
  readonly #sink: BodySink;
  readonly #onFault: (fault: Fault) => void;

  constructor(body: CollectedBody, sink: BodySink, onFault: (fault: Fault) => void) {
    this.#body = body;
    this.#sink = sink;
    this.#onFault = onFault;
  }

  async run(): Promise<void> {
    try {
      await this.#body.settled();
      const buffer = Buffer.allocUnsafe(64 * 1024);
      for (let at = 0; at < this.#body.size && !this.#stopped;) {
        const read = await this.#body.readAt(at, buffer);
        if (this.#stopped) return;
        if (read === 0) throw new Error(`the file ended at ${at} of ${this.#body.size} bytes`);
        at += read;
        if (!this.#sink.content(read === buffer.length ? buffer : buffer.subarray(0, read))) await new Promise<void>((go) => { this.#resume = go; });
      }
      if (!this.#stopped) this.#sink.endContent('');
    } catch (error) {
      if (!this.#stopped) this.#onFault(new Fault('disk-trouble', (error as Error).message));
    }
  }

  /** The app takes more. */
  room(): void {
    const go = this.#resume;
    this.#resume = undefined;
    go?.();
  }

  stop(): void {
    this.#stopped = true;
    this.room();
  }
}
