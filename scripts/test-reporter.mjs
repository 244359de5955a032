// A reporter for node:test: a line for each file as it ends, each failure whole as it is met, and at the end the count.
// What a file wrote itself is shown only where something failed in it. Failures also go, a line each, to the file named
// by TEST_FAILURES, so that scripts/test.mjs can say them last: whoever reads the end of a long log finds them there.
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import { inspect } from 'node:util';

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** Errors of tests come wrapped: what failed is the cause. */
const why = (error) => {
  const cause = error?.cause ?? error;
  return typeof cause === 'string' ? cause : cause?.stack ?? inspect(cause);
};

const indent = (text) => text.trimEnd().split('\n').map((line) => `    ${line}`).join('\n');

class Files {
  #byName = new Map();

  of(name) {
    if (!this.#byName.has(name)) this.#byName.set(name, { name: relative(process.cwd(), name), wrote: [], failed: 0 });
    return this.#byName.get(name);
  }

  get all() { return [...this.#byName.values()]; }
}

export default async function* report(events) {
  const files = new Files();
  const count = { passed: 0, failed: 0, skipped: 0 };
  const skips = [];
  const startedAt = performance.now();
  for await (const { type, data } of events) {
    const file = files.of(data?.file ?? '');
    if (type === 'test:stdout' || type === 'test:stderr') file.wrote.push(data.message);
    else if (type === 'test:complete' && data.name === data.file) yield `${seconds(data.details.duration_ms).padStart(8)}  ${file.name}\n`;
    else if (type === 'test:pass' && (data.skip !== undefined || data.todo !== undefined)) { // a whole suite, too
      count.skipped += 1;
      skips.push(`${file.name}: ${data.name}: ${data.skip || data.todo}`);
    } else if (type === 'test:pass' && data.details?.type !== 'suite') count.passed += 1;
    else if (type === 'test:fail' && data.details?.error?.failureType !== 'subtestsFailed') {
      count.failed += 1;
      file.failed += 1;
      const { error } = data.details;
      if (process.env.TEST_FAILURES) appendFileSync(process.env.TEST_FAILURES, `${process.env.SALLYPORT_TEST_RUNTIME === 'bun' ? 'on Bun, ' : ''}${file.name}: ${data.name}\n`);
      yield `not ok  ${file.name}:${data.line ?? '?'}  ${data.name}\n${indent(why(error))}\n`;
    }
  }
  for (const { name, failed, wrote } of files.all) {
    if (failed > 0 && wrote.length > 0) yield `${name} wrote:\n${indent(wrote.join('').slice(-20_000))}\n`;
  }
  for (const skip of skips) yield `skipped  ${skip}\n`;
  yield `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped, in ${seconds(performance.now() - startedAt)}\n\n`;
}
