import type { FaultCode } from '../../core/errors.ts';

/** What an event may be called, for whoever waits for one. A code keeps its meaning; docs/events.md says what each is. */
export const EVENTS = [
  'admin-in-clear', 'admin-off', 'app-exposed', 'app-stderr', 'authority-created', 'authority-not-trusted',
  'certificate-broken', 'certificate-chain', 'certificate-expired', 'certificate-expiring', 'certificate-names',
  'certificate-not-yet-valid', 'certificate-renewed', 'certificate-replaced', 'certificate-unsigned', 'claim-ignored',
  'client-authority-broken', 'client-authority-expired', 'client-authority-replaced', 'control-off', 'door-unprivileged',
  'handshake-failed', 'hsts-not-sent', 'log-back', 'log-failed', 'log-not-reopened', 'log-reopened', 'lookup-failed',
  'lookup-works', 'maintenance-off', 'maintenance-on', 'maintenance-trouble', 'notify-failed', 'outlived-ended',
  'redirect-repaired', 'refused', 'reload-refused', 'reloaded', 'running-as-root', 'server-down', 'server-moved', 'server-up',
  'sockets-not-ours', 'too-many-connections', 'tracing', 'tracing-failed', 'tracing-off', 'trust-list-old', 'upgraded',
  'upstream-unchecked', 'worker-ended', 'worker-started',
] as const;

/** Faults have codes of their own (docs/errors.md), which are events where the app or the front is to blame. */
export type EventCode = typeof EVENTS[number] | FaultCode;
