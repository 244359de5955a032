import { ChunkedReader } from './chunked-reader.ts';
import { CloseReader, LengthReader } from './plain-readers.ts';
import type { BodyReader, BodyReaderOptions } from './body-reader.ts';
import type { Framing } from './heads.ts';

/** The reader for the body of this head. With framing `none` it is done at once; with `close` never (see {@link CloseReader}). */
export function createBodyReader(body: { readonly framing: Framing; readonly length: number }, options: BodyReaderOptions): BodyReader {
  if (body.framing === 'chunked') return new ChunkedReader(options);
  if (body.framing === 'close') return new CloseReader(options.sink);
  return new LengthReader(body.framing === 'length' ? body.length : 0, options.sink);
}

export type { BodyReaderOptions };
