import type { Fault, FaultCode } from '../../core/errors.ts';
import { NO_BODY } from '../../core/http1/write-head.ts';
import type { Scheme } from '../../core/contract/truth.ts';
import type { Explanation } from '../../core/policy/explain.ts';
import { ownPath, redirectStatus, redirectUrl, slashed } from '../../core/policy/redirect.ts';
import { preferredKind } from '../../core/pages/accept.ts';
import type { FrontContext } from '../context.ts';
import { dateLine } from '../date.ts';
import type { AnswerStart } from '../downstream/downstream.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { faultPage } from '../pages/index.ts';
import { reasonPhrase } from '../reasons.ts';

/** Every answer tells its client the id that the app was told and the log has. */
export const idLine = (id: string): string => 'X-Request-Id: ' + id + '\r\n';

/** A whole answer that comes from the front itself. */
export interface OwnAnswer extends AnswerStart {
  readonly bytes: Uint8Array | undefined;
}

/** What an answer about a fault needs to know of the request, where there was one. */
export interface About {
  readonly id: string;
  readonly accept: string | undefined;
  readonly method: string;
  /** Field lines that must go with this status (Allow with 405). */
  readonly lines?: string;
  readonly explanation?: Explanation;
  /** A page of the site's own, for those that take HTML. */
  readonly page?: Uint8Array | undefined;
}

/** What another request on the same connection cannot mend: the client has to make a new one. */
const OF_THE_HANDSHAKE: ReadonlySet<FaultCode> = new Set(['misdirected-tls', 'client-certificate-missing', 'client-certificate-bad']);

/** The page that says what went wrong; the id is in the log too. */
export function faultAnswer(context: FrontContext, fault: Fault, about: About): OwnAnswer {
  const own = about.page !== undefined && preferredKind(about.accept) === 'html' ? about.page : undefined;
  const { contentType, body } = own !== undefined ? { contentType: 'text/html; charset=utf-8', body: own } : faultPage({ fault, accept: about.accept, requestId: about.id, local: context.local, ...(about.explanation && { explanation: about.explanation }) });
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const lines = dateLine() + 'Content-Type: ' + contentType + '\r\nCache-Control: no-store\r\n' + (about.lines ?? '')
    + (fault.status === 401 ? 'WWW-Authenticate: Basic realm="Restricted", charset="UTF-8"\r\n' : '')
    + (fault.status === 503 || fault.status === 429 ? 'Retry-After: ' + (fault.retryAfter ?? 5) + '\r\n' : '');
  const { status } = fault;
  const answer = { status, reason: reasonPhrase(status), last: OF_THE_HANDSHAKE.has(fault.code) };
  return about.method === 'HEAD'
    ? { ...answer, lines: lines + 'Content-Length: ' + bytes.length + '\r\n', body: NO_BODY, bytes: undefined }
    : { ...answer, lines, body: { framing: 'length', length: bytes.length }, bytes };
}

/** To the same folder by its own name. 307, as for any folder: a method and a body stay what they are (RFC 9110 §15.4.8). */
export function folderAnswer({ head, truth, site }: Exchange): OwnAnswer {
  return {
    status: 307, reason: reasonPhrase(307), last: false,
    lines: dateLine() + 'Location: ' + ownPath(slashed(head.target)) + '\r\n' + site!.ownHsts(truth.scheme),
    body: { framing: 'length', length: 0 }, bytes: undefined,
  };
}

/** To the same resource over the other scheme, under the site's other name, or both at once. */
export function redirectAnswer(exchange: Exchange, { scheme: to, host }: { readonly scheme: Scheme; readonly host: string }): OwnAnswer {
  const { context, head, truth, site } = exchange;
  const publicPort = to === truth.scheme ? truth.port : context.publicPort(to);
  const location = redirectUrl({ scheme: to, host, publicPort, target: head.target });
  const status = redirectStatus({ to, realCertificate: context.realCertificate });
  // A redirect that a shared cache keeps would be served to visitors of the other door.
  const cache = status === 308 ? '' : 'Cache-Control: no-store\r\n';
  return {
    status, reason: reasonPhrase(status), last: false,
    lines: dateLine() + 'Location: ' + location + '\r\n' + cache + site!.ownHsts(truth.scheme),
    body: { framing: 'length', length: 0 }, bytes: undefined,
  };
}
