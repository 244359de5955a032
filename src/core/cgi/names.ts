/** Names of CGI variables, and how a field name becomes one (RFC 3875 §4.1.18). */

/**
 * Variables that a server writes about the request or itself: RFC 3875 §4.1, and those that nginx's `fastcgi_params` and
 * `uwsgi_params`, Apache's `ap_add_common_vars` and uWSGI's http router add. No field can name one, since a field's
 * variable begins with `HTTP_`. But some apps read `HTTP_HTTPS` or `HTTP_REMOTE_ADDR` beside the real one (when a browser
 * sent `HTTPS: 1`, WordPress shops took plain requests for secure ones), so a field with one of these names is dropped.
 */
const SERVER_VARIABLES: readonly string[] = [
  'AUTH_TYPE', 'CONTENT_LENGTH', 'CONTENT_TYPE', 'GATEWAY_INTERFACE', 'PATH_INFO', 'PATH_TRANSLATED', 'QUERY_STRING', 'REMOTE_ADDR',
  'REMOTE_HOST', 'REMOTE_IDENT', 'REMOTE_USER', 'REQUEST_METHOD', 'SCRIPT_NAME', 'SERVER_NAME', 'SERVER_PORT', 'SERVER_PROTOCOL', 'SERVER_SOFTWARE',
  'HTTPS', 'REQUEST_SCHEME', 'REQUEST_URI', 'REMOTE_PORT', 'SERVER_ADDR', 'DOCUMENT_ROOT', 'DOCUMENT_URI', 'SCRIPT_FILENAME', 'REDIRECT_STATUS',
  'REDIRECT_URL', 'UWSGI_SCHEME',
];

/** What fields would become, and never may: the above with `HTTP_`, and the name of httpoxy (CVE-2016-5385). */
export const NEVER_FROM_FIELDS: readonly string[] = [...SERVER_VARIABLES.map((name) => `HTTP_${name}`), 'HTTP_PROXY'];

/**
 * The variable of a field name: `HTTP_`, upper case, everything that is neither letter nor digit as `_`. That is Apache's
 * rule; nginx and uWSGI turn `-` alone, but PHP then turns `.` as well. Folding here what some app would fold later means
 * that two names meet here, where it is seen, and not there.
 */
export function variableOf(fieldName: string): string {
  return `HTTP_${fold(fieldName)}`;
}

/**
 * The variable that a told name stands for. A person who knows the app's variable may write it as such
 * (`HTTP_X_FORWARDED_SSL`, as in a `uwsgi_param` line of nginx); then it is that one, not `HTTP_HTTP_X_FORWARDED_SSL`.
 */
export function toldVariable(name: string): string {
  const folded = fold(name);
  return name.slice(0, 5).toUpperCase() === 'HTTP_' ? folded : `HTTP_${folded}`;
}

/**
 * Whether a name can be told from others once it is a variable: letters, digits and `-`, and `_` and `.`, which the
 * classifier lets through only where an option names the field. Other token characters (`X!Token`) would become the
 * variable of another name; nginx drops such fields as well (`ignore_invalid_headers`).
 */
export function hasOwnVariable(fieldName: string): boolean {
  return /^[A-Za-z0-9._-]+$/.test(fieldName);
}

const fold = (name: string): string => name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
