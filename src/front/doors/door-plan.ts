import type { Settings } from '../../config/settings/settings.ts';
import type { Scheme } from '../../core/contract/truth.ts';
import { compileTrust, trusts, type Peer } from '../../core/contract/trust.ts';
import type { PickCertificate } from '../../core/contract/certificate.ts';
import { CEILINGS } from '../../transport/descriptors.ts';
import type { ProxyOptions, Terms, Wire, WireHandler } from '../../transport/wire.ts';
import type { FrontContext } from '../context.ts';
import { clientPolicies } from '../exchange/client-check.ts';
import type { DoorPlace, DoorPlan } from './doors.ts';
import { ClientConnection } from '../downstream/http1.ts';
import { peerText } from '../log/exchange-log.ts';
import { createHandshakeLog, logPlainOnTls } from '../log/handshake-log.ts';
import { plainOnTls } from '../pages/index.ts';

/**
 * How a door is to be opened: where, with which certificates, and who takes its connections. From the descriptor `ceiling` on
 * they are closed at once.
 */
export function doorPlan(scheme: Scheme, context: FrontContext, pick: PickCertificate | undefined, ceiling = CEILINGS.clients): DoorPlan {
  const { live, settings } = context;
  const onConnection = (wire: Wire): WireHandler => {
    live.counters?.accept();
    const connection = new ClientConnection(wire, live);
    if (live.notYet(wire)) wire.pause();
    return connection;
  };
  const admits = (peer: Peer, descriptor?: number): boolean => live.scarcity.admits(descriptor, ceiling) && live.context.admits(peer);
  const onUnaccepted = (code: string): void => { live.scarcity.unaccepted(code); };
  return { ...doorPlace(scheme, settings, context.local), listen: { onConnection, admits, onUnaccepted, ...doorTerms(scheme, context, pick) } };
}

/** What a door asks of connections under this configuration. */
export function doorTerms(scheme: Scheme, context: FrontContext, pick: PickCertificate | undefined): Terms {
  const { settings } = context;
  const proxy = settings.acceptProxy ? { proxyProtocol: expectProxy(context) } : {};
  if (scheme === 'http' || pick === undefined) return proxy;
  const policyFor = clientPolicies(settings.sites, context.policyOf);
  return {
    ...proxy,
    tls: {
      pick,
      ...(policyFor && { policyFor }),
      ...(settings.tls && { security: settings.tls }),
      alpn: ['http/1.1', 'http/1.0'], // both are registered names (RFC 7301 §6); curl --http1.0 asks for the second alone
      handshakeTimeout: settings.timeouts.handshake,
      plainAnswer: (firstBytes, peer) => {
        const answer = plainOnTls(firstBytes, context.publicPort('https'));
        logPlainOnTls(context, peer, Number(answer.slice('HTTP/1.1 '.length, 'HTTP/1.1 '.length + 3)));
        return answer;
      },
      onHandshakeError: createHandshakeLog(context),
    },
  };
}

/** Where a door is to be. `local`: a local authority signs. */
export function doorPlace(scheme: Scheme, settings: Settings, local: boolean): DoorPlace {
  const name = settings.sites.flatMap((site) => site.hosts).find((host) => !host.startsWith('*.'));
  return { scheme, setting: settings[scheme], loopback: local, name };
}

/** The PROXY protocol, from trusted peers only: whoever may send it can name any client and any scheme. */
function expectProxy(context: FrontContext): ProxyOptions {
  const trust = compileTrust(context.settings.trust);
  return {
    accepts: (peer) => trusts(trust, peer),
    timeout: context.settings.timeouts.handshake,
    onRefused: (peer, fault) => {
      context.counters?.refuse(fault.code);
      context.log.event({ event: 'refused', level: 'info', code: fault.code, client: peerText(peer), message: `${peerText(peer)}: ${fault.summary} ${fault.detail}`.trim() });
    },
  };
}
