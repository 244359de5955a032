import type { Server, Socket } from 'node:net';

/** As much of libuv's side of a socket as the transport uses. None of it has a public name; node:cluster and Node's own socket timeout read it there too. */
export interface Handle {
  /** A descriptor; on Windows none (-1). */
  readonly fd?: number;
  readonly bytesWritten: number;
  readonly writeQueueSize?: number;
  /** Of a socket that has begun to read and was not stopped. */
  readonly reading?: boolean;
  /** What uv_read_start says, an error as a negative number. */
  readStart(): number;
  readStop(): number;
}

/** Undefined where the socket has none yet, or none any more. */
export const handleOf = (socket: Socket | Server): Handle | undefined => (socket as unknown as { _handle?: Handle | null })._handle ?? undefined;
