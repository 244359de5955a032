/** What the front itself says to people: pages about faults and loops, and the answer to plain HTTP on the TLS port. */
export { faultPage, type FaultPageOptions, type Page } from './pages.ts';
export { plainOnTls } from './plain-on-tls.ts';
