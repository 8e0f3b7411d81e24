import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutRepeats } from './repeated-lines.ts';

const NOTE = /^\[… as lines (\d+) to (\d+) of attempt 2 …\]$/;

/** Puts back what a note stands for. */
function restored(text: string, other: string): string {
  const others = other.split('\n');
  return text
    .split('\n')
    .flatMap((line) => {
      const [, from, to] = NOTE.exec(line) ?? [];
      return from === undefined ? [line] : others.slice(Number(from) - 1, Number(to));
    })
    .join('\n');
}

describe('withoutRepeats', () => {
  it('L8 P1: leaves out what the other text has too, and says where it is', () => {
    const lines = Array.from({ length: 40 }, (_, at) => `const value${at} = ${at};`);
    const older = lines.with(20, 'const value20 = wrong;').join('\n');
    const shown = withoutRepeats(older, lines.join('\n'), 'attempt 2');
    expect(shown).toBe(
      '[… as lines 1 to 20 of attempt 2 …]\nconst value20 = wrong;\n[… as lines 22 to 40 of attempt 2 …]',
    );
    expect(withoutRepeats(older, older, 'attempt 2')).toBe('[… as lines 1 to 40 of attempt 2 …]');
  });

  it('L8: keeps what is too short for a note, and texts that have nothing in common', () => {
    expect(withoutRepeats('a\nb', 'a\nb', 'attempt 2')).toBe('a\nb');
    const long = 'x'.repeat(200);
    expect(withoutRepeats(`${long}1`, `${long}2`, 'attempt 2')).toBe(`${long}1`);
    expect(withoutRepeats(long, long, 'attempt 2')).toBe('[… as lines 1 to 1 of attempt 2 …]');
  });

  it('L8 P1: loses nothing and is never longer', () => {
    const line = fc.constantFrom('', 'a', 'b'.repeat(90), 'c'.repeat(170), '}');
    const text = fc.array(line, { maxLength: 30 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (older, latest) => {
        const shown = withoutRepeats(older, latest, 'attempt 2');
        expect(shown.length).toBeLessThanOrEqual(older.length);
        expect(restored(shown, latest)).toBe(older);
      }),
    );
  });

  it('L8: takes a time that grows with the lines, however equal they are', () => {
    const text = 'x\n'.repeat(200_000);
    const from = process.cpuUsage();
    const shown = withoutRepeats(text, `${text}y`, 'attempt 2');
    const { user, system } = process.cpuUsage(from);
    expect(shown.length).toBeLessThan(100);
    expect(user + system).toBeLessThan(2_000_000);
  });
});
