import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCommandLine, USAGE } from './command-line.ts';

describe('the command line', () => {
  it('M17: serves on a free port and ends with its parent when nothing else is said', () => {
    const bare = { scenario: undefined, port: 0, countFile: undefined, seed: 1, lingerMs: 0 };
    expect(readCommandLine([])).toEqual({ kind: 'serve', ...bare });
  });

  it('M17: takes a relative scenario from the working directory', () => {
    const command = readCommandLine(['--scenario', 'my/scenario.ts', '--port', '81', '--linger']);
    const scenario = join(process.cwd(), 'my/scenario.ts');
    expect(command).toMatchObject({ scenario, port: 81, lingerMs: Number.POSITIVE_INFINITY });
  });

  it('M17: names every option in its help', () => {
    expect(readCommandLine(['--help'])).toEqual({ kind: 'help' });
    for (const option of ['scenario', 'port', 'count-file', 'seed', 'linger', 'linger-ms'])
      expect(USAGE).toContain(`--${option} `);
  });

  it.each([
    [['--port', 'x'], '--port is x'],
    [['--port', '65536'], '--port is 65536'],
    [['--linger-ms=-1'], '--linger-ms is -1'],
    [['--nonsense'], '--nonsense'],
    [['stray'], 'stray'],
  ])('M17: refuses %j and says why', (args, why) => {
    expect(() => readCommandLine(args)).toThrowError(why);
    expect(() => readCommandLine(args)).toThrowError(
      expect.objectContaining({ code: 'config.command-line' }),
    );
  });
});
