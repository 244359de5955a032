/** The end of each chunk's content. */
export const CHUNK_END = '\r\n';

/** The end of a chunked body without trailers. */
export const LAST_CHUNK = '0\r\n\r\n';

/**
 * What goes before the content of one chunk (RFC 9112 §7.1); {@link CHUNK_END} goes after it. `length` in bytes, 1 or
 * more: a chunk of 0 would be the end of the body, so it is a RangeError.
 */
export function chunkHead(length: number): string {
  if (!(length > 0) || !Number.isSafeInteger(length)) throw new RangeError(`A chunk has 1 byte or more, not ${length}.`);
  return `${length.toString(16)}\r\n`;
}

/** The end of a chunked body with trailers: whole field lines, each with its CRLF, or nothing. */
export function lastChunk(trailerLines: string): string {
  return `0\r\n${trailerLines}\r\n`;
}
