/** Readers of uwsgi packets and FastCGI requests that share nothing with the code under test. They throw at what is not exact. */

export type Pair = readonly [name: string, value: string];

const text = (bytes: Uint8Array, start: number, end: number): string => {
  if (end > bytes.length) throw new Error(`a size leads to ${end}, beyond the ${bytes.length} bytes there are`);
  return Buffer.from(bytes.subarray(start, end)).toString('latin1');
};

/** The variables of a packet in order, repetitions included. */
export function decodeUwsgi(packet: Uint8Array): Pair[] {
  const buffer = Buffer.from(packet);
  if (buffer[0] !== 0 || buffer[3] !== 0) throw new Error('a modifier is not 0');
  if (buffer.readUInt16LE(1) !== buffer.length - 4) throw new Error('the size is not that of the block');
  const pairs: Pair[] = [];
  for (let at = 4; at < buffer.length;) {
    const nameEnd = at + 2 + buffer.readUInt16LE(at);
    const valueEnd = nameEnd + 2 + buffer.readUInt16LE(nameEnd);
    pairs.push([text(packet, at + 2, nameEnd), text(packet, nameEnd + 2, valueEnd)]);
    at = valueEnd;
  }
  return pairs;
}

export interface FastCgiRequest {
  readonly flags: number;
  readonly params: readonly Pair[];
  readonly stdin: string;
  readonly whole: boolean;
}

/** Reads what a FastCGI server would be sent for one request. `whole` says whether STDIN was ended. */
export function decodeFastCgi(bytes: Uint8Array): FastCgiRequest {
  const buffer = Buffer.from(bytes);
  let flags = -1;
  let params = '';
  let stdin = '';
  let paramsEnded = false;
  let whole = false;
  for (let at = 0; at < buffer.length;) {
    const [version, type, idHigh, idLow] = buffer.subarray(at, at + 4);
    const length = buffer.readUInt16BE(at + 4);
    const end = at + 8 + length + buffer[at + 6]!;
    const content = text(buffer, at + 8, at + 8 + length);
    if (version !== 1 || idHigh !== 0 || idLow !== 1 || end > buffer.length || end % 8 !== 0) throw new Error(`a wrong record at ${at}`);
    if (whole) throw new Error('a record after the end');
    if (type === 1 && flags === -1 && content.startsWith('\0\x01')) flags = content.charCodeAt(2);
    else if (type === 4 && flags !== -1 && !paramsEnded) { paramsEnded = length === 0; params += content; }
    else if (type === 5 && paramsEnded) { whole = length === 0; stdin += content; }
    else throw new Error(`a record of type ${type} at ${at}`);
    at = end;
  }
  return { flags, params: decodePairs(Buffer.from(params, 'latin1')), stdin, whole };
}

function decodePairs(buffer: Buffer): Pair[] {
  const pairs: Pair[] = [];
  let at = 0;
  const size = (): number => {
    if (buffer[at]! < 128) return buffer[at++]!;
    at += 4;
    return buffer.readUInt32BE(at - 4) - 2 ** 31;
  };
  while (at < buffer.length) {
    const nameLength = size();
    const valueLength = size();
    pairs.push([text(buffer, at, at + nameLength), text(buffer, at + nameLength, at + nameLength + valueLength)]);
    at += nameLength + valueLength;
  }
  return pairs;
}

/** A FastCGI record as a server writes it. */
export function record(type: number, content: string | Buffer = '', { id = 1, padding = 0, version = 1 } = {}): Buffer {
  const bytes = Buffer.from(content as string, 'latin1');
  return Buffer.concat([Buffer.from([version, type, id >> 8, id & 255, bytes.length >> 8, bytes.length & 255, padding, 0]), bytes, Buffer.alloc(padding, 0x58)]);
}

export const stdout = (content: string, padding = 0): Buffer => record(6, content, { padding });
export const stderr = (content: string): Buffer => record(7, content);
/** END_REQUEST. */
export const ended = (protocolStatus = 0, appStatus = 0): Buffer => {
  const body = Buffer.alloc(8);
  body.writeUInt32BE(appStatus, 0);
  body[4] = protocolStatus;
  return record(3, body);
};
