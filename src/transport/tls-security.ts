import type { TlsSecurity } from './wire.ts';

export const DEFAULT_SECURITY: TlsSecurity = { minVersion: 'TLSv1.2', ciphers: undefined }; // RFC 8996

/** RFC 8446 §9.1 and Appendix B.4. Node switches TLS 1.3 off where none of them is named. */
export const TLS13_CIPHERS: readonly string[] = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'];
