import type { Diagnosis } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { diagnosed, patched } from './healing-words.ts';

const diagnosis: Diagnosis = {
  kind: 'failing',
  because: '2 tries came to nothing',
  likely: 'model',
  remedy: 'Part it.',
  evidence: { seqs: [], calls: [] },
  cost: { calls: 2, inputTokens: 0, outputTokens: 0, microUsd: 0, ms: 0 },
  tried: [],
};
const task = { title: 'Do it in two', instruction: 'x', kind: 'write', needs: [], files: [] };
const added = [{ ...task, key: 'a', priority: 'medium', checks: [] }] as const;

describe('what a person is told of healing', () => {
  it('K10: says what was found out, and what is done about it', () => {
    expect(diagnosed({ diagnosis, action: 're-plan' })).toBe(
      'fails again and again (model): 2 tries came to nothing: another way is looked for',
    );
    expect(diagnosed({ diagnosis: { ...diagnosis, kind: 'stuck' }, action: 'another-try' })).toBe(
      'is stuck (model): 2 tries came to nothing: it is tried again',
    );
  });

  it('K10: says which other way was taken', () => {
    const none = { by: 'model', because: 'too much', added: [], changed: [], removed: [] } as const;
    expect(patched({ ...none, added })).toBe('is replaced by Do it in two, by a model: too much');
    expect(patched({ ...none, removed: ['x'] })).toBe('is given up, by a model: too much');
    expect(patched({ ...none, by: 'person' })).toBe('is said anew, by a person: too much');
  });
});
