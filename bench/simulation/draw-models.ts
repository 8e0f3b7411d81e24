import type { LimitRule } from '@overseer/core/spec';
import type { Random } from '../harness/random.ts';
import { half, pick, times } from './chance.ts';
import type { PlannedModel, Scenario } from './scenario.ts';

/** Draws the models of a team. */
export function drawModels(
  random: Random,
  more: Random,
  kinds: Random,
  has: Scenario['has'],
): readonly Omit<PlannedModel, 'remote'>[] {
  const names = times(random, 1, 4).map((index) => `m${index}`);
  return names.map((name, index) => ({
    name,
    role: index === 0 ? undefined : half(random, pick(random, ['coder', 'worker', 'reviewer'])),
    goodAt: random() < 0.3 ? [pick(random, ['code', 'write', 'test'])] : [],
    fallback: names.filter((other) => other !== name && random() < 0.3),
    limits: has('limits') ? [...drawLimits(random), ...drawKinds(kinds)] : [],
    concurrency: 1 + Math.floor(random() * 4),
    priced: random() < 0.5,
    fails: has('model-faults') ? pick(random, [0, 0.1, 0.3, 0.6]) : 0,
    errs: has('wrong-answers') ? pick(random, [0, 0.2, 0.5]) : 0,
    learns: more() < 0.3,
    shares: more() < 0.5,
  }));
}

function drawLimits(random: Random): PlannedModel['limits'] {
  const all: readonly LimitRule[] = [
    {
      metric: 'calls',
      capacity: 1 + Math.floor(random() * 5),
      windowMs: 1_000 + Math.floor(random() * 30_000),
    },
    { metric: 'tokens', capacity: 4_000 + Math.floor(random() * 8_000), windowMs: 20_000 },
    {
      metric: 'output-tokens',
      capacity: 600 + Math.floor(random() * 2_000),
      windowMs: 10_000,
      soft: random() < 0.5,
    },
    { metric: 'usd', capacity: 0.02, windowMs: 60_000 },
    { metric: 'concurrency', capacity: 1 + Math.floor(random() * 3) },
  ];
  return all.filter(() => random() < 0.35);
}

/** Limits whose windows do not look back from now; few, so that runs are not held up by them all the time. */
function drawKinds(random: Random): PlannedModel['limits'] {
  const all: readonly LimitRule[] = [
    {
      metric: 'calls',
      capacity: 3 + Math.floor(random() * 5),
      windowMs: 5_000 + Math.floor(random() * 30_000),
      kind: 'session',
    },
    { metric: 'tokens', capacity: 30_000, windowMs: 20_000, kind: 'smooth' },
  ];
  return all.filter(() => random() < 0.1);
}
