import { Fields } from './fields.ts';
import type { RequestHead } from './heads.ts';
import { Name, type NameCode } from './names.ts';

/** One field line, with what its name means. */
export type FieldLine = readonly [code: NameCode, name: string, value: string];

/** The head with these fields (by lower-case name) and no others of the names in `own`, for every carrier alike. */
export function withFields(head: RequestHead, own: ReadonlySet<string>, fields: ReadonlyMap<string, string>): RequestHead {
  const lines = changedLines(head.fields, (name, value) => (own.has(name) || fields.has(name) ? undefined : value));
  for (const [name, value] of fields) lines.push([Name.OTHER, name, value]);
  // What a client nominates is its own line (RFC 9110 §7.6.1), not the one that takes its place.
  return { ...head, fields: fieldsOf(lines), nominated: head.nominated?.filter((name) => !fields.has(name)) };
}

/** The lines with other values, by name in lower case; undefined leaves a line out. */
export function changedLines(fields: Fields, change: (name: string, value: string) => string | undefined): FieldLine[] {
  const lines: FieldLine[] = [];
  for (let i = 0; i < fields.count; i++) {
    const name = fields.name(i);
    const value = change(name.toLowerCase(), fields.value(i));
    if (value !== undefined) lines.push([fields.code[i]!, name, value]);
  }
  return lines;
}

/** Fields made of lines. */
export function fieldsOf(lines: readonly FieldLine[]): Fields {
  const fields = new Fields(lines.map(([, name, value]) => `${name}: ${value}\r\n`).join(''));
  let at = 0;
  for (const [code, name, value] of lines) {
    fields.code.push(code);
    fields.start.push(at);
    fields.nameEnd.push(at + name.length);
    fields.valueStart.push(at + name.length + 2);
    fields.valueEnd.push(at + name.length + 2 + value.length);
    at += name.length + value.length + 4;
  }
  fields.start.push(at);
  fields.count = lines.length;
  return fields;
}
