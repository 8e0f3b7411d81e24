import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesIn } from './harness/registry.ts';

describe.each([
  ['main.ts', namesIn('works')],
  ['run-faults.ts', namesIn('faults')],
  ['run-evals.ts', namesIn('evals')],
])('%s', (script, names) => {
  it('Q3: lists the known works when asked for an unknown one', () => {
    const { status, stdout, stderr } = command(script, 'nonesuch');
    expect(stderr).toContain(`There is no work "nonesuch"; known: ${names.join(', ')}.`);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });

  it('X5 Q3: says of a wrong option in one sentence what is wrong, with a code', () => {
    for (const [args, sentence] of [
      [['--bogus'], "Unknown option '--bogus'."],
      [['--json=x'], "Option '--json' does not take an argument."],
    ] as const) {
      expect(command(script, names[0] ?? '', ...args)).toEqual({
        status: 2,
        stdout: '',
        stderr: `${sentence} --help shows all. [config.command-line]\n`,
      });
    }
  });

  it('Q3: explains itself', () => {
    const { status, stdout } = command(script, '--help');
    expect(status).toBe(0);
    for (const name of names) expect(stdout).toContain(name);
  });
});

describe('the bench', { tags: ['slow'] }, () => {
  it('Q3: measures in turns and prints one object a line', () => {
    const { status, stdout, stderr } = command(
      'main.ts',
      'orchestration',
      '--subjects=floor',
      '--repeats=2',
      '--json',
    );
    expect(stderr).toBe('orchestration: floor, 1 of 2\norchestration: floor, 2 of 2\n');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toContainEqual(
      expect.objectContaining({ work: 'orchestration', metric: 'eventsPerStep', median: 2, n: 2 }),
    );
    expect(status).toBe(0);
  });

  it('Q3: names an unknown subject before it measures anything', () => {
    const { status, stderr } = command('main.ts', 'call', '--subjects=floor,nonesuch');
    expect(stderr).toContain('There is no subject "nonesuch"; known: ');
    expect(stderr).not.toContain('.test');
    expect(status).toBe(1);
  });
});

function command(
  script: string,
  ...args: readonly string[]
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@overseer/source', join(import.meta.dirname, script), ...args],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}
