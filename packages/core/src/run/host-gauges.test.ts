import { describe, expect, it } from 'vitest';
import { createCpuSampler, memoryUsed, samplersOf } from './host-gauges.ts';

describe('samplersOf', () => {
  it('L1: reads the processors and the memory of this host', () => {
    const cpu = createCpuSampler();
    const until = performance.now() + 150;
    while (performance.now() < until) Math.sqrt(until);
    expect(cpu()).toBeGreaterThan(0);
    expect(cpu()).toBeLessThanOrEqual(1);
    expect(memoryUsed()).toBeGreaterThan(0);
    expect(memoryUsed()).toBeLessThan(1);
  });

  it('L1: takes only what some limit looks at, and what a host brings first', () => {
    const samplers = samplersOf(['cpu', 'load'], {
      cpu: () => 0.25,
      load: () => 0.5,
      other: () => 1,
    });
    expect([...samplers].map(([name, sampler]) => [name, sampler()])).toEqual([
      ['cpu', 0.25],
      ['load', 0.5],
    ]);
  });
});
