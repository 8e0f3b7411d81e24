import { describe, expect, it } from 'vitest';
import type { Peak } from '../peak/play-peak.ts';
import { evaluatePeak } from './peak.ts';

const SMALL: Peak = {
  models: 2,
  atOnce: 2,
  layers: 2,
  perLayer: 12,
  answers: { leastMs: 20, mostMs: 30, pieces: 2 },
  askedEveryMs: 20,
};

describe('the evaluation of a peak', () => {
  it('K4: works it to its end and measures shares, load and event loop beside their bars', async () => {
    const said: string[] = [];
    const { figures } = await evaluatePeak(SMALL, (line) => said.push(line));
    const of = Object.fromEntries(figures.map((figure) => [figure.metric, figure]));
    expect(of['busyShare']).toMatchObject({ atLeast: 0.8, n: 24 });
    expect(of['busyShare']?.value).toBeGreaterThan(0.2);
    expect(of['busyShare']?.value).toBeLessThanOrEqual(1);
    expect(of['leastLoad']?.value).toBeGreaterThan(0.5);
    expect(of['leastLoad']?.value).toBeLessThanOrEqual(1);
    expect(of['eventLoopP99']).toMatchObject({ unit: 'ms', atMost: 20 });
    expect(of['idleLoopP99']?.value).toBeGreaterThan(0);
    expect(of['took']?.value).toBeGreaterThan((24 / 4) * 20 - 1);
    expect(of['asked']?.value).toBeGreaterThan(0);
    expect(said).toEqual(['peak: 24 tasks']);
  });

  it('K4: sees that one of two models does nothing', async () => {
    const { figures } = await evaluatePeak(
      { ...SMALL, perLayer: 1, askedEveryMs: 1_000 },
      () => {},
    );
    const of = Object.fromEntries(figures.map((figure) => [figure.metric, figure.value]));
    // Two tasks one after the other: the model declared first does both.
    expect(of).toMatchObject({ leastLoad: 0, asked: 0 });
  });
});
