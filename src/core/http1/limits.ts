/** How much of one message is read before it is refused. Bytes, unless it says otherwise. */

/** A head, from its first byte to its empty line (a request's answer to more is 431, RFC 6585 §5). */
export const MAX_HEAD = 65_536;
/** A request target (414, RFC 9110 §15.5.15). */
export const MAX_TARGET = 16_384;
/** A method. The longest registered one has 17 letters. */
export const MAX_METHOD = 64;
/** Field lines of a request. */
export const MAX_REQUEST_FIELDS = 200;
/** Field lines of an answer: twice a request's, since apps that set one cookie or one Link per item do get there. */
export const MAX_ANSWER_FIELDS = 400;
/** Names in `Connection`: each of them is looked for in every field. */
export const MAX_CONNECTION_OPTIONS = 64;
/** Digits of a chunk size; leading zeros count. */
export const MAX_CHUNK_DIGITS = 16;
/** Extensions of one chunk, and of all chunks of one body (RFC 9112 §7.1.1 asks for a limit). */
export const MAX_CHUNK_EXTENSION = 256;
export const MAX_CHUNK_EXTENSIONS = 16_384;
/** A trailer section, its empty line included, and its field lines. */
export const MAX_TRAILERS = 8_192;
export const MAX_TRAILER_FIELDS = 50;
