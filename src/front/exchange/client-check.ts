import type { ClientPolicy, PickClientPolicy, ShownCertificate } from '../../core/contract/certificate.ts';
import { Fault, FAULTS } from '../../core/errors.ts';
import { compileHosts } from '../../core/policy/hosts.ts';
import type { SiteSettings } from '../../config/settings/settings.ts';
import type { Exchange } from './exchange.ts';
import { peerText } from '../log/exchange-log.ts';
import type { Site } from '../sites/site.ts';

/**
 * By which policy a handshake is made, for the name that the client asks for; undefined where no site asks for certificates.
 * A name of no site, and none at all, get the policy of the site that takes every host, or the one that all sites share.
 */
export function clientPolicies(sites: readonly SiteSettings[], policyOf: (site: SiteSettings) => ClientPolicy | undefined): PickClientPolicy | undefined {
  const policies = sites.map(policyOf);
  if (policies.every((policy) => policy === undefined)) return undefined;
  const named = compileHosts(sites.flatMap((site, i) => site.hosts.map((host) => [host, { policy: policies[i] }] as const)));
  const any = sites.findIndex((site) => site.hosts.length === 0);
  const others = any >= 0 ? policies[any] : policies.every((policy) => policy === policies[0]) ? policies[0] : undefined;
  return (name) => {
    const found = name === undefined ? undefined : named.pick(name);
    return found === undefined ? others : found.policy;
  };
}

/**
 * Whether the client may ask this site: undefined if so. Called where the site and the handshake are not both without a
 * policy. One rule for every way to mix names (SNI and Host, kept connections, absolute targets, no SNI): what counts is the
 * policy that the handshake of this connection was made by, and it has to be the site's.
 */
export function checkClient(exchange: Exchange, site: Site): Fault | undefined {
  const { tls } = exchange.down.line;
  const { policy } = site;
  if (tls?.policy !== policy) {
    // What a site answers to everybody, it answers here: plain HTTP where its paths allow it, and a balancer's question.
    const open = policy === undefined || policy.optional;
    if (open && (tls === undefined || site.schemes.isHealth(exchange.head.target))) {
      if (policy !== undefined) exchange.truth = { ...exchange.truth, certificate: null };
      return undefined;
    }
    return new Fault('misdirected-tls', `Host: ${exchange.head.host}; the handshake was ${tls === undefined ? 'made elsewhere' : tls.serverName === undefined ? 'made without a server name' : `for ${tls.serverName}`}`);
  }
  const fault = judge(tls?.shown ?? { kind: 'none' }, policy!);
  if (fault === undefined) exchange.truth = { ...exchange.truth, certificate: tls?.shown?.kind === 'good' ? tls.shown.certificate : null };
  else tellOperator(exchange, site, fault);
  return fault;
}

function judge(shown: ShownCertificate, policy: ClientPolicy): Fault | undefined {
  switch (shown.kind) {
    case 'good': return undefined;
    case 'none': return policy.optional ? undefined : new Fault('client-certificate-missing');
    case 'bad': return new Fault('client-certificate-bad', `${shown.certificate.subject}: ${REASONS[shown.reason] ?? shown.reason}`);
  }
}

/** OpenSSL's words (openssl-verification-options(1)) for people. */
const REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet; look at the clocks',
  UNABLE_TO_GET_ISSUER_CERT: 'its authority is not one of this site\'s, or an intermediate is missing',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not one of this site\'s, or an intermediate is missing',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not one of this site\'s, or the client left an intermediate out',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not one of this site\'s',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  INVALID_PURPOSE: 'it was not made for clients (extendedKeyUsage without clientAuth)',
};

/** A line for each refused connection: it ends with the answer. */
function tellOperator({ context, down, id }: Exchange, site: Site, { code, summary, detail }: Fault): void {
  const client = peerText(down.peer);
  const wanted = site.settings.clientCertificates?.ca ?? '';
  context.log.event({
    event: 'refused', level: 'info', code, status: FAULTS[code].status, client, requestId: id,
    message: `${client}: ${summary} ${detail === '' ? '' : `${detail}. `}Site: ${site.settings.hosts.join(', ') || '(every host)'}; its authorities are in ${wanted}.`,
  });
}
