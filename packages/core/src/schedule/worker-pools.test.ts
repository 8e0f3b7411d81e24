import { describe, expect, it } from 'vitest';
import { WorkerPools } from './worker-pools.ts';

describe('WorkerPools', () => {
  it('K4: bounds each kind, all others together, and all of them', () => {
    const pools = new WorkerPools({ workers: { code: 1, '*': 2 }, concurrency: 3 });
    expect(pools.isBounded).toBe(true);
    pools.begin('code');
    expect(pools.whyFull('code')).toBe('1/1 tasks of kind code at once, free when one ends');
    expect(pools.whyFull('test')).toBeUndefined();
    pools.begin('test');
    expect(pools.whyFull('review')).toBeUndefined();
    pools.begin('review');
    expect(pools.whyFull('write')).toBe('3/3 tasks at once, free when one ends');
    pools.end('code');
    expect(pools.whyFull('write')).toBe('2/2 tasks of other kinds at once, free when one ends');
    expect(pools.whyFull('code')).toBeUndefined();
  });

  it('K4: kinds without a pool are bounded only together', () => {
    const pools = new WorkerPools({ workers: { code: 1 }, concurrency: Number.POSITIVE_INFINITY });
    pools.count(['code', 'write', 'write', 'toString']);
    expect(pools.whyFull('write')).toBeUndefined();
    expect(pools.whyFull('toString')).toBeUndefined();
    expect(pools.whyFull('code')).toBeDefined();
  });

  it('K4: bounds can change at any time, and a pool of none starts nothing', () => {
    const pools = new WorkerPools({ workers: {}, concurrency: Number.POSITIVE_INFINITY });
    expect(pools.isBounded).toBe(false);
    pools.set({ workers: { code: 0 }, concurrency: Number.POSITIVE_INFINITY });
    pools.count([]);
    expect(pools.whyFull('code')).toBe('0/0 tasks of kind code at once, free when one ends');
    pools.set({ workers: { code: 2 }, concurrency: Number.POSITIVE_INFINITY });
    expect(pools.whyFull('code')).toBeUndefined();
  });
});
