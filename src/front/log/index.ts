/** Access lines and events, in the form the settings ask for. */
export { createLog, type Log, type LogOutput } from './log.ts';
export type { AccessEntry, FrontEvent, ReadyEvent } from './entries.ts';
