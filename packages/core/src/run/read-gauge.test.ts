import { describe, expect, it } from 'vitest';
import { readGauge } from './read-gauge.ts';

describe('readGauge', () => {
  it('L1: takes a part from 0 to 1, the ends among them', () => {
    for (const reading of [0, 0.25, 1]) expect(readGauge(() => reading)).toBe(reading);
  });

  it.each<[unknown, string]>([
    [Number.NaN, 'gave NaN; let it give a number'],
    [Number.POSITIVE_INFINITY, 'gave Infinity; a reading is a part, from 0 to 1'],
    [95, 'gave 95; a reading is a part, from 0 to 1'],
    [-1, 'gave -1; a reading is a part'],
    ['0.5', 'gave the text "0.5"; let it give a number'],
    [undefined, 'gave undefined; let it give a number'],
    [Promise.resolve(0.5), 'gave a promise; let it give the latest number at once'],
  ])('L1: says of %s why it is none', (reading, because) => {
    expect(readGauge(() => reading)).toEqual({ because: expect.stringContaining(because) });
  });

  it('L1: a promise that fails ends nothing', async () => {
    const late = async (): Promise<number> => {
      throw new Error('late');
    };
    expect(readGauge(late)).toEqual({ because: expect.stringContaining('gave a promise') });
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('L1: says what was thrown', () => {
    const broken = (): number => {
      throw new Error('no such file');
    };
    expect(readGauge(broken)).toEqual({ because: 'what reads it threw: no such file' });
  });
});
