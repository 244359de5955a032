/** A uwsgi server that answers exactly what a test says. */
import assert from 'node:assert/strict';
import { decodeUwsgi } from './cgi-decode.ts';
import { startRawApp } from './raw-app.ts';
import type { RawApp, RawConnection } from './raw-app.ts';
import { eventually } from './scope.ts';
import type { Scope } from './scope.ts';

/** Each connection is answered when its packet of variables is whole; a variable that comes twice fails. */
export const startRawUwsgi = async (scope: Scope, answer: (connection: RawConnection, variables: Map<string, string>) => void): Promise<RawApp> => {
  const app = await startRawApp(scope, async (connection) => {
    const packet = await eventually('a packet from the front', () => {
      const bytes = Buffer.from(connection.received, 'latin1');
      const end = bytes.length < 4 ? Infinity : 4 + bytes.readUInt16LE(1);
      return bytes.length >= end ? bytes.subarray(0, end) : connection.ended;
    }, 30_000);
    if (typeof packet === 'string') return; // it ended without one
    const pairs = decodeUwsgi(packet);
    const variables = new Map(pairs);
    assert.equal(variables.size, pairs.length, `a variable comes twice: ${pairs.map(([name]) => name).join(' ')}`);
    answer(connection, variables);
  });
  return { ...app, address: `uwsgi://${app.address}` };
};
