import { runFlagNames } from '@overseer/cli';
import { describe, expect, it } from 'vitest';
import { chooseJob, HELP } from './job.ts';

const PLAIN = { json: false, plain: false };

describe('chooseJob', () => {
  it('M17: without a word it is the demo, shown as is asked', () => {
    const demo = { kind: 'demo', resume: false, show: PLAIN, crashAfter: undefined };
    expect(chooseJob([])).toEqual(demo);
    expect(chooseJob(['--plain'])).toEqual({ ...demo, show: { json: false, plain: true } });
    expect(chooseJob(['--json'])).toEqual({ ...demo, show: { json: true, plain: false } });
    expect(chooseJob(['--resume'])).toEqual({ ...demo, resume: true });
    expect(chooseJob(['--crash-after=6'])).toEqual({ ...demo, crashAfter: 6 });
    expect(chooseJob(['--crash', '--json'])).toEqual({
      kind: 'crash',
      show: { json: true, plain: false },
    });
  });

  it.each<readonly [readonly string[], readonly string[]]>([
    [['Write a changelog'], ['run', 'Write a changelog']],
    [
      ['--model', 'm', 'Do it'],
      ['run', '--model', 'm', 'Do it'],
    ],
    [
      ['--repo=../mine', '--plain'],
      ['run', '--repo=../mine', '--plain'],
    ],
    [
      ['--tasks', 'specs/1', '--estimate'],
      ['run', '--tasks', 'specs/1', '--estimate'],
    ],
    [
      ['--resume', '--answer', 'yes'],
      ['resume', '--answer', 'yes'],
    ],
    [
      ['--resume', '--model', 'm'],
      ['resume', '--model', 'm'],
    ],
    [
      ['status', 'r1'],
      ['status', 'r1'],
    ],
    [
      ['events', '--follow'],
      ['events', '--follow'],
    ],
    [
      ['run', '--whatever'],
      ['run', '--whatever'],
    ],
  ])("A6: %j is one's own work, done by the command", (args, given) => {
    expect(chooseJob(args)).toEqual({ kind: 'own', args: given });
  });

  it.each<readonly [readonly string[], RegExp]>([
    [['--resmue'], /^Unknown option --resmue: did you mean "resume"\?/],
    [['--pain'], /did you mean "plain"\?/],
    [['--json=yes'], /--json.*--help shows all/],
    [['-x'], /-x.*--help shows all/],
    [['--crash-after=soon'], /takes a number of attempts/],
    [['--resume', '--crash'], /^--crash begins a new run and --resume goes on .* say one of them/],
    [['--crash-after=0'], /takes a number of attempts/],
  ])('X5: %j is wrong, and told in a sentence', (args, problem) => {
    expect(chooseJob(args)).toEqual({ kind: 'wrong', problem: expect.stringMatching(problem) });
  });

  it('A6: help is asked for in two ways, and shows every way to use real models', () => {
    expect(chooseJob(['--help'])).toEqual({ kind: 'help' });
    expect(chooseJob(['-h'])).toEqual({ kind: 'help' });
    expect(HELP).toContain('LM_STUDIO_MODEL');
    const told = HELP.split('\n').flatMap((line) => /^ {2}--([\w-]+)/.exec(line)?.[1] ?? []);
    const shown = ['json', 'plain'];
    expect([...told, ...shown].sort()).toEqual([...runFlagNames()].sort());
  });
});
