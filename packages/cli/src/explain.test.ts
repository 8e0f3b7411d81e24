import { ConfigError, OverseerError, StoreError } from '@overseer/core/plugin';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { explain } from './explain.ts';

afterEach(() => vi.restoreAllMocks());

describe('explain', () => {
  it.each([
    [new ConfigError('question.unknown', 'Nobody asks.'), 2],
    [new ConfigError('config.no-journal', 'There is none.'), 2],
    [new OverseerError('run.unknown', 'There is none.'), 2],
    [new ConfigError('config.plan-place', 'There can be no file.'), 2],
    [new ConfigError('plan.empty', 'It is empty.'), 2],
    [new OverseerError('plan.unsaved', 'The disk is full.'), 1],
    [new StoreError('store.busy', 'It is busy.'), 1],
  ])('A6 M18: %o is told in a sentence with its code, and ends with %i', (error, code) => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(explain(error)).toBe(code);
    expect(write.mock.calls).toEqual([[`${error.message} [${error.code}]\n`]]);
  });
});
