/**
 * The uwsgi protocol (https://uwsgi-docs.readthedocs.io/en/latest/Protocol.html): four bytes of header, the variables, and
 * behind them the body as it is, of as many bytes as CONTENT_LENGTH says.
 *
 * Answers are plain HTTP/1: read them with `readAnswerHead`. uWSGI serves one request per connection and closes it; an
 * answer without a Content-Length ends with the connection (framing `close`), so a connection is never used again.
 */
import { writeLatin1 } from '../bytes.ts';
import type { Variables } from '../cgi/variables.ts';
import { Fault } from '../errors.ts';

const HEADER = 4;
/** All sizes are 16 bits, little endian: the whole block, each name, each value. */
const MAX_SIZE = 0xffff;

/** What uWSGI takes where its configuration says nothing: bytes of the block (`buffer-size`) and variables (`max-vars`); as measured with 2.0.21. */
export const DEFAULT_BUFFER_SIZE = 4096;
export const DEFAULT_MAX_VARIABLES = 128;

/**
 * The header and the variables, for a request to whatever app the server runs (modifier1 0, modifier2 0: the WSGI plugin).
 * Over 65,535 bytes: the fault `variables-too-large`. A size is never cut to 16 bits: the rest would be read as a body,
 * or as variables of the client's making (CVE-2020-11984 in Apache's mod_proxy_uwsgi).
 */
export function uwsgiPacket(variables: Variables): Uint8Array | Fault {
  const size = blockSize(variables);
  if (size > MAX_SIZE) return new Fault('variables-too-large', `${size} bytes in ${variables.size} variables; uwsgi can carry ${MAX_SIZE}.`);
  const packet = new Uint8Array(HEADER + size);
  packet[1] = size & 0xff;
  packet[2] = size >> 8;
  let at = HEADER;
  for (const [name, value] of variables) {
    at = writeSized(packet, name, at);
    at = writeSized(packet, value, at);
  }
  return packet;
}

function blockSize(variables: Variables): number {
  let size = 0;
  for (const [name, value] of variables) size += 4 + name.length + value.length;
  return size;
}

function writeSized(packet: Uint8Array, text: string, at: number): number {
  packet[at] = text.length & 0xff;
  packet[at + 1] = text.length >> 8;
  writeLatin1(packet, text, at + 2);
  return at + 2 + text.length;
}

/**
 * What to tell the one who runs it when a server closed the connection without an answer: uWSGI does so, and only its own
 * log says why, where the variables outgrow its defaults. Undefined where they cannot be the reason.
 */
export function closedWithoutAnswer(variables: Variables): string | undefined {
  const size = blockSize(variables);
  const outgrown: string[] = [];
  // With max-vars = 200 it takes 400 variables: more than a head can make.
  if (size > DEFAULT_BUFFER_SIZE) outgrown.push('buffer-size = 65535');
  if (variables.size > DEFAULT_MAX_VARIABLES) outgrown.push('max-vars = 200');
  if (outgrown.length === 0) return undefined;
  return `The request made ${variables.size} variables of ${size} bytes; unless it is told otherwise, uWSGI takes ${DEFAULT_MAX_VARIABLES} of ${DEFAULT_BUFFER_SIZE} bytes and closes without an answer above that. Set in its configuration: ${outgrown.join(', ')}.`;
}
