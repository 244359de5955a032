/** Files of a folder as answers: bytes and field lines, without a socket (the front writes them). */
export { createStaticRoot, type StaticRequest, type StaticRoot } from './root.ts';
export type { FileAnswer, OpenFile } from './answer.ts';
export { closeFile, streamFile, type FileSink, type FileStream, type StreamOutcome } from './stream.ts';
