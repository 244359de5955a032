import { Fault } from '../../core/errors.ts';
import { checkClient } from './client-check.ts';
import type { Exchange } from './exchange.ts';
import { folderAnswer, redirectAnswer, type OwnAnswer } from '../own/own-answers.ts';
import type { Scripts } from '../php/scripts.ts';
import type { Site } from '../sites/site.ts';
import type { AppLead, Lead, OwnLead } from '../sites/targets.ts';

/** What becomes of a request: where it leads, the front's own answer, or what is wrong. */
export type Ruling = Lead | OwnAnswer | Fault;

/**
 * Site, then scheme policy, then gate (who may come, how often), then route (ARCHITECTURE.md, "The life of a request"). The truth is known already.
 * 'later': somebody has to be asked; the exchange is told (`ruled`).
 */
export function ruleOn(exchange: Exchange): Ruling | 'later' {
  const { context, down, head, truth } = exchange;
  const authority = context.authorityDownload?.(head);
  if (authority !== undefined) return authority;
  const site = exchange.site = context.sites.pick(head.host) ?? context.sites.health(head.target);
  if (site === undefined) return new Fault('misdirected', `Host: ${head.host}`);
  const decision = site.decide(head.target, truth.scheme);
  const { tls } = down.line;
  // A plain request that is only sent to https learns nothing, and gets no further.
  if (site.policy === tls?.policy ? site.policy !== undefined : tls !== undefined || decision === 'pass') {
    const fault = checkClient(exchange, site);
    if (fault !== undefined) return fault;
  }
  const name = site.otherName(head.host, head.target);
  if (decision !== 'pass' || name !== undefined) {
    const to = decision === 'pass' ? truth.scheme : decision === 'to-https' ? 'https' : 'http';
    return redirectAnswer(exchange, { scheme: to, host: name === undefined || (decision !== 'pass' && site.keepsName) ? head.host : name });
  }
  if (site.isClosedTo(truth.client, head.target)) return site.closed();
  if (site.gate !== undefined && !site.schemes.isHealth(head.target)) {
    const refused = site.gate(exchange, (fault) => { exchange.ruled(fault ?? lead(site, head.target)); });
    if (refused !== undefined) return refused;
  }
  return lead(site, head.target);
}

const lead = (site: Site, target: string): Lead | Fault => site.route(target) ?? new Fault('not-found', 'no route leads anywhere for this path');

/** A request for a PHP site: its scripts are the app's, other files are given out as they are. */
export function ruleOnScript(exchange: Exchange, lead: AppLead, scripts: Scripts): Exclude<Ruling, OwnLead> {
  const choice = scripts.choose(exchange.head.target);
  if (choice instanceof Fault) return choice;
  switch (choice.kind) {
    case 'run': return { ...lead, run: choice.run };
    case 'file': return choice.lead;
    case 'folder': return folderAnswer(exchange);
  }
}
