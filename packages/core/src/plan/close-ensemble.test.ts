import { describe, expect, it } from 'vitest';
import { closeEnsemble } from './close-ensemble.ts';

function close(kind: 'best-of' | 'vote' | 'merge', ...outputs: readonly (string | undefined)[]) {
  const members = outputs.map((_, at) => `a/${at + 1}`);
  const ended = outputs.map((output, at) => ({
    key: members[at] ?? '',
    output,
    because: output === undefined ? 'no key' : undefined,
  }));
  return closeEnsemble({ kind, members }, ended, 'seed');
}

describe('the end of an ensemble', () => {
  it.each(['best-of', 'vote', 'merge'] as const)(
    'M15: %s of none fails with all reasons',
    (kind) => {
      expect(close(kind, undefined, undefined)).toEqual({
        kind: 'failed',
        because: 'none of its 2 tries gave an answer; a/1: no key; a/2: no key',
      });
    },
  );

  it.each(['best-of', 'vote', 'merge'] as const)('M15: %s takes the only answer', (kind) => {
    expect(close(kind, undefined, 'x', undefined)).toEqual({
      kind: 'taken',
      from: 'a/2',
      because: 'a/2 is the only one of 3 that gave an answer',
    });
  });

  it('M15: a vote counts only the answers that are there', () => {
    expect(close('vote', 'x', undefined, 'x', 'y')).toMatchObject({ kind: 'taken', from: 'a/1' });
    expect(close('vote', 'x', undefined, 'y')).toMatchObject({ kind: 'judged' });
  });

  it('M15: a judge sees every answer once', () => {
    for (const kind of ['best-of', 'merge'] as const) {
      const closing = close(kind, 'x', 'x', undefined, 'y');
      expect(closing.kind === 'judged' && closing.members.toSorted()).toEqual([
        'a/1',
        'a/2',
        'a/4',
      ]);
    }
  });

  it('M15: asks no judge where all answers are the same to the letter', () => {
    for (const kind of ['best-of', 'vote', 'merge'] as const) {
      expect(close(kind, 'x', ' x\n')).toEqual({
        kind: 'taken',
        from: 'a/1',
        because: 'all 2 answers are the same',
      });
    }
    expect(close('best-of', 'x', 'X')).toMatchObject({ kind: 'judged' });
  });

  it('M15: takes an answer that is empty for one', () => {
    expect(close('merge', '', undefined)).toMatchObject({ kind: 'taken', from: 'a/1' });
  });
});
