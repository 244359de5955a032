import type { Teller } from '../../core/contract/tell.ts';
import { Fault } from '../../core/errors.ts';
import { compileChanges, type ChangeFields } from '../../core/policy/field-changes.ts';
import type { Compress } from '../../core/policy/compress.ts';
import { rawPath } from '../../core/policy/paths.ts';
import { createRepair, type RepairFields, type RepairOptions } from '../../core/policy/repair.ts';
import { createStrip, prefixInUrls, type Strip } from '../../core/policy/strip.ts';
import { withoutCookie } from '../../core/http1/without-cookie.ts';
import type { AppRoute, RouteSettings, StaticRoute } from '../../config/settings/settings.ts';
import { compileCompress } from '../coding/compressed.ts';
import { createHandOver, type HandOver } from '../static/hand-over.ts';
import { createScripts, type RunScript, type Scripts } from '../php/scripts.ts';
import { fixedAnswer, fixedRedirect, type OwnTarget } from '../own/own-targets.ts';
import { createStaticRoot, type StaticRoot } from '../static/root.ts';
import { anyFile, notSource } from '../static/source.ts';
import type { ServerGroup } from '../upstream/group.ts';
import { createRequestWriter, type RequestWriter } from '../upstream/request-writer.ts';

/** A route that leads to an app, compiled. */
export interface AppTarget {
  readonly kind: 'app';
  readonly route: AppRoute;
  readonly upstream: ServerGroup;
  readonly write: RequestWriter;
  /** Of the front's own cookies on this route. */
  readonly cookiePath: string;
  /** What becomes of the field lines of its answers. */
  readonly repair: RepairFields;
  /** The route's changes to requests, for their trailers; the writer knows them. */
  readonly changeRequest: ChangeFields | undefined;
  /** The route's changes to answers, for those that do not come from the app; `repair` knows them. */
  readonly changeAnswer: ChangeFields | undefined;
  /** Takes the prefix off what the app is asked for; undefined where the app gets the target as it came. */
  readonly strip: Strip | undefined;
  /** Undefined where answers go out as they are. */
  readonly compress: Compress | undefined;
  /** Files that the app may hand its answers over to. */
  readonly handOver: HandOver;
  /** Of a PHP site: what its server may be asked to run. */
  readonly scripts: Scripts | undefined;
}

/** A route that leads to a folder, compiled. */
export interface StaticTarget {
  readonly kind: 'static';
  readonly route: StaticRoute;
  readonly root: StaticRoot;
  readonly changeAnswer: ChangeFields | undefined;
  readonly compress: Compress | undefined;
}

export type Target = AppTarget | StaticTarget | OwnTarget;

/** An app, and the target that it is sent. */
export interface AppLead {
  readonly target: AppTarget;
  readonly send: string;
  /** What a PHP site is to run. */
  readonly run?: RunScript;
}

/** A folder, and what is left of the compared path below its prefix. */
export interface FileLead {
  readonly target: StaticTarget;
  readonly rest: string;
}

/** What the front answers itself. */
export interface OwnLead {
  readonly target: OwnTarget;
}

/** Where a request leads. */
export type Lead = AppLead | FileLead | OwnLead;

/** What a request to an app is made with. */
export type Asked = Pick<AppTarget, 'write' | 'scripts'>;

/** What all routes of a site have in common. */
export interface SiteParts {
  readonly teller: Teller;
  readonly repair: RepairOptions;
  /** The servers of a route, and what makes the requests that they are checked with. */
  readonly upstream: (route: AppRoute, asked: Asked) => ServerGroup;
  /** A route of it leads to PHP. */
  readonly php: boolean;
}

/** Compiles the routes of one site. */
export function createTargets({ teller, repair: options, upstream, php }: SiteParts): (route: RouteSettings) => Target {
  const repair = createRepair(options);
  // A folder of a PHP site may have a prefix of its own (uploads, say): its source stays source.
  const givenOut = php ? notSource : anyFile;
  return (route) => {
    const changeAnswer = route.answerHeaders && compileChanges(route.answerHeaders);
    if (route.kind === 'answer') return fixedAnswer(route, changeAnswer);
    if (route.kind === 'redirect') return fixedRedirect(route, changeAnswer);
    const compress = compileCompress(route.compress);
    if (route.kind === 'static') return { kind: 'static', route, root: createStaticRoot(route, givenOut), changeAnswer, compress };
    const own = route.strip !== undefined ? createRepair({ ...options, prefix: route.path }) : repair;
    const write = withoutSticky(route, createRequestWriter(route, teller));
    const scripts = route.root !== undefined ? createScripts(route.path, route.root, { changeAnswer, compress }) : undefined;
    return {
      kind: 'app', route, write, scripts, upstream: upstream(route, { write, scripts }),
      cookiePath: prefixInUrls(route.path) || '/',
      repair: changeAnswer === undefined ? own : changing(own, changeAnswer),
      changeRequest: route.requestHeaders && compileChanges(route.requestHeaders),
      changeAnswer,
      compress,
      strip: route.strip !== undefined ? createStrip(route.path) : undefined,
      handOver: createHandOver(route, givenOut),
    };
  };
}

/** The front's own cookie is nothing to the app. */
function withoutSticky({ app: { sticky } }: AppRoute, write: RequestWriter): RequestWriter {
  if (sticky === undefined) return write;
  return (request) => write({ ...request, head: withoutCookie(request.head, sticky.cookie) });
}

/** A 101 is between the two ends of its tunnel. */
function changing(repair: RepairFields, changes: ChangeFields): RepairFields {
  return (head, asked, reached) => {
    const repaired = repair(head, asked, reached);
    return head.status < 200 ? repaired : { ...repaired, lines: changes.change(repaired.lines) };
  };
}

/** An app and what to ask it for. */
export function leadToApp(target: AppTarget, asked: string): AppLead | Fault {
  if (target.strip === undefined) return { target, send: asked };
  const send = target.strip(asked);
  return send === undefined ? new Fault('prefix-unclear', `${rawPath(asked)} below ${target.route.path}`) : { target, send };
}
