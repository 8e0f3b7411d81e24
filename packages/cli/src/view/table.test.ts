import { expect, it } from 'vitest';
import { table } from './table.ts';

it('A6: columns are as wide as their widest cell, numbers stand on the right', () => {
  const lines = table(
    [{ head: 'name' }, { head: 'n', align: 'right' }, { head: 'end' }],
    [
      ['漢字漢', '5', 'x'],
      ['b', '1,234', ''],
    ],
  );
  expect(lines).toEqual([
    'name        n  end',
    '─'.repeat(18),
    '漢字漢      5  x',
    'b       1,234',
  ]);
});

it('A6: a table without rows is its head', () => {
  expect(table([{ head: 'name' }], [])).toEqual(['name', '────']);
});
