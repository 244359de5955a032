/** Which of a client's fields an app may see, in the words of ARCHITECTURE.md and SECURITY.md and not by the code. */
import { options, type Message } from './reference.ts';

const HOP = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade', 'expect', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'proxy-authenticate', 'proxy-authorization', 'http2-settings']);
/** Fields that are meant for all recipients: nobody may name them away (RFC 9110 §7.6.1). */
const KEPT_THOUGH_NOMINATED = new Set(['authorization', 'cookie', 'content-type', 'content-encoding', 'content-language', 'content-range', 'origin', 'referer', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest', 'cache-control', 'pragma', 'range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range']);
/** Names that mean something to the front in answers, and words of an app to it: another spelling of one is nobody's. */
const MEANT = new Set([...HOP, 'location', 'content-location', 'refresh', 'set-cookie', 'strict-transport-security', 'content-type', 'server', 'x-powered-by', 'date']);
const FRONTS_OWN = /^x-accel-(?:redirect|charset|expires|limit-rate|buffering)$|^x-sendfile$|^x-lighttpd-send-file$/;
const FAMILY = /^(?:forwarded|x-forwarded|x-forwarded-.*|x-scheme|x-url-scheme|https|x-https|x-ssl|front-end-https|x-arr-ssl|x-appservice-proto|cf-visitor|cloudfront-forwarded-proto|wl-proxy-.*|x-host|x-original-.*|x-rewrite-url|x-script-name|script-name|x-real-ip|x-client-ip|client-ip|true-client-ip|x-cluster-client-ip|forwarded-for|cf-connecting-ip|cf-connecting-ipv6|cf-pseudo-ipv4|fastly-client-ip|fly-client-ip|sallyport-secret|remote-user|x-remote-user|x-ssl-.*|ssl-client-.*|client-cert|client-cert-chain|x-client-cert|x-client-dn|proxy|x-request-id)$/;

/** As WSGI, CGI and Rack fold a name: case and everything that is neither letter nor digit. */
export const fold = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '-');
export const isFamily = (name: string): boolean => FAMILY.test(fold(name));

const verdicts = new Map<string, boolean>();

function mayPass(name: string): boolean {
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  const folded = fold(name);
  const verdict = !HOP.has(lower) && !/[_.]/.test(name) && !isFamily(name) && !FRONTS_OWN.test(folded) && (!MEANT.has(folded) || MEANT.has(lower));
  if (verdicts.size < 10_000) verdicts.set(name, verdict);
  return verdict;
}

export function passes(fields: Message['fields']): (readonly [name: string, value: string])[] {
  const nominated = options(fields);
  return fields.filter(([name]) => mayPass(name) && (nominated.length === 0 || !nominated.includes(name.toLowerCase()) || KEPT_THOUGH_NOMINATED.has(name.toLowerCase())));
}

/** The values of a name in a flat list. */
export function values(flat: readonly string[], name: string): string[] {
  const found: string[] = [];
  for (let i = 0; i < flat.length; i += 2) if (flat[i]!.length === name.length && flat[i]!.toLowerCase() === name) found.push(flat[i + 1]!);
  return found;
}

/** Of an answer: repaired by policy, or written by the front. */
const NOT_AS_IT_WAS = new Set(['date', 'x-request-id', 'location', 'content-location', 'refresh', 'set-cookie', 'strict-transport-security']);

/** The fields of an answer that reach the client as they were; `said` has the app's own nominations. */
export function survives(fields: Message['fields'], said: Message['fields']): (readonly [name: string, value: string])[] {
  const nominated = options(said);
  return fields.filter(([name]) => {
    const lower = name.toLowerCase();
    return !HOP.has(lower) && !NOT_AS_IT_WAS.has(lower) && !FRONTS_OWN.test(lower) && !nominated.includes(lower);
  });
}
