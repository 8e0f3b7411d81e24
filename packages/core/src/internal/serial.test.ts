import { describe, expect, it } from 'vitest';
import { createSerial } from './serial.ts';

describe('createSerial', () => {
  it('G1: runs one piece of work after another, in the order they came', async () => {
    const serial = createSerial();
    const seen: string[] = [];
    const work = (name: string, turns: number) => async (): Promise<string> => {
      seen.push(`${name} starts`);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      seen.push(`${name} ends`);
      return name;
    };
    const results = await Promise.all([
      serial(work('a', 9)),
      serial(work('b', 1)),
      serial(work('c', 3)),
    ]);
    expect(results).toEqual(['a', 'b', 'c']);
    expect(seen).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
  });

  it('G1: one that fails tells its caller and does not stop the next', async () => {
    const serial = createSerial();
    const failing = serial(() => Promise.reject(new Error('full')));
    const throwing = serial(() => {
      throw new Error('at once');
    });
    const next = serial(async () => 'done');
    await expect(failing).rejects.toThrow('full');
    await expect(throwing).rejects.toThrow('at once');
    expect(await next).toBe('done');
  });

  it('G1: starts at once when nothing is under way any more', async () => {
    const serial = createSerial();
    await serial(async () => 1);
    expect(await serial(async () => 2)).toBe(2);
  });
});
