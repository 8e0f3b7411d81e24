import { ConfigError, ModelError, OverseerError, StoreError } from '@overseer/core/plugin';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { explain } from './explain.ts';

afterEach(() => vi.restoreAllMocks());

describe('explain', () => {
  it.each([
    [new ConfigError('question.unknown', 'Nobody asks.'), 2],
    [new ConfigError('config.no-journal', 'There is none.'), 2],
    [new OverseerError('run.unknown', 'There is none.'), 2],
    [new OverseerError('phase.unknown', 'There is none.'), 2],
    [new OverseerError('seq.unknown', 'There is none.'), 2],
    [new OverseerError('checkpoint.duplicate', 'There is one.'), 2],
    [new OverseerError('phase.transition', 'It may not follow.'), 1],
    [new ConfigError('config.plan-place', 'There can be no file.'), 2],
    [new ConfigError('plan.empty', 'It is empty.'), 2],
    [new OverseerError('plan.unsaved', 'The disk is full.'), 1],
    [new StoreError('store.busy', 'It is busy.'), 1],
  ])('A6 M18: %o is told in a sentence with its code, and ends with %i', (error, code) => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(explain(error)).toBe(code);
    expect(write.mock.calls).toEqual([[`${error.message} [${error.code}]\n`]]);
  });

  it('X5 A6: what a server wrote stays in its line, where our own sentences may have several', () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    explain(new ModelError('not-found', 'The server has a\nRun r completed\u2028b.'));
    explain(new ConfigError('config.limit', '5 cals / 5h\n  ^^^^'));
    expect(write.mock.calls.map(([text]) => text)).toEqual([
      'The server has a Run r completed b. [model.not-found]\n',
      '5 cals / 5h\n  ^^^^ [config.limit]\n',
    ]);
  });

  it('X5 A6: what a server wrote moves no cursor and sets no title, in a sentence and in a stack', () => {
    const hostile = 'real\u001b]0;PWNED\u0007\u001b[2J\u009b2J\u202e';
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    explain(new ModelError('not-found', `The server has ${hostile}.`));
    explain(new Error(hostile));
    explain(hostile);
    const said = write.mock.calls.map(([text]) => String(text));
    expect(said[0]).toBe('The server has real]0;PWNED[2J2J. [model.not-found]\n');
    for (const text of said) expect(text).not.toMatch(/[^\n\u0020-\u007e]/);
  });
});
