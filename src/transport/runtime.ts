import { bun } from './bun/runtime.ts';
import { bunTransport } from './bun/bun.ts';
import { nodeTransport } from './node/node.ts';
import { bind as bindOnBun } from './bun/bind.ts';
import { bind as bindOnNode } from './node/bind.ts';
import { takeTicketKeys } from './ticket-keys.ts';
import type { Bound, ListenAddress, Transport } from './wire.ts';

/** The transport of the runtime that this process runs on. */
export const nativeTransport: Transport = bun === undefined ? nodeTransport : bunTransport;

/** What a person calls that runtime. */
export const runtime = bun === undefined ? `Node ${process.versions.node}` : `Bun ${process.versions['bun']}`;

/** Takes an address for children to listen on. Rejects with the system's error, as {@link Transport.listen} does. */
export const bind: (address: ListenAddress) => Promise<Bound> = bun === undefined ? bindOnNode : bindOnBun;

/** Gives this process the key that session tickets are sealed with; at any time. Bun has no way to set it. */
export const shareTicketKey: (key: Uint8Array) => void = bun === undefined ? takeTicketKeys : () => {};
