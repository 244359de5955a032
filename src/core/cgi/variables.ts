/**
 * A request as CGI variables: what uwsgi and FastCGI carry instead of a head. The truth is written first and nothing that
 * a client sent can take a name of it; each name is there once, since a map holds them.
 *
 * The set is RFC 3875 §4.1 with what apps have come to expect: nginx conf/fastcgi_params and conf/uwsgi_params
 * (REQUEST_URI as sent, REQUEST_SCHEME, `HTTPS on` if secure, REDIRECT_STATUS 200 for php-cgi), Apache's
 * mod_proxy_uwsgi (UWSGI_SCHEME, server/util_script.c for the rest), uWSGI's plugins/http/http.c (PATH_INFO decoded).
 */
import { utf8AsLatin1 } from '../bytes.ts';
import type { ClientCertificate } from '../contract/certificate.ts';
import { keptRequestFields } from '../contract/keep.ts';
import type { Teller } from '../contract/tell.ts';
import { pemOf } from '../contract/tell-template.ts';
import type { Truth } from '../contract/truth.ts';
import { Fault } from '../errors.ts';
import type { RequestHead } from '../http1/heads.ts';
import { Name } from '../http1/names.ts';
import type { FieldChanges } from '../policy/field-changes.ts';
import { hostName } from '../policy/urls.ts';
import { NEVER_FROM_FIELDS, hasOwnVariable, toldVariable, variableOf } from './names.ts';

/** Names to values in latin1, one character per byte. No name is empty; no value has a NUL. */
export type Variables = ReadonlyMap<string, string>;

/** What does not change from request to request. */
export interface VariableSettings {
  readonly carrier: 'uwsgi' | 'fastcgi';
  readonly teller: Teller;
  /** SERVER_SOFTWARE: `name/version`. */
  readonly software: string;
  /** What the route changes in the headers. */
  readonly changes?: FieldChanges | undefined;
}

/** One request, and where its route leads. */
export interface CgiRequest {
  readonly head: RequestHead;
  readonly truth: Truth;
  /** SCRIPT_NAME: the mount point or the script, without a slash at its end; empty at the root. Latin1. */
  readonly scriptName: string;
  /** PATH_INFO: see `pathInfo` for uwsgi, `chooseScript` for PHP. Latin1. */
  readonly pathInfo: string;
  /** Bytes of the body; left out where there is none (RFC 3875 §4.1.2). A chunked body has to be whole first: CGI cannot announce one. */
  readonly contentLength?: number;
  /** The port of the peer. Told only where the peer is the client: behind a believed proxy it is the proxy's. */
  readonly remotePort?: number;
  /** The folder of the scripts, as this machine writes it, without a slash at its end. */
  readonly root?: string;
  /** The script below `root`, beginning with a slash. Latin1. Makes SCRIPT_FILENAME. */
  readonly script?: string;
  /** Fields that the front adds itself (X-Request-Id, those of a route). They take the place of the client's. */
  readonly added?: readonly (readonly [name: string, value: string])[];
}

/** Compiled once per route. What it gives answers one request: its variables, or the fault `bad-target` for a NUL in the path. */
export function createVariables(settings: VariableSettings): (request: CgiRequest) => Variables | Fault {
  const { carrier, teller, software, changes = NO_CHANGES } = settings;
  // All names of the teller, also those that it leaves out of an http request: a client must not fill that gap.
  const reserved = new Set([...NEVER_FROM_FIELDS, ...teller.names.map(toldVariable), ...changes.remove.map(variableOf)]);
  const set = changes.set.map(({ name, value }): [string, string] => [variableOf(name), value]);
  return (request) => {
    const { truth, head, added = [] } = request;
    // A variable ends at a NUL for whoever reads it as a C string, as PHP does; then another file would be meant (nginx answers 400 as well).
    if (request.pathInfo.includes('\0') || request.scriptName.includes('\0')) return new Fault('bad-target', 'The decoded path has a NUL, which no variable can carry.');
    const variables = ofServer(request, software);
    if (carrier === 'fastcgi') ofCgi(variables, request);
    for (const [name, value] of [...added, ...teller.pairs(truth)]) {
      const variable = toldVariable(name);
      if (variable !== 'HTTP_PROXY') variables.set(variable, value);
    }
    for (const [variable, value] of set) variables.set(variable, value);
    addFields(variables, head, reserved);
    for (const { name, value } of changes.add) join(variables, variableOf(name), value);
    // uWSGI takes the scheme from HTTP_X_FORWARDED_PROTO and -SSL as well; what comes last counts (core/protocol.c).
    if (carrier === 'uwsgi') variables.set('UWSGI_SCHEME', truth.scheme);
    return variables;
  };
}

