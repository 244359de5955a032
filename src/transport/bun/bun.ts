import type { Transport } from '../wire.ts';
import { connect } from './connect.ts';
import { listen } from './listen.ts';
import { systemLookup } from '../system-lookup.ts';

/** The transport on Bun's own sockets. */
export const bunTransport: Transport = { listen, connect, lookup: systemLookup };
