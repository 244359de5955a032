import { suite, test } from 'node:test';
import assert from 'node:assert/strict';
import { NameTable } from '../../src/core/http1/name-table.ts';
import { Name, STANDARD_NAMES } from '../../src/core/http1/names.ts';
import type { NameCode } from '../../src/core/http1/names.ts';

const standard = (name: string): NameCode => STANDARD_NAMES.get(name.toLowerCase()) ?? Name.OTHER;
const code = (table: NameTable, name: string): NameCode => table.code(Buffer.from(`<${name}>`, 'latin1'), 1, 1 + name.length);

suite('the table of names', () => {
  test('asks once for a name and remembers its answer, per spelling', () => {
    const asked: string[] = [];
    const table = new NameTable((name) => { asked.push(name); return standard(name); });
    for (let i = 0; i < 3; i++) for (const name of ['Host', 'host', 'X-Other']) assert.equal(code(table, name), standard(name));
    assert.deepEqual(asked, ['Host', 'host', 'X-Other']);
  });

  test('a name that takes the slot of another never takes its meaning', () => {
    // The slot is chosen by the length and four bytes: these agree with Content-Length in all of them.
    const table = new NameTable(standard);
    for (const name of ['Content-Length', 'Cxxxxxx-xxextxh', 'CxnxenxxLexxxh', 'Contexx-Lexgth']) {
      assert.equal(code(table, 'Content-Length'), Name.CONTENT_LENGTH);
      assert.equal(code(table, name), standard(name), name);
    }
    for (const known of STANDARD_NAMES.keys()) {
      for (let i = 0; i < known.length; i++) {
        assert.equal(code(table, known), standard(known));
        const other = `${known.slice(0, i)}z${known.slice(i + 1)}`;
        assert.equal(code(table, other), standard(other), other);
      }
    }
  });

  test('thousands of names are all told right', () => {
    const table = new NameTable((name) => (name.length % 2 === 0 ? Name.FAMILY : Name.AMBIGUOUS));
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 5000; i++) {
        const name = `n${i * 7919}${'x'.repeat(i % 40)}`;
        assert.equal(code(table, name), name.length % 2 === 0 ? Name.FAMILY : Name.AMBIGUOUS, name);
      }
    }
  });
});
