/** Leniencies that a reader of FastCGI answers could have. */
import type { Planted } from './planted.ts';

const records = 'core/fastcgi/record-reader.ts';
const reader = 'core/fastcgi/answer-reader.ts';
const cgi = 'core/cgi/answer-head.ts';

export const PLANTED_FASTCGI: readonly Planted[] = [
  { what: 'FastCGI: an answer ends with its connection', file: 'front/upstream/fastcgi-answers.ts', from: 'readonly endsWithConnection = false;', to: 'get endsWithConnection() { return this.inBody; }' },
  { what: 'FastCGI: records of another request', file: records, from: 'else if (id !== REQUEST_ID)', to: 'else if (id > 99)' },
  { what: 'FastCGI: records of another version', file: records, from: 'if (version !== VERSION)', to: 'if (version === 0)' },
  { what: 'FastCGI: STDOUT after its end', file: records, from: 'else if (type === RecordType.STDOUT && this.#stdoutEnded)', to: 'else if (type === 99)' },
  { what: 'FastCGI: a type that nobody sends is STDOUT', file: records, from: "else if (type !== RecordType.STDOUT && type !== RecordType.STDERR && type !== RecordType.END_REQUEST) this.#bad", to: 'else if (type === 9) this.#type = RecordType.STDOUT;\n    else if (type !== RecordType.STDOUT && type !== RecordType.STDERR && type !== RecordType.END_REQUEST) this.#bad' },
  { what: 'FastCGI: STDERR is content', file: records, from: 'else if (this.#type === RecordType.STDERR) this.#stderr(content);', to: 'else if (this.#type === RecordType.STDERR) this.#stdout(content);' },
  { what: 'FastCGI: padding is content', file: records, from: 'this.#padding -= stop - at;', to: 'this.#padding -= stop - at;\n        if (this.#type === RecordType.STDOUT) this.#stdout(bytes.subarray(at, stop));' },
  { what: 'FastCGI: a request that was not served is whole', file: records, from: 'if (protocolStatus !== 0) {', to: 'if (protocolStatus > 99) {' },
  { what: 'FastCGI: more content than announced', file: reader, from: 'const content = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;', to: 'const content = bytes;' },
  { what: 'FastCGI: less content than announced', file: reader, from: 'else if (this.#left > 0) this.#fault =', to: 'else if (this.#left > 99) this.#fault =' },
  { what: 'CGI: a bare LF among CRLFs', file: cgi, from: 'const bareLines = endsFirstLineInLf(bytes, start, limit);', to: "const bareLines = false; bytes = Buffer.from(latin1(bytes, 0, bytes.length).replace(/\\r?\\n/g, '\\r\\n'), 'latin1'); end = bytes.length;" },
  { what: 'CGI: the last of two Status lines counts', file: cgi, from: "if (line >= 0) return bad('More than one Status line.');", to: '' },
  { what: 'CGI: a status of 1xx', file: cgi, from: '/^([2-5]\\d\\d)', to: '/^([1-5]\\d\\d)' },
  { what: 'CGI: Transfer-Encoding is a field like others', file: cgi, from: "if (scanner.count[Name.TRANSFER_ENCODING] !== 0) return bad(", to: "if (scanner.count[Name.TRANSFER_ENCODING] > 9) return bad(" },
  { what: 'CGI: HEAD may have a body', file: cgi, from: "const bodiless = about.method === 'HEAD' || ", to: 'const bodiless = ' },
];
