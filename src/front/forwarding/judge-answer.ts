import { Fault } from '../../core/errors.ts';
import type { AnswerHead } from '../../core/http1/heads.ts';
import { Name } from '../../core/http1/names.ts';
import { explainRepair } from '../../core/policy/explain-repair.ts';
import { explainContradiction, explainLoop, explanationText, type Explanation, type LoopFacts } from '../../core/policy/explain.ts';
import { recognise, type Recognition } from '../../core/policy/frameworks.ts';
import { rawPath } from '../../core/policy/paths.ts';
import { redirectUrl } from '../../core/policy/redirect.ts';
import type { DeadEnd, Finding, RepairedRedirect } from '../../core/policy/repair.ts';
import { howTold } from '../../core/policy/told.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { AppTarget } from '../sites/targets.ts';

/** What goes to the client instead of the app's answer. */
export interface Replacement {
  readonly fault: Fault;
  readonly explanation: Explanation;
}

export interface Verdict {
  /** The field lines for the client, repaired. */
  readonly lines: string;
  readonly replacement: Replacement | undefined;
  /** See {@link RepairedFields.handOver}. */
  readonly handOver: number;
}

/**
 * Repairs the field lines of an app's answer, and looks whether it is a redirect that leads nowhere. `frontAddress` is
 * where the app sees us come from, if not from its own loopback.
 */
export function judgeAnswer(exchange: Exchange, target: AppTarget, head: AnswerHead, frontAddress: string | undefined): Verdict {
  const { lines, finding, handOver } = target.repair(head, exchange.head, exchange.truth);
  if (finding === undefined) return { lines, replacement: undefined, handOver };
  const { explained, name } = exchange.site!;
  exchange.context.counters?.redirect(name, finding.kind);
  if (finding.kind === 'repaired') {
    if (!explained.has('redirect-repaired')) logRepair(exchange, { answer: head, finding, frontAddress });
    return { lines, replacement: undefined, handOver };
  }
  const explanation = explain(exchange, { answer: head, finding, frontAddress });
  const fault = new Fault(finding.kind === 'loop' ? 'redirect-loop' : 'policy-contradiction', `Location: ${finding.location}`);
  if (!explained.has(fault.code)) {
    explained.add(fault.code);
    exchange.context.log.event({ event: fault.code, level: 'warn', message: explanationText(explanation), requestId: exchange.id });
  }
  // In production the answer passes unchanged: it may be meant for a client that we do not know.
  return { lines, replacement: exchange.context.local ? { fault, explanation } : undefined, handOver };
}

interface Case<F extends Finding> {
  readonly answer: AnswerHead;
  readonly finding: F;
  readonly frontAddress: string | undefined;
}

function explain(exchange: Exchange, { answer, finding, frontAddress }: Case<DeadEnd>): Explanation {
  const facts = loopFacts(exchange, answer, frontAddress);
  if (finding.kind === 'loop') return explainLoop(facts);
  const { head, site } = exchange;
  const policy = site!.policyOf(head.target);
  return explainContradiction({ ...facts, path: rawPath(head.target), policy: policy === 'either' ? 'https' : policy, wants: finding.wants });
}

function logRepair(exchange: Exchange, { answer, finding, frontAddress }: Case<RepairedRedirect>): void {
  exchange.site!.explained.add('redirect-repaired');
  const { hide } = exchange.context.log; // an app may put a token into a redirect
  const explanation = explainRepair({ ...loopFacts(exchange, answer, frontAddress), ...finding, location: hide(finding.location), became: hide(finding.became) });
  exchange.context.log.event({ event: 'redirect-repaired', level: 'info', message: explanationText(explanation), requestId: exchange.id });
}

function loopFacts(exchange: Exchange, answer: AnswerHead, frontAddress: string | undefined): LoopFacts {
  const { head, truth, site } = exchange;
  const url = exchange.context.log.hide(redirectUrl({ scheme: truth.scheme, host: truth.host, publicPort: truth.port, target: head.target }));
  return { recognised: recogniseApp(exchange, answer), told: howTold(site!.settings.speaks, site!.settings.tell), method: head.method, url, frontAddress };
}

function recogniseApp(exchange: Exchange, answer: AnswerHead): Recognition {
  const setCookies: string[] = [];
  for (let i = answer.fields.find(Name.SET_COOKIE); i >= 0; i = answer.fields.find(Name.SET_COOKIE, i + 1)) setCookies.push(answer.fields.value(i));
  return recognise({ cookie: exchange.head.fields.get('cookie'), setCookies, answer: (name) => answer.fields.get(name) });
}
