import { describe, expect, it } from 'vitest';
import { Gauges } from './gauges.ts';
import { ModelLimits } from './model-limits.ts';
import { normaliseLimit } from './parse-limit.ts';
import { SharedLimits } from './shared-limits.ts';

const one = { inputTokens: 1, outputTokens: 1, microUsd: 0 };
const claim = { estimate: one, worst: one };

function local(...texts: Parameters<typeof normaliseLimit>[0][]): {
  readonly limits: ModelLimits;
  readonly gauges: Gauges;
} {
  const shared = new SharedLimits({ scopes: [], pools: [], project: 'p', models: new Map() });
  const limits = new ModelLimits('local', texts.map(normaliseLimit), 4, undefined, shared);
  return { limits, gauges: shared.gauges };
}

describe('Gauges', () => {
  it('L1: calls start without any bound until the CPU is at 80 %, and again from 70 % down', () => {
    const { limits, gauges } = local('cpu < 80%');
    expect(limits.admit(0, claim).kind).toBe('run');
    gauges.sample('cpu', 0.79, 0);
    expect(limits.admit(0, claim).kind).toBe('run');
    gauges.sample('cpu', 0.95, 5_000);
    expect(limits.admit(5_000, claim)).toMatchObject({
      kind: 'wait',
      why: 'cpu is at 95%, goes on at 70%',
    });
    expect(gauges.sample('cpu', 0.75, 60_000)).toBe(false);
    expect(limits.admit(60_000, claim).kind).toBe('wait');
    expect(gauges.sample('cpu', 0.5, 120_000)).toBe(true);
    expect(limits.admit(120_000, claim).kind).toBe('run');
    gauges.sample('cpu', 0.79, 180_000);
    expect(limits.admit(180_000, claim).kind).toBe('run');
  });

  it('L1: one peak does not stop a model, because readings fade in about a second', () => {
    const { limits, gauges } = local({ gauge: 'cpu', below: 0.8, resume: 0.6 });
    gauges.sample('cpu', 0.2, 0);
    gauges.sample('cpu', 1, 500);
    expect(limits.admit(500, claim).kind).toBe('run');
    for (let at = 1_000; at <= 3_000; at += 500) gauges.sample('cpu', 1, at);
    expect(limits.admit(3_000, claim).kind).toBe('wait');
  });

  it('L1: the longer a gauge was too high, the longer it is taken to stay so', () => {
    const { limits, gauges } = local('memory < 90%');
    gauges.sample('memory', 0.99, 1_000);
    expect(limits.admit(1_100, claim)).toMatchObject({ untilAt: 1_600 });
    expect(limits.admit(9_000, claim)).toMatchObject({ untilAt: 17_000 });
  });

  it('L1: one that cannot be read keeps its last state for 5 s, then holds calls back until it can', () => {
    const { limits, gauges } = local('load < 80%');
    gauges.sample('load', 0.1, 0);
    gauges.lose('load', 'no such file', 1_000);
    gauges.lose('load', 'no such file', 5_500);
    expect(limits.admit(5_999, claim).kind).toBe('run');
    expect(limits.admit(6_000, claim)).toMatchObject({
      kind: 'wait',
      untilAt: 11_000,
      why: 'load cannot be read: no such file',
    });
    expect(gauges.sample('load', 0.1, 7_000)).toBe(true);
    expect(limits.admit(7_000, claim).kind).toBe('run');
  });

  it('L1: one that could never be read holds calls back at once, and holds while it is too high', () => {
    const { limits, gauges } = local('load < 80%');
    gauges.lose('load', 'no such file', 0);
    expect(limits.admit(0, claim)).toMatchObject({ why: 'load cannot be read: no such file' });
    gauges.sample('load', 0.9, 500);
    gauges.lose('load', 'no such file', 1_000);
    expect(limits.admit(1_000, claim)).toMatchObject({ why: 'load is at 90%, goes on at 70%' });
  });

  it('L1: readings that are none are passed over, and those out of range are taken as its ends', () => {
    const gauges = new Gauges();
    const meter = gauges.meter('m', { gauge: 'cpu', below: 0.8 });
    gauges.sample('cpu', Number.NaN, 0);
    expect(gauges.reading('cpu')).toBeUndefined();
    gauges.sample('cpu', 7, 0);
    expect(gauges.reading('cpu')).toBe(1);
    expect(meter.closedSince).toBe(0);
    gauges.sample('disk', 0, 100);
    expect(meter.closedSince).toBe(0);
  });

  it('L1: a limit that is put on a gauge later stands as the gauge does', () => {
    const gauges = new Gauges();
    gauges.sample('cpu', 0.95, 7);
    expect(gauges.meter('late', { gauge: 'cpu', below: 0.8 }).closedSince).toBe(7);
    expect(gauges.meter('later', { gauge: 'cpu', below: 0.99 }).closedSince).toBeUndefined();
  });

  it('L1: a clock that is set back does not freeze a gauge', () => {
    const { limits, gauges } = local('cpu < 80%');
    gauges.sample('cpu', 0.95, 5_000_000);
    gauges.sample('cpu', 0.1, 1_000);
    expect(limits.admit(1_000, claim).kind).toBe('run');
  });

  it('L7: says how far the gauge is, and where it has to come', () => {
    const { limits, gauges } = local('cpu < 80%, resume 60%');
    gauges.sample('cpu', 0.5, 0);
    expect(limits.use(0)[0]).toMatchObject({
      limit: 'local: cpu < 80%, resume 60%',
      used: 50,
      capacity: 80,
    });
    gauges.sample('cpu', 1, 60_000);
    expect(limits.use(0)[0]).toMatchObject({ used: 100, capacity: 60 });
  });
});
