import type { Transport } from './wire.ts';
import { connect } from './node-connect.ts';
import { listen } from './node-listen.ts';
import { systemLookup } from './system-lookup.ts';

/** The transport on node:net and node:tls. */
export const nodeTransport: Transport = { listen, connect, lookup: systemLookup };
