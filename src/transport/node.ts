import type { Transport } from './wire.ts';
import { connect } from './node-connect.ts';
import { listen } from './node-listen.ts';

/** The transport on node:net and node:tls. */
export const nodeTransport: Transport = { listen, connect };
