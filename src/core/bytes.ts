/**
 * Bytes to text and back, one character per byte. A runtime's own byte array (Node's and Bun's Buffer) brings these as
 * native methods and they are used where they are there; a plain Uint8Array works as well, only slower.
 */
interface Native extends Uint8Array {
  latin1Slice?(start: number, end: number): string;
  latin1Write?(text: string, at: number, length?: number): number;
}

/** The bytes `[start, end)` as latin1 text. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  const native = bytes as Native;
  if (native.latin1Slice !== undefined) return native.latin1Slice(start, end);
  let text = '';
  for (let at = start; at < end; at += 4096) text += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + 4096)));
  return text;
}

/** Writes latin1 text into `bytes` at `at`; there must be room. */
export function writeLatin1(bytes: Uint8Array, text: string, at: number): void {
  const native = bytes as Native;
  if (native.latin1Write !== undefined) { native.latin1Write(text, at); return; }
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

const utf8 = new TextEncoder();

/** The UTF-8 bytes of a text, as latin1 text: for names of this machine (folders, files) among bytes that came from a client. */
export function utf8AsLatin1(text: string): string {
  if (!/[^\x00-\x7f]/.test(text)) return text;
  const bytes = utf8.encode(text);
  return latin1(bytes, 0, bytes.length);
}
