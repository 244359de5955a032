import { fold } from '../../core/contract/family.ts';
import { fieldNameProblem, fieldValueProblem, type FieldChanges, type FieldLine } from '../../core/policy/field-changes.ts';
import { BadValue, type Path } from '../problems.ts';
import type { SiteContext } from './resolve-site.ts';
import type { RouteConfig } from '../types.ts';

type Written = NonNullable<RouteConfig['answerHeaders']>;

/** Changes to the headers of requests or answers, read; undefined where there are none. */
export function resolveHeaders(key: 'requestHeaders' | 'answerHeaders', written: Written | undefined, { path, problems }: SiteContext): FieldChanges | undefined {
  if (written === undefined) return undefined;
  const seen = new Map<string, string>();
  const where = key === 'requestHeaders' ? 'request' : 'answer';
  const name = (written: string, at: Path): boolean => problems.at([...path, key, ...at], written, () => {
    refuse(fieldNameProblem(written, where));
    const other = seen.get(fold(written));
    if (other !== undefined) throw new BadValue(`one word about ${written}`, `${other} names it already`);
    seen.set(fold(written), String(at[0]));
    return true;
  }) ?? false;
  const lines = (kind: 'set' | 'add'): FieldLine[] => Object.entries(written[kind] ?? {}).flatMap(([field, values]) => {
    if (!name(field, [kind, field])) return [];
    return (typeof values === 'string' ? [values] : values).flatMap((value) => {
      const fine = problems.at([...path, key, kind, field], value, () => { refuse(fieldValueProblem(value)); return true; });
      return fine === undefined ? [] : [{ name: field, value }];
    });
  });
  return { set: lines('set'), add: lines('add'), remove: (written.remove ?? []).filter((field, i) => name(field, ['remove', i])) };
}

function refuse(problem: string | undefined): void {
  if (problem !== undefined) throw new BadValue('another header', problem.charAt(0).toUpperCase() + problem.slice(1));
}
