import { describe, expect, it } from 'vitest';
import { parseNodeTests } from './node-test-output.ts';
import { outputFindings } from './output-findings.ts';
import { splitCommand } from './split-command.ts';
import { parseTscOutput } from './tsc-diagnostics.ts';

describe('splitCommand', () => {
  it.each([
    ['npm test', ['npm', 'test']],
    ['  a   b\tc ', ['a', 'b', 'c']],
    [`node -e 'console.log("x y")'`, ['node', '-e', 'console.log("x y")']],
    [String.raw`a "b \" \\ \$x c" d\ e`, ['a', 'b " \\ $x c', 'd e']],
    [`a'b'"c"d ''`, ['abcd', '']],
    ['node --test test/*.js', ['node', '--test', 'test/*.js']],
    ["grep 'a|b' x; ".slice(0, -2), ['grep', 'a|b', 'x']],
    ['a cost=$5', ['a', 'cost=$5']],
  ])('V3: %j is split', (line, words) => {
    expect(splitCommand(line)).toEqual({ kind: 'words', words });
  });

  it.each([
    ['npm test && rm x', /uses "&", and there is no shell/],
    ['a | b', /uses "\|"/],
    ['a > b', /uses ">"/],
    ['a; b', /uses ";"/],
    ['a\nb', /uses "\\n"/],
    ['echo $HOME', /expands a variable/],
    ['echo "$(id)"', /expands a variable or a command/],
    ['echo "`id`"', /expands a variable or a command/],
    ['FOO=1 npm test', /starts with a variable/],
    ["a 'b", /never closed/],
    ['  ', /is empty/],
  ])('V3: %j is refused with what to do instead', (line, because) => {
    expect(splitCommand(line)).toMatchObject({
      kind: 'refused',
      because: expect.stringMatching(because),
    });
  });
});

describe('parseTscOutput', () => {
  it('V3: reads file, line, column, code and the whole message', () => {
    const output = [
      "src/a b.ts(1,24): error TS2322: Type '{ y: string; }' is not assignable to type 'number'.",
      "  Types of property 'x' are incompatible.",
      "/w/src/(c).ts(2,1): error TS2304: Cannot find name 'foo'.",
      'error TS18003: No inputs were found.',
      'Found 3 errors.',
    ].join('\r\n');
    expect(parseTscOutput(output, '/w')).toEqual([
      {
        message:
          "Type '{ y: string; }' is not assignable to type 'number'.\n  Types of property 'x' are incompatible.",
        file: 'src/a b.ts',
        line: 1,
        column: 24,
        code: 'TS2322',
      },
      {
        message: "Cannot find name 'foo'.",
        file: 'src/(c).ts',
        line: 2,
        column: 1,
        code: 'TS2304',
      },
      { message: 'No inputs were found.', code: 'TS18003' },
    ]);
  });
});

describe('parseNodeTests', () => {
  it('V3: floods of half-written reports take no time', () => {
    const startedAt = performance.now();
    parseNodeTests('not ok 1 - a\n  ---\n'.repeat(50_000), '/');
    parseNodeTests(`failing tests:\n${'test at a:1:1\n'.repeat(50_000)}`, '/');
    outputFindings('a.'.repeat(500_000), '/');
    outputFindings('(1,'.repeat(300_000), '/');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('outputFindings', () => {
  it('V3: reads diagnostics that have a place', () => {
    const output =
      '\u001b[31m./src/x.py:3:5: E999 bad\u001b[0m\nsrc/y.js:1:2 - error here\nhttp://x:1:1: no';
    expect(outputFindings(output, '/w')).toEqual([
      { message: 'E999 bad', file: 'src/x.py', line: 3, column: 5 },
      { message: 'error here', file: 'src/y.js', line: 1, column: 2 },
    ]);
  });

  it('V3: else gives the last lines', () => {
    const lines = Array.from({ length: 100 }, (_, n) => `line ${n}`);
    const [finding] = outputFindings(lines.join('\n'), '/w');
    expect(finding?.message.split('\n')).toEqual(lines.slice(-40));
    expect(outputFindings('', '/w')).toEqual([]);
  });
});
