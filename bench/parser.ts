// What reading one typical browser request head costs. Run: npm run bench:parser
// Prints the median and the best of several rounds, in nanoseconds per head; the machine should be idle.
import { STANDARD_NAMES, Name } from '../src/core/http1/names.ts';
import type { Classify } from '../src/core/http1/names.ts';
import { Fault } from '../src/core/errors.ts';
import { readRequestHead } from '../src/core/http1/request-head.ts';
import { readAnswerHead } from '../src/core/http1/answer-head.ts';

const classify: Classify = (name) => STANDARD_NAMES.get(name.toLowerCase()) ?? Name.OTHER;

const request = Buffer.from([
  'GET /accounts/settings/?tab=profile&next=%2Fdashboard HTTP/1.1',
  'Host: www.example.com',
  'Connection: keep-alive',
  'sec-ch-ua: "Chromium";v="139", "Not;A=Brand";v="99"',
  'sec-ch-ua-mobile: ?0',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Sec-Fetch-Site: same-origin',
  'Sec-Fetch-Mode: navigate',
  'Referer: https://www.example.com/accounts/',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-GB,en;q=0.9,de;q=0.8',
  'Cookie: csrftoken=0123456789abcdefghijklmnopqrstuv; sessionid=abcdefghijklmnopqrstuvwxyz012345',
  '', '',
].join('\r\n'), 'latin1');

const answer = Buffer.from([
  'HTTP/1.1 200 OK',
  'Server: gunicorn',
  'Date: Mon, 01 Jan 2024 00:00:00 GMT',
  'Connection: keep-alive',
  'Content-Type: text/html; charset=utf-8',
  'X-Frame-Options: DENY',
  'Vary: Cookie',
  'Content-Length: 1024',
  'X-Content-Type-Options: nosniff',
  'Referrer-Policy: same-origin',
  '', '',
].join('\r\n'), 'latin1');

const context = { classify, method: 'GET' };

function measure(what: string, read: () => unknown, bytes: number): void {
  const rounds: number[] = [];
  let kept: unknown;
  for (let round = 0; round < 15; round++) {
    const runs = 100_000;
    const before = process.hrtime.bigint();
    for (let i = 0; i < runs; i++) kept = read();
    rounds.push(Number(process.hrtime.bigint() - before) / runs);
  }
  if (kept === undefined || kept instanceof Fault) throw new Error(`The ${what} was not accepted.`);
  rounds.sort((a, b) => a - b);
  console.log(`${what}: ${rounds[7]!.toFixed(0)} ns (best ${rounds[0]!.toFixed(0)}), ${bytes} bytes`);
}

measure('request head, 12 fields', () => readRequestHead(request, 0, request.length, classify), request.length);
measure('answer head, 9 fields', () => readAnswerHead(answer, 0, answer.length, context), answer.length);
