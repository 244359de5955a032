import { Fields } from '../../src/core/http1/fields.ts';
import type { AnswerHead } from '../../src/core/http1/heads.ts';
import { Name, STANDARD_NAMES } from '../../src/core/http1/names.ts';

/** Field lines as a reader would give them, from `Name: value\r\n` text. */
export function fieldsOf(text: string): Fields {
  const fields = new Fields(text);
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf('\r\n', at);
    const colon = text.indexOf(':', at);
    const raw = text.slice(colon + 1, end);
    const valueStart = colon + 1 + (raw.length - raw.trimStart().length);
    fields.code.push(STANDARD_NAMES.get(text.slice(at, colon).toLowerCase()) ?? Name.OTHER);
    fields.start.push(at);
    fields.nameEnd.push(colon);
    fields.valueStart.push(valueStart);
    fields.valueEnd.push(Math.max(valueStart, colon + 1 + raw.trimEnd().length));
    fields.count++;
    at = end + 2;
  }
  fields.start.push(text.length);
  return fields;
}

/** An answer's head with these field lines, each given without its CRLF. */
export function answerOf(status: number, ...lines: string[]): AnswerHead {
  const text = lines.map((line) => `${line}\r\n`).join('');
  const fields = fieldsOf(text);
  const nominated = fields.all('connection').flatMap((value) => value.split(',')).map((name) => name.trim().toLowerCase())
    .filter((name) => !['', 'close', 'keep-alive', 'upgrade'].includes(name));
  return {
    status, reason: '', minor: 1, fields, framing: 'none', length: 0, keepAlive: true, websocket: false,
    nominated: nominated.length > 0 ? nominated : undefined, size: text.length,
  };
}
