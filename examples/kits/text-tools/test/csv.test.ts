import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCsvLine, parseCsvLine } from '../src/csv.ts';

test('plain fields are joined by commas', () => {
  assert.equal(formatCsvLine(['a', 'b c', '']), 'a,b c,');
  assert.deepEqual(parseCsvLine('a,b c,'), ['a', 'b c', '']);
});

test('a field is quoted only when it must be', () => {
  assert.equal(formatCsvLine(['a,b', 'say "hi"', 'two\nlines']), '"a,b","say ""hi""","two\nlines"');
  assert.equal(formatCsvLine([' padded ']), '" padded "');
});

test('quoted fields are read back', () => {
  assert.deepEqual(parseCsvLine('"a,b","say ""hi""",plain'), ['a,b', 'say "hi"', 'plain']);
  assert.deepEqual(parseCsvLine('"","x"'), ['', 'x']);
});

test('what is written is read back the same', () => {
  const rows = [[''], ['', ''], ['"'], ['""', ','], ['a\r\nb', "it's", 'tab\there'], ['x', ' ']];
  for (const fields of rows) assert.deepEqual(parseCsvLine(formatCsvLine(fields)), fields);
});

test('another delimiter may be used', () => {
  assert.equal(formatCsvLine(['1,5', 'a;b'], { delimiter: ';' }), '1,5;"a;b"');
  assert.deepEqual(parseCsvLine('1,5;"a;b"', { delimiter: ';' }), ['1,5', 'a;b']);
});

test('a quote inside a plain field is a character like any other', () => {
  assert.deepEqual(parseCsvLine('5" disk,b'), ['5" disk', 'b']);
});

test('broken quoting is refused with its column', () => {
  assert.throws(() => parseCsvLine('a,"b'), { name: 'SyntaxError', message: /column 3/ });
  assert.throws(() => parseCsvLine('"a"b,c'), { name: 'SyntaxError', message: /column 4/ });
});

test('a delimiter that cannot delimit is refused', () => {
  assert.throws(() => formatCsvLine(['a'], { delimiter: '"' }), RangeError);
  assert.throws(() => parseCsvLine('a', { delimiter: '' }), RangeError);
});
