/** A TLS connection ended without close_notify where that had to come (RFC 9112 §9.8): somebody or something cut it. */
export const INCOMPLETE_CLOSE = 'ERR_TLS_INCOMPLETE_CLOSE';

export const incompleteClose = (): Error => Object.assign(new Error('TLS ended without close_notify.'), { code: INCOMPLETE_CLOSE });
