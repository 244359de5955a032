import { randomBytes } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppRoute } from '../../config/settings/settings.ts';
import { Fault } from '../../core/errors.ts';
import { isOutOfDescriptors, tooMany } from '../scarcity.ts';

/** Bytes of a body that stay in memory; what is larger goes to a temporary file. */
const IN_MEMORY = 64 * 1024;
/** Bytes that may wait for the disk before the client has to. */
const WAITING = 512 * 1024;

/**
 * A request body that is collected before an app's worker is taken for it, so that a slow client costs a little memory
 * or disk and never a worker. The file has no name once it is open: nothing is left behind, whatever happens.
 */
export class CollectedBody {
  size = 0;
  /** The body, where it fits into memory. */
  #memory: Uint8Array[] = [];
  #file: FileHandle | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #disposed = false;
  #failed = false;
  readonly #onFault: (fault: Fault) => void;
  readonly #onRoom: () => void;

  /** `announced` is the Content-Length, or 0. `onRoom` is called when the disk has caught up. */
  constructor(announced: number, onFault: (fault: Fault) => void, onRoom: () => void) {
    this.#onFault = onFault;
    this.#onRoom = onRoom;
    if (announced > IN_MEMORY) this.#toDisk();
  }

  /** Takes a lent piece. False: the disk is behind, hold the client until `onRoom`. */
  add(bytes: Uint8Array): boolean {
    this.size += bytes.length;
    const copy = Buffer.allocUnsafe(bytes.length);
    copy.set(bytes);
    if (this.#writing === undefined && this.#file === undefined) {
      this.#memory.push(copy);
      if (this.size > IN_MEMORY) this.#toDisk();
      return true;
    }
    this.#waiting.push(copy);
    this.#waitingBytes += copy.length;
    this.#writing ??= this.#drain();
    return this.#waitingBytes <= WAITING;
  }

  /** The whole body as one piece, or undefined where it is on disk. */
  get memory(): Uint8Array | undefined {
    if (this.#file !== undefined || this.#writing !== undefined) return undefined;
    return this.#memory.length === 1 ? this.#memory[0] : Buffer.concat(this.#memory);
  }

  /** Resolves when everything added is on disk. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  /** Reads from the file into `into`; gives the number of bytes read. */
  async readAt(position: number, into: Uint8Array): Promise<number> {
    const { bytesRead } = await this.#file!.read(into, 0, into.length, position);
    return bytesRead;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#memory = [];
    this.#waiting = [];
    if (this.#writing === undefined) this.#closeFile();
  }

  #toDisk(): void {
    this.#waiting = this.#memory;
    this.#waitingBytes = this.size;
    this.#memory = [];
    this.#writing = this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      this.#file ??= await nameless();
      const scarce = tooMany(this.#file.fd);
      if (scarce !== undefined) throw scarce;
      while (this.#waiting.length > 0 && !this.#disposed) {
        const pieces = this.#waiting;
        this.#waiting = [];
        await writeAll(this.#file, pieces);
        this.#waitingBytes = this.#waiting.reduce((sum, piece) => sum + piece.length, 0);
        if (this.#waitingBytes <= WAITING && !this.#disposed) this.#onRoom();
      }
    } catch (error) {
      if (!this.#failed && !this.#disposed) {
        this.#failed = true;
        this.#onFault(error instanceof Fault ? error : trouble(error as NodeJS.ErrnoException));
      }
    } finally {
      this.#writing = undefined;
      if (this.#disposed) this.#closeFile();
    }
  }

  #closeFile(): void {
    void this.#file?.close().catch(() => undefined);
  }
}

const trouble = ({ code, message }: NodeJS.ErrnoException): Fault => (isOutOfDescriptors(code) ? new Fault('no-descriptors', message) : new Fault('disk-trouble', `${tmpdir()}: ${message}`));

async function nameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `sallyport-${randomBytes(12).toString('hex')}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}

async function writeAll(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) at += (await file.write(piece, at, piece.length - at)).bytesWritten;
  }
}

export function tooLarge({ maxBody }: AppRoute, seen: number): Fault {
  return new Fault('body-too-large', `${seen} bytes or more; this route accepts ${maxBody} (--max-body)`);
}
