import { FAULTS, type Fault, type FaultCode } from '../../core/errors.ts';
import type { Peer } from '../../core/contract/trust.ts';
import type { FrontContext } from '../context.ts';
import type { ExchangeFacts } from '../exchange/exchange-facts.ts';

export function peerText(peer: Peer): string { return peer.kind === 'ip' ? peer.address : 'unix'; }

/** What has events of its own, and not one for each request. */
const TOLD_APART: ReadonlySet<FaultCode> = new Set(['maintenance', 'app-busy', 'app-queue-timeout']);

/** The access line of an exchange that is over, the end of its span, and an event where something went wrong that somebody has to act on. */
export function logExchange(exchange: ExchangeFacts): void {
  const { context, fault } = exchange;
  context.counters?.end(exchange);
  exchange.span?.end(exchange);
  if (context.settings.log !== 'off') logAccess(exchange);
  // What was explained has its own line, once for each site: a loop is asked for twenty times by every browser.
  if (fault !== undefined && fault.blame !== 'client' && !TOLD_APART.has(fault.code) && exchange.site?.explained.has(fault.code) !== true) logFault(context, fault, exchange.id);
}

/** As logs and counts have it: 499 where the client left before there was an answer (as nginx has it), 0 where it was cut without one. */
export function statusOf({ status, fault }: ExchangeFacts): number {
  return status === 0 && fault?.code === 'client-gone' ? 499 : status;
}

function logAccess(exchange: ExchangeFacts): void {
  const { context, head, fault, truth } = exchange;
  const referer = head.fields.get('referer');
  context.log.access({
    time: Date.now(),
    client: truth.client,
    method: head.method,
    scheme: truth.scheme,
    host: head.host,
    target: context.log.hide(head.target),
    status: statusOf(exchange),
    bytesIn: exchange.bytesIn,
    bytesOut: exchange.bytesOut,
    durationMs: context.stamp() - exchange.startedAt,
    appMs: exchange.appMs,
    requestId: exchange.id,
    minor: head.minor,
    fault: fault?.code,
    userAgent: head.fields.get('user-agent'),
    referer: referer === undefined ? undefined : context.log.hide(referer),
    upgraded: exchange.upgraded,
  });
}

/** A fault of the app, the operator or our own. */
export function logFault(context: FrontContext, fault: Fault, requestId: string): void {
  context.log.event({ event: fault.code, level: fault.blame === 'app' ? 'warn' : 'error', message: `${fault.summary} ${fault.detail}`.trim(), requestId });
}

/** What arrived was not a request: it has no method and no target to log, only what was seen. */
export function logRefusal(context: FrontContext, fault: Fault, about: { readonly peer: Peer; readonly id: string }): void {
  context.counters?.refuse(fault.code);
  context.log.event({ event: 'refused', level: 'info', code: fault.code, status: FAULTS[fault.code].status, client: peerText(about.peer), message: `${fault.summary} ${fault.detail}`.trim(), requestId: about.id });
}

/** Something was thrown that nobody expected; where, is for whoever mends it. */
export function logDefect(context: FrontContext, error: unknown): void {
  context.log.event({ event: 'internal', level: 'error', message: error instanceof Error ? error.stack ?? error.message : String(error) });
}
