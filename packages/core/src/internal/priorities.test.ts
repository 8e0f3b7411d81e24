import { describe, expect, it } from 'vitest';
import { knownPriority, PRIORITIES, requirePriority } from './priorities.ts';

describe('priorities', () => {
  it('K3: a word that is none counts as medium where it is on record already', () => {
    expect(PRIORITIES.map(knownPriority)).toEqual(PRIORITIES);
    for (const word of ['urgent', '', 'constructor', undefined]) {
      expect(knownPriority(word as never)).toBe('medium');
    }
  });

  it('K3 X5: a word that is none is refused with the nearest', () => {
    for (const priority of PRIORITIES) requirePriority(priority);
    expect(() => requirePriority('hihg')).toThrow(
      expect.objectContaining({
        code: 'config.priority',
        message: expect.stringContaining('did you mean "high"?'),
      }),
    );
    expect(() => requirePriority(undefined)).toThrow('critical, high, low, medium');
  });
});
