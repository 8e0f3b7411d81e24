import { describe, expect, it } from 'vitest';
import { compilePattern, longestMatched, patternProblem } from './safe-pattern.ts';

describe('patternProblem', () => {
  it.each([
    '^\\s*(?:\\d+[.)]\\s*)?[A-Z][a-z]+\\b',
    'must|shall|passes',
    '\\b(?:at least|at most) \\d+',
    '^[^\\n]{1,80}$',
    '`[^`]+`',
    'https?:\\/\\/\\S+',
    '^(?:\\d{2}:){2}\\d{2}$',
  ])('F1: the useful pattern %s is taken', (pattern) => {
    expect(patternProblem({ pattern })).toBeUndefined();
  });

  it.each([
    ['(a+)+$', 'nested quantifiers'],
    ['(?:a|a)*$', 'nested quantifiers'],
    ['(a?){30}a{30}', 'nested quantifiers'],
    ['((ab)*c?)*', 'nested quantifiers'],
    ['a*a*a*b', 'can match the same text'],
    ['\\w+\\d+\\s', 'can match the same text'],
    ['a?'.repeat(40) + 'a'.repeat(40), 'can match the same text'],
    [`${'(?:ab)?'.repeat(20)}c`, 'can match the same text'],
    [`${'(?:a|a)'.repeat(20)}c`, 'too many alternations'],
    ['.*x.*y', 'can match the same text'],
    ['(a)\\1', 'back reference'],
    ['(?<n>a)\\k<n>', 'back reference'],
    ['(', 'not a regular expression'],
    ['a'.repeat(201), 'shorten it'],
  ])('F1: the pattern %s is refused', (pattern, because) => {
    expect(patternProblem({ pattern })).toContain(because);
  });

  it('F1: flags that keep state are refused', () => {
    expect(patternProblem({ pattern: 'a', flags: 'g' })).toContain('flags');
    expect(patternProblem({ pattern: 'a', flags: 'ii' })).toContain('flags');
    expect(patternProblem({ pattern: 'a', flags: 'im' })).toBeUndefined();
  });

  it('F1: a pattern that is taken ends in time on the worst text', () => {
    for (const pattern of ['`[^`]+`', 'a+b', '\\s+$', '[a-z]+\\d']) {
      const expression = compilePattern({ pattern });
      for (const symbol of ['a', ' ', '`']) {
        const started = performance.now();
        expression.test(symbol.repeat(longestMatched));
        expect(performance.now() - started).toBeLessThan(2_000);
      }
    }
  });

  it('F1: a refused pattern is never compiled', () => {
    expect(() => compilePattern({ pattern: '(a+)+' })).toThrow('could take too long');
  });
});