const NO_CHANGES: FieldChanges = { set: [], add: [], remove: [] };

function ofServer(request: CgiRequest, software: string): Map<string, string> {
  const { head, truth, scriptName, pathInfo, contentLength, remotePort } = request;
  const query = head.target.indexOf('?');
  const variables = new Map([
    ['REQUEST_METHOD', head.method],
    ['REQUEST_URI', head.target],
    ['SCRIPT_NAME', scriptName],
    ['PATH_INFO', pathInfo],
    ['QUERY_STRING', query < 0 ? '' : head.target.slice(query + 1)],
    // The front's own version, as on an HTTP/1 connection to the app (RFC 3875 §4.1.16 allows it): uWSGI answers in the version it is told.
    ['SERVER_PROTOCOL', 'HTTP/1.1'],
    ['SERVER_SOFTWARE', software],
    ['SERVER_NAME', hostName(truth.host)],
    ['SERVER_PORT', String(truth.port)],
    // A client on a unix socket has no address; a made-up one would be believed by whoever trusts that address.
    ['REMOTE_ADDR', truth.client === 'unix' ? '' : truth.client],
    ['REQUEST_SCHEME', truth.scheme],
    ['HTTP_HOST', head.host],
  ]);
  if (truth.scheme === 'https') variables.set('HTTPS', 'on');
  if (truth.certificate !== undefined) ofCertificate(variables, truth.certificate);
  if (remotePort !== undefined && truth.by.client === 'connection') variables.set('REMOTE_PORT', String(remotePort));
  if (contentLength !== undefined) variables.set('CONTENT_LENGTH', String(contentLength));
  return variables;
}

/** Under the names of Apache's mod_ssl (`SSLOptions +StdEnvVars +ExportCertData`), which apps behind it read. */
function ofCertificate(variables: Map<string, string>, certificate: ClientCertificate | null): void {
  variables.set('SSL_CLIENT_VERIFY', certificate === null ? 'NONE' : 'SUCCESS');
  if (certificate === null) return;
  variables.set('SSL_CLIENT_S_DN', certificate.subject);
  variables.set('SSL_CLIENT_I_DN', certificate.issuer);
  variables.set('SSL_CLIENT_M_SERIAL', certificate.serial);
  variables.set('SSL_CLIENT_V_START', certificate.notBefore);
  variables.set('SSL_CLIENT_V_END', certificate.notAfter);
  variables.set('SSL_CLIENT_CERT', pemOf(certificate.der));
}

function ofCgi(variables: Map<string, string>, { root, script }: CgiRequest): void {
  variables.set('GATEWAY_INTERFACE', 'CGI/1.1');
  variables.set('REDIRECT_STATUS', '200'); // php-cgi refuses to run without it (cgi.force_redirect)
  if (root === undefined) return;
  const folder = utf8AsLatin1(root);
  variables.set('DOCUMENT_ROOT', folder);
  if (script !== undefined) variables.set('SCRIPT_FILENAME', folder + script);
}

/** The client's fields. One that was sent in several lines becomes one value (RFC 9110 §5.3; RFC 9113 §8.2.3 for Cookie). */
function addFields(variables: Map<string, string>, head: RequestHead, reserved: ReadonlySet<string>): void {
  const { fields } = head;
  const sent = new Map<string, string>();
  for (const i of keptRequestFields(head)) {
    const name = fields.name(i);
    if (!hasOwnVariable(name)) continue;
    const variable = fields.code[i] === Name.CONTENT_TYPE ? 'CONTENT_TYPE' : variableOf(name);
    if (reserved.has(variable) || variables.has(variable)) continue;
    join(sent, variable, fields.value(i));
  }
  for (const [variable, value] of sent) variables.set(variable, value);
}

function join(values: Map<string, string>, variable: string, value: string): void {
  const before = values.get(variable);
  values.set(variable, before === undefined ? value : before + (variable === 'HTTP_COOKIE' ? '; ' : ', ') + value);
}
