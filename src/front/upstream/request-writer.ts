import { createVariables, type Variables } from '../../core/cgi/variables.ts';
import { pathInfo } from '../../core/cgi/path-info.ts';
import { keepRequestFields } from '../../core/contract/keep.ts';
import type { Teller } from '../../core/contract/tell.ts';
import type { Truth } from '../../core/contract/truth.ts';
import { Fault } from '../../core/errors.ts';
import { requestRecords } from '../../core/fastcgi/records.ts';
import type { RequestHead } from '../../core/http1/heads.ts';
import { requestHeadText, type BodyPlan } from '../../core/http1/write-head.ts';
import { closedWithoutAnswer, uwsgiPacket } from '../../core/uwsgi/packet.ts';
import { compileChanges } from '../../core/policy/field-changes.ts';
import { comparedPrefix } from '../../core/policy/prefixes.ts';
import { prefixInUrls } from '../../core/policy/strip.ts';
import type { AppRoute } from '../../config/settings/settings.ts';
import type { RunScript } from '../php/scripts.ts';

/** One request, judged, with what is true about it. */
export interface Forwarded {
  readonly head: RequestHead;
  /** What the app is asked for: the client's target byte for byte, or what is left of it below a stripped prefix. */
  readonly target: string;
  readonly truth: Truth;
  readonly requestId: string;
  readonly plan: BodyPlan;
  /** Pass `Expect: 100-continue` on: the body is not here yet, and the app decides whether it wants it. */
  readonly expects: boolean;
  /** What a PHP site is to run. */
  readonly run: RunScript | undefined;
}

/** What goes on the wire before the body. */
export interface WrittenRequest {
  readonly bytes: string | Uint8Array;
  /** As a person would read it. */
  readonly text: string;
  /** What to tell the one who runs it, should the app close the connection without a word. */
  readonly hint: string | undefined;
}

/** Writes requests in the words of one upstream protocol; compiled once per route. A fault where the protocol cannot carry the request. */
export type RequestWriter = (request: Forwarded) => WrittenRequest | Fault;

export function createRequestWriter(route: AppRoute, teller: Teller): RequestWriter {
  switch (route.app.protocol) {
    case 'http': return http1Writer(route, teller);
    case 'uwsgi': return uwsgiWriter(route, teller);
    case 'fastcgi': return fastCgiWriter(route, teller);
  }
}

function http1Writer(route: AppRoute, teller: Teller): RequestWriter {
  // The client's own is of the family, so this one is alone.
  const prefix = route.strip !== undefined && route.strip.header !== 'none' ? `${route.strip.header}: ${prefixInUrls(route.path)}\r\n` : '';
  const ourLines = prefix + 'X-Request-Id: ';
  const changes = route.requestHeaders && compileChanges(route.requestHeaders);
  const keep = changes === undefined ? keepRequestFields : (head: RequestHead) => changes.change(keepRequestFields(head));
  return ({ head, target, truth, requestId, plan, expects }) => {
    const lines = keep(head) + teller.lines(truth) + ourLines + requestId + '\r\n';
    const asked = target === head.target ? head : { method: head.method, target, host: head.host, websocket: head.websocket };
    const text = requestHeadText(asked, lines, plan, expects);
    return { bytes: text, text, hint: undefined };
  };
}

function uwsgiWriter(route: AppRoute, teller: Teller): RequestWriter {
  const mount = route.strip !== undefined ? comparedPrefix(route.path) : '';
  const variablesOf = createVariables({ carrier: 'uwsgi', teller, software: 'sallyport', changes: route.requestHeaders });
  return ({ head, truth, requestId, plan }) => {
    const variables = variablesOf({
      head, truth, scriptName: mount, pathInfo: pathInfo(head.target, mount), added: [['X-Request-Id', requestId]],
      ...(plan.framing === 'length' && { contentLength: plan.length }),
    });
    if (variables instanceof Fault) return variables;
    const bytes = uwsgiPacket(variables);
    if (bytes instanceof Fault) return bytes;
    return { bytes, get text() { return asLines(variables); }, hint: closedWithoutAnswer(variables) };
  };
}

function fastCgiWriter(route: AppRoute, teller: Teller): RequestWriter {
  const variablesOf = createVariables({ carrier: 'fastcgi', teller, software: 'sallyport', changes: route.requestHeaders });
  return ({ head, truth, requestId, plan, run }) => {
    if (run === undefined) return new Fault('internal', 'A FastCGI server was to be asked without a script.');
    const variables = variablesOf({
      head, truth, ...run, added: [['X-Request-Id', requestId]],
      ...(plan.framing === 'length' && { contentLength: plan.length }),
    });
    if (variables instanceof Fault) return variables;
    const bytes = requestRecords(variables, true);
    if (bytes instanceof Fault) return bytes;
    return { bytes, get text() { return asLines(variables); }, hint: undefined };
  };
}

const asLines = (variables: Variables): string => [...variables].map(([name, value]) => `${name}=${value}\r\n`).join('') + '\r\n';
