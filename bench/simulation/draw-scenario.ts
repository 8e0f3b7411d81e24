import type { RoutingOptions } from '@overseer/core';
import { type Random, seeded } from '../harness/random.ts';
import { half, pick, times } from './chance.ts';
import { drawShared } from './draw-budgets.ts';
import { drawCrew, drawFreezes } from './draw-crew.ts';
import { drawModels } from './draw-models.ts';
import { drawRuns } from './draw-runs.ts';
import { FEATURES, type Feature, type Part, type Scenario, WHOLE } from './scenario.ts';

/** Draws a scenario. The same seed and part give the same one. */
export function drawScenario(seed: number, part: Part = WHOLE): Scenario {
  const random = sources(seed);
  const on = random('features');
  const present = new Set(
    // What came later has a chance of its own, so that older seeds play as they did.
    FEATURES.filter(
      (feature) => (LATER.has(feature) ? random(feature) : on)() < (HALF.has(feature) ? 0.5 : 0.7),
    ),
  );
  const has = (feature: Feature): boolean =>
    present.has(feature) && !part.without.includes(feature);
  const shape = random('shape');
  const isShared = has('nodes') || has('workers');
  const models = drawModels(random('models'), random('breakers'), random('kinds of limits'), has);
  return {
    seed,
    part,
    has,
    random,
    models: models.map((model) => ({
      ...model,
      remote: has('workers') && random('remote')() < 0.6,
    })),
    runs: drawRuns(random, has, part),
    budgets: has('budget') ? drawShared(random('shared budgets')) : {},
    maxAttempts: 1 + Math.floor(shape() * 5),
    patienceMs: pick(shape, [0, 500, 2_000, 20_000]),
    graceMs: pick(shape, [0, 100, 2_000]),
    routing: {
      ...drawRouting(random('routing')),
      ...(has('hedges') ? { hedge: drawHedge(random('hedging')) } : {}),
    },
    deaths: [
      ...(has('crashes') ? times(shape, 1, 6).map(() => 1 + Math.floor(shape() * 60)) : []),
      ...(has('storms') ? drawStorm(random('storm'), isShared) : []),
    ],
    freezes: has('nodes') ? drawFreezes(random('freezes')) : [],
    crew: has('workers') ? drawCrew(random('crew')) : undefined,
    isShared,
    fullAfter: has('store-faults')
      ? [1, 2, 3].map(() => half(shape, Math.floor(shape() * 40)))
      : [],
    answerLostAt: has('lost-answers') ? drawLost(random('lost answers')) : [],
  };
}

const LATER: ReadonlySet<Feature> = new Set<Feature>([
  'ensembles',
  'hedges',
  'lost-answers',
  'nodes',
  'queue-faults',
  'storms',
  'transport',
  'workers',
]);

/** What has every process wait for leases and mail, which takes time to play. */
const HALF: ReadonlySet<Feature> = new Set<Feature>(['nodes', 'workers']);

/** Process after process that dies soon; more of them where many die before they have the lease. */
function drawStorm(random: Random, isShared: boolean): readonly number[] {
  return times(random, 20, isShared ? 180 : 100).map(() => 1 + Math.floor(random() * 12));
}

function drawLost(random: Random): readonly (number | undefined)[] {
  return [1, 2, 3, 4].map(() => half(random, 1 + Math.floor(random() * 30)));
}

/** Words come at once, or after 5, 200 or 3,000 ms. */
function drawHedge(random: Random): NonNullable<RoutingOptions['hedge']> {
  const share = pick(random, [0.1, 0.5, 1]);
  return random() < 0.2
    ? { percentile: 75, share }
    : { afterMs: pick(random, [1, 150, 1_000]), share };
}

function drawRouting(random: Random): RoutingOptions {
  return {
    mode: pick(random, ['declared', 'score', 'cascade']),
    qualityFloor: pick(random, [0, 0, 0.3]),
    costWeight: pick(random, [0, 1, 100]),
    explore: random() < 0.3,
    ...(random() < 0.3 ? { usdPerAttempt: 0.001 } : {}),
  };
}

function sources(seed: number): (purpose: string) => Random {
  const known = new Map<string, Random>();
  return (purpose) => {
    let source = known.get(purpose);
    if (source === undefined) {
      let mixed = seed ^ 0x9e3779b9;
      for (let at = 0; at < purpose.length; at++) {
        mixed = Math.imul(mixed ^ purpose.charCodeAt(at), 0x01000193);
      }
      source = seeded(mixed);
      known.set(purpose, source);
    }
    return source;
  };
}
