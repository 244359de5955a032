import type { Transport } from '../wire.ts';
import { connect } from './connect.ts';
import { listen } from './listen.ts';
import { systemLookup } from '../system-lookup.ts';

/** The transport on node:net and node:tls. */
export const nodeTransport: Transport = { listen, connect, lookup: systemLookup };
