import type { Settings } from '../config/settings/settings.ts';

/** The files of authorities that the apps' certificates are checked with, each once. */
export const rootFiles = ({ sites }: Settings): string[] =>
  [...new Set(sites.flatMap(({ routes }) => routes).flatMap((route) => (route.kind === 'app' && route.app.tls?.ca !== undefined ? [route.app.tls.ca] : [])))];
