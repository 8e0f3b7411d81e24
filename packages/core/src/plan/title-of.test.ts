import { describe, expect, it } from 'vitest';
import { titleOf } from './title-of.ts';

describe('titleOf', () => {
  it('K1: is the first line that says something', () => {
    expect(titleOf('\n  Write slugify.  \r\nWith tests.')).toBe('Write slugify.');
    expect(titleOf(' \n ')).toBe('');
  });

  it('K1: is at most 80 characters long, cut between words where there are any', () => {
    expect(titleOf('x'.repeat(80))).toBe('x'.repeat(80));
    expect(titleOf('x'.repeat(81))).toBe(`${'x'.repeat(79)}…`);
    expect(titleOf(`${'word '.repeat(15)}verylongword`)).toBe(`${'word '.repeat(15).trim()}…`);
  });

  it('K1: does not cut a character in two', () => {
    expect(titleOf(`${'x'.repeat(78)}🐚🐚`)).toBe(`${'x'.repeat(78)}…`);
  });
});
