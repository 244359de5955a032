/** What stands in a log in the place of a secret. */
export const HIDDEN = '***';

/**
 * Parameters of a query whose values let somebody in, by the last word of their name: `token` hides `access_token`,
 * `accessToken` and `user[token]` as well. Too much hidden costs a look elsewhere, too little costs an account.
 * OAuth 2.0 has code, token, secret and assertion (RFC 6749 §11.2.2), signed URLs of clouds have signature, credential
 * and key, CAS has ticket.
 */
export const ALWAYS_HIDDEN: readonly string[] = [
  'token', 'password', 'passwd', 'passphrase', 'pwd', 'pass', 'secret', 'key', 'apikey', 'code', 'otp', 'pin',
  'auth', 'authorization', 'credential', 'credentials', 'signature', 'sig', 'jwt', 'session', 'sessionid', 'sid', 'ticket', 'assertion',
];

/** Words of this length are found at the end of a longer one too (`csrfmiddlewaretoken`); shorter ones end too many others (`monkey`). */
const LONG = 5;

/**
 * Compiles what is taken out of URLs before they are logged: the values of parameters by {@link ALWAYS_HIDDEN} and `more`,
 * and a user's name and password before a host. A path is left as it is: nobody but the app knows what it means.
 */
export function createHide(more: readonly string[] = []): (url: string) => string {
  const words = [...new Set([...ALWAYS_HIDDEN, ...more.map(plain)])];
  const any = (some: readonly string[]): string => some.map((word) => word.replace(/[^a-z0-9]/g, '\\$&')).join('|');
  const short = any(words.filter((word) => word.length < LONG));
  const long = any(words.filter((word) => word.length >= LONG));
  const ends = new RegExp(`(?:${long === '' ? '(?!)' : long}|(?:^|[^a-z0-9])(?:${short === '' ? '(?!)' : short}))[^a-z0-9]*$`);
  const perhaps = new RegExp(`%|${any(words)}`, 'i');
  const isSecret = (name: string): boolean => ends.test(plain(decoded(name)));
  return (url) => {
    const at = url.indexOf('?');
    const named = url.includes('@') ? url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i, `$1${HIDDEN}@`) : url;
    if (at === -1 || !perhaps.test(url.slice(at))) return named;
    const query = named.indexOf('?') + 1;
    return named.slice(0, query) + hidden(named.slice(query), isSecret);
  };
}

// A `;` parts parameters for some servers and belongs to a value for others; so it begins a name and never ends a secret.
const PARAMETER = /([^=&;]*)(=([^&;]*))?([&;]|$)/y;

function hidden(query: string, isSecret: (name: string) => boolean): string {
  let out = '';
  for (let at = 0; at < query.length;) {
    PARAMETER.lastIndex = at;
    const [all, name, value, , end] = PARAMETER.exec(query)!;
    if (value === undefined || !isSecret(name!)) {
      out += all;
      at += all.length;
      continue;
    }
    const stop = end === ';' ? query.indexOf('&', at) : at + all.length - end!.length;
    out += `${name}=${HIDDEN}`;
    at = stop === -1 ? query.length : stop;
    if (query[at] === '&') { out += '&'; at++; }
  }
  return out;
}

/** Percent signs and plus read as apps read them; what is no escape stays. */
const decoded = (name: string): string => name.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

/** `accessToken` is two words. */
const plain = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
