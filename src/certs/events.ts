/** What happens to certificates while the front runs: plain data, for the log. */
export interface CertificateEvent {
  readonly event:
    | 'authority-created' // a local authority was made; clients do not know it yet
    | 'certificate-renewed' // a leaf of the local authority was signed again in time
    | 'certificate-unsigned' // the local authority could not sign
    | 'certificate-replaced' // new files are served from now on
    | 'certificate-broken' // new files cannot be used; the old ones are served still
    | 'certificate-chain' // the file lacks an intermediate
    | 'certificate-names' // a domain that no certificate names
    | 'certificate-not-yet-valid'
    | 'certificate-expiring'
    | 'certificate-expired'
    | 'client-authority-replaced' // clients' certificates are checked against a new file
    | 'client-authority-broken' // it cannot be used; the old one counts still
    | 'client-authority-expired';
  readonly level: 'info' | 'warning' | 'error';
  /** For people: what was seen, and the next step. */
  readonly message: string;
  /** The certificate's file, where it has one. */
  readonly file?: string;
}

/** A certificate, key or authority that cannot be used: the operator's to mend. The message says how. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  /** The file it is about. */
  readonly file: string;

  constructor(file: string, message: string) {
    super(message);
    this.file = file;
  }
}

/** The time and its ticking, so that tests can hold the watch. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls again and again, without keeping the process alive; gives what ends it. */
  every(milliseconds: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: Date.now,
  every(milliseconds, task) {
    const timer = setInterval(task, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

export const DAY = 24 * 60 * 60 * 1000;
/** `3 January 2027`-like, but sortable and the same everywhere. */
export const dateText = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ') + ' UTC';
