import { Fields } from '../../src/core/http1/fields.ts';
import { Name } from '../../src/core/http1/names.ts';

/** Field lines as `Fields`, for what looks fields up by name. Lines end in CRLF and are well-formed; names have no code. */
export function fieldsOf(text: string): Fields {
  const fields = new Fields(text);
  let at = 0;
  for (const line of text.split('\r\n').slice(0, -1)) {
    const colon = line.indexOf(':');
    const value = line.slice(colon + 1);
    const start = at + colon + 1 + (value.length - value.trimStart().length);
    fields.code.push(Name.OTHER);
    fields.start.push(at);
    fields.nameEnd.push(at + colon);
    fields.valueStart.push(start);
    fields.valueEnd.push(start + value.trim().length);
    fields.count++;
    at += line.length + 2;
  }
  fields.start.push(at);
  return fields;
}
