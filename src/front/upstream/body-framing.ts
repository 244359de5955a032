import { STDIN_END, stdinRecords } from '../../core/fastcgi/records.ts';
import { chunkHead, CHUNK_END, lastChunk } from '../../core/http1/body-writer.ts';
import type { BodyPlan } from '../../core/http1/write-head.ts';
import type { UpstreamProtocol } from '../../config/settings/settings.ts';
import type { Output } from '../output.ts';

/** What stands around the pieces of a request's body and at its end. */
export interface BodyFraming {
  /** Never empty; lent. */
  content(out: Output, bytes: Uint8Array): void;
  /** Also where there was no body. */
  end(out: Output, trailers: string): void;
}

/** The bytes as they are: a length has been announced. */
export const AS_IT_IS: BodyFraming = {
  content(out, bytes) { out.bytes(bytes); },
  end() {},
};

const CHUNKED: BodyFraming = {
  content(out, bytes) {
    out.text(chunkHead(bytes.length));
    out.bytes(bytes);
    out.text(CHUNK_END);
  },
  end(out, trailers) { out.text(lastChunk(trailers)); },
};

const RECORDS: BodyFraming = {
  content(out, bytes) { stdinRecords(bytes, out); },
  end(out) { out.text(STDIN_END); },
};

export const framingOf = (protocol: UpstreamProtocol, plan: BodyPlan): BodyFraming =>
  (protocol === 'fastcgi' ? RECORDS : plan.framing === 'chunked' ? CHUNKED : AS_IT_IS);
