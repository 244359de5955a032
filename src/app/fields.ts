import { createClassifier } from '../core/contract/classify.ts';
import { Fields } from '../core/http1/fields.ts';

const classify = createClassifier();

/** Field lines from a runtime's list of names and values in turn, as Node's `rawHeaders` has them. */
export function fieldsOfRaw(raw: readonly string[]): Fields {
  let text = '';
  for (let i = 0; i + 1 < raw.length; i += 2) text += `${raw[i]!}: ${raw[i + 1]!}\r\n`;
  const fields = new Fields(text);
  let at = 0;
  for (let i = 0; i + 1 < raw.length; i += 2) at = add(fields, at, [raw[i]!, raw[i + 1]!]);
  fields.start[fields.count] = at;
  return fields;
}

/** The same from a Fetch API `Headers`; lines of one name have become one list there, which counts as unclear. */
export function fieldsOfHeaders(headers: Iterable<readonly [string, string]>): Fields {
  const raw: string[] = [];
  for (const [name, value] of headers) raw.push(name, value);
  return fieldsOfRaw(raw);
}

function add(fields: Fields, at: number, [name, value]: readonly [string, string]): number {
  const i = fields.count++;
  fields.start[i] = at;
  fields.nameEnd[i] = at + name.length;
  fields.valueStart[i] = at + name.length + 2;
  fields.valueEnd[i] = fields.valueStart[i] + value.length;
  fields.code[i] = classify(name);
  return fields.valueEnd[i] + 2;
}
