import fc from 'fast-check';
import { expect, it } from 'vitest';
import { untrustedLine } from './untrusted.ts';

const text = fc.array(fc.constantFrom('a', 'B', '7', ' ', '  ', '\t', '\u2028', '\x7f', '-', 'é'));
const word = fc.constant('Overseer-Data');

it('P1: a line that needs nothing done to it is what it is after all is done', () => {
  fc.assert(
    fc.property(text, fc.option(word), text, (before, name, after) => {
      const line = [...before, name ?? '', ...after].join('');
      // A blank before it is taken away again, and keeps it from being taken as it is.
      expect(untrustedLine(line, 200)).toBe(untrustedLine(`\t${line}`, 200));
    }),
  );
  expect(untrustedLine('Write the page of overseer-data', 100)).toBe(
    'Write the page of overseer_data',
  );
  expect(untrustedLine('Write  the\npage', 100)).toBe('Write the page');
  expect(untrustedLine('Write the page', 100)).toBe('Write the page');
  expect(untrustedLine('Write the page', 8)).toBe('Write t…');
});
