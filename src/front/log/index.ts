/** Access lines and events, in the form the settings ask for. */
export { createLog, type Log, type LogOptions, type LogOutput } from './log.ts';
export { LogFile, LogFileError } from './file.ts';
export { standardOutput } from './standard.ts';
export type { Lines } from './lines.ts';
export type { AccessEntry, FrontEvent, ReadyEvent } from './entries.ts';
