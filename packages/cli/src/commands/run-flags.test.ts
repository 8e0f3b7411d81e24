import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { resumeCommandOf } from './resume-command.ts';
import { addRunFlags, checksOf, type RunFlags } from './run-flags.ts';
import { quote, wholeNumber } from './words-of-flags.ts';

function read(...args: readonly string[]): RunFlags {
  const command = addRunFlags(new Command().exitOverride()).option('--tasks <path>');
  return command.parse(args, { from: 'user' }).opts();
}

describe('the flags of run and resume', () => {
  it('A6: repeat where several are meant', () => {
    const flags = read(
      '--model',
      'a',
      '--model',
      'b',
      '--limit',
      '5 calls / 5h',
      '--budget',
      '0.5',
    );
    expect(flags).toMatchObject({
      model: ['a', 'b'],
      limit: ['5 calls / 5h'],
      price: [],
      check: [],
      budget: 0.5,
      review: true,
    });
  });

  it('V1: say which checks every task gets; a review unless told otherwise', () => {
    expect(checksOf(read())).toEqual([{ kind: 'review' }]);
    expect(
      checksOf(read('--tsc', '--check', 'npm test', '--check', 'node x', '--no-review')),
    ).toEqual([
      { kind: 'tsc' },
      { kind: 'command', value: 'npm test' },
      { kind: 'command', value: 'node x' },
    ]);
  });

  it.each(['0', '-1', 'much', '', 'Infinity'])('X5 L7: --budget %j is refused', (budget) => {
    expect(() => read(`--budget=${budget}`)).toThrow(
      expect.objectContaining({ code: 'config.budget' }),
    );
  });

  it('K6 R2: the command that goes on says all that it needs again, as a shell takes it', () => {
    const flags = read(
      '--repo',
      "it's mine",
      '--journal',
      'j.db',
      '--tasks',
      'specs/1',
      '--base-url',
      'http://x/v1',
      '--model',
      'a:b',
      '--limit',
      '5 calls / 5h',
      '--price',
      'b=1/2',
      '--budget',
      '3',
    );
    expect(resumeCommandOf('overseer', flags)).toBe(
      "overseer resume --repo 'it'\\''s mine' --journal j.db --tasks specs/1 --base-url http://x/v1 --model a:b --limit '5 calls / 5h' --price b=1/2",
    );
    expect(resumeCommandOf('npm start --', read())).toBe('npm start -- resume');
  });
});

describe('words of flags', () => {
  it('X5: plain words stay as they are', () => {
    expect(quote('a/b.c:d@e=f-g')).toBe('a/b.c:d@e=f-g');
    expect(quote('$(x)')).toBe("'$(x)'");
    expect(quote('')).toBe("''");
  });

  it('X5: a place in the journal is a whole number', () => {
    expect(wholeNumber('--after', 0)('012')).toBe(12);
    for (const text of ['x', '-1', '1.5', '', '1e3', '9'.repeat(16)]) {
      expect(() => wholeNumber('--after', 0)(text)).toThrow(
        expect.objectContaining({ code: 'config.command-line' }),
      );
    }
  });
});
