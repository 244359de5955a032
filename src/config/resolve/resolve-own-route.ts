import { fieldNameProblem, fieldValueProblem } from '../../core/policy/field-changes.ts';
import { asBytes } from '../../core/policy/prefixes.ts';
import { parseHttpUrl } from '../../core/policy/urls.ts';
import { BadValue, type Path } from '../problems.ts';
import type { SiteContext } from './resolve-site.ts';
import type { AnswerRoute, RedirectRoute } from '../settings/settings.ts';
import type { RouteConfig } from '../types.ts';

/** A route that the front answers with the same answer each time. */
export function answerRoute(prefix: string, route: RouteConfig, { path, problems }: SiteContext): AnswerRoute {
  const { status = 200, body = '', type = 'text/plain; charset=utf-8', headers = {} } = route.answer!;
  const check = (key: Path, seen: unknown, problem: string | undefined): boolean => {
    if (problem !== undefined) problems.add({ path: [...path, 'answer', ...key], seen, expected: undefined, next: problem.charAt(0).toUpperCase() + problem.slice(1) });
    return problem === undefined;
  };
  if (status === 206 || status === 304) check(['status'], status, 'it answers a condition of the request, which a fixed answer does not look at');
  if (body !== '' && (status === 204 || status === 205)) check(['body'], body, `a ${status} has no content (RFC 9110 §15.3): leave the body out, or choose another status`);
  check(['type'], type, fieldValueProblem(type));
  const fine = Object.entries(headers).filter(([name, value]) => check(['headers', name], name, name.toLowerCase() === 'content-type' ? 'write it as type' : fieldNameProblem(name, 'answer'))
    && check(['headers', name], value, fieldValueProblem(value)));
  return { kind: 'answer', path: prefix, status, body, type, headers: fine.map(([name, value]) => ({ name, value })) };
}

export function redirectRoute(prefix: string, route: RouteConfig, { path, problems }: SiteContext): RedirectRoute | undefined {
  const { to, status = 307, rest = true } = route.redirect!;
  const url = problems.at([...path, 'redirect', 'to'], to, () => redirectTarget(to, rest));
  return url === undefined ? undefined : { kind: 'redirect', path: prefix, to: url, status, rest };
}

function redirectTarget(written: string, rest: boolean): string {
  const to = asBytes(written);
  const isPath = /^\/(?![/\\])/.test(to);
  // Past this point a client could read another host in it.
  if (/[^\x21-\x7e]/.test(to) || (!isPath && parseHttpUrl(to) === undefined)) throw new BadValue('a path (/new/) or an http or https URL (https://example.com/new/)');
  if (rest && /[?#]/.test(to)) throw new BadValue('a URL without query and fragment, since what follows the prefix is put behind it', 'For this very URL and nothing behind it, write rest: false');
  return to;
}
