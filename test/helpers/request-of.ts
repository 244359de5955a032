import type { Fields } from '../../src/core/http1/fields.ts';
import type { RequestHead } from '../../src/core/http1/heads.ts';
import type { Classify } from '../../src/core/http1/names.ts';
import { createClassifier } from '../../src/core/contract/classify.ts';
import { fieldsOf } from './fields.ts';

/** Field lines (each `Name: value`) as `Fields` with the codes that a classifier gives. */
export function codedFields(lines: readonly string[], classify: Classify = createClassifier()): Fields {
  const fields = fieldsOf(lines.map((line) => `${line}\r\n`).join(''));
  for (let i = 0; i < fields.count; i++) fields.code[i] = classify(fields.name(i));
  return fields;
}

/** A GET without a body and with these field lines. Host and nominations are what the lines say, as a parser would find them. */
export function requestOf(lines: readonly string[], classify?: Classify): RequestHead {
  const fields = codedFields(lines, classify);
  const options = fields.all('connection').join(',').split(',').map((name) => name.trim().toLowerCase());
  const nominated = options.filter((name) => name !== '' && name !== 'close' && name !== 'keep-alive' && name !== 'upgrade');
  return {
    method: 'GET', target: '/', minor: 1, host: fields.get('host') ?? 'shop.example', fields, framing: 'none', length: 0,
    keepAlive: true, websocket: false, expectsContinue: false, nominated: nominated.length > 0 ? nominated : undefined, size: fields.text.length,
  };
}
