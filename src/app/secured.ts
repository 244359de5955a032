import { hasSecure } from '../core/policy/cookies.ts';

/** A `Set-Cookie` value with `Secure`. `SameSite` is left alone. */
export const secured = (cookie: string): string => (hasSecure(cookie) ? cookie : `${cookie}; Secure`);
