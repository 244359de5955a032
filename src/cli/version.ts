import { ownFile } from './own-files.ts';

export const version = (): string =>
  (JSON.parse(ownFile('../../package.json')) as { version: string }).version;
