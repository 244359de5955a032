import { bun } from './bun-runtime.ts';
import { bunTransport } from './bun.ts';
import { nodeTransport } from './node.ts';
import type { Transport } from './wire.ts';

/** The transport of the runtime that this process runs on. */
export const nativeTransport: Transport = bun === undefined ? nodeTransport : bunTransport;

/** What a person calls that runtime. */
export const runtime = bun === undefined ? `Node ${process.versions.node}` : `Bun ${process.versions['bun']}`;
