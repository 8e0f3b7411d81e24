import { describe, expect, it } from 'vitest';
import { evaluateUptime } from './uptime.ts';

describe('uptime', () => {
  it('R7: a few days of crashes, deploys and failovers lose no task and keep the bars', async () => {
    const plan = { days: 3, nodes: 3, projects: 4, failoverEvery: 3 };
    const { figures } = await evaluateUptime(plan, () => undefined);
    const value = (metric: string): number =>
      figures.find((figure) => figure.metric === metric)?.value ?? Number.NaN;
    expect(value('up')).toBeGreaterThan(0.999);
    expect(value('up')).toBeLessThan(1);
    expect(value('lostTasks')).toBe(0);
    expect(value('longestStill')).toBeLessThanOrEqual(30_000);
    // A node that died is missed for as long as its lease lasts.
    expect(value('longestStill')).toBeGreaterThan(3_000);
  });
});
