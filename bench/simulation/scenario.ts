import type { OverseerOptions, RoutingOptions } from '@overseer/core';
import type {
  BudgetSpec,
  Effect,
  LimitRule,
  Priority,
  SharedBudgets,
  TaskInput,
} from '@overseer/core/spec';
import { type Random, seeded } from '../harness/random.ts';

/** What a scenario may hold beside tasks and models; each can be left out to find the shortest trace of a fault. */
export const FEATURES = [
  'budget',
  'checks',
  'clock-jumps',
  'crashes',
  'ensembles',
  'files',
  'goal',
  'host',
  'orders',
  'limits',
  'model-faults',
  'people',
  'reviews',
  'slow-store',
  'store-faults',
  'tools',
  'wrong-answers',
  'twins',
] as const;

/** One of `FEATURES`. */
export type Feature = (typeof FEATURES)[number];

/** What of a seed's scenario is played. */
export interface Part {
  readonly without: readonly Feature[];
  /** Tasks that a run has at most. */
  readonly tasks: number;
  readonly runs: number;
}

/** All of it. */
export const WHOLE: Part = { without: [], tasks: 12, runs: 3 };

/** One request, as it will be made. */
export interface PlannedRun {
  /** Stands in every instruction, so that a model knows what it is asked for. */
  readonly name: string;
  readonly startAtMs: number;
  readonly goal: boolean;
  readonly tasks: readonly TaskInput[];
  readonly budget: OverseerOptions['budget'];
  readonly user: string | undefined;
}

/** A model of the team with its habits. */
export interface PlannedModel {
  readonly name: string;
  readonly role: string | undefined;
  readonly goodAt: readonly string[];
  readonly fallback: readonly string[];
  readonly limits: readonly LimitRule[];
  readonly concurrency: number;
  readonly priced: boolean;
  /** Of 1: how often a call fails, how often an answer is wrong. */
  readonly fails: number;
  readonly errs: number;
  /** Whether it is learned how many calls at once it bears, up to `concurrency`. */
  readonly learns: boolean;
  /** Whether it uses one key and one server with others. */
  readonly shares: boolean;
}

/** Everything that a seed decides before time starts. */
export interface Scenario {
  readonly seed: number;
  readonly part: Part;
  readonly models: readonly PlannedModel[];
  readonly runs: readonly PlannedRun[];
  /** What runs share, over all lives of the process. */
  readonly budgets: SharedBudgets;
  readonly has: (feature: Feature) => boolean;
  readonly maxAttempts: number;
  readonly patienceMs: number;
  readonly graceMs: number;
  readonly routing: RoutingOptions;
  /** Deaths of the process, each after so many moments at which it could die. */
  readonly deaths: readonly number[];
  /** Appends of each process after which the disk is full; absent for a disk that never is. */
  readonly fullAfter: readonly (number | undefined)[];
  /** Independent sources of chance, so that leaving one thing out does not shift all others. */
  readonly random: (purpose: string) => Random;
}

/** A role without tools. */
export const THINKER = 'thinker';

/** The effects that tools of a scenario have. */
export const EFFECTS: readonly Effect[] = ['none', 'idempotent', 'probe', 'once'];

/** Draws a scenario. The same seed and part give the same one. */
export function drawScenario(seed: number, part: Part = WHOLE): Scenario {
  const random = sources(seed);
  const on = random('features');
  const present = new Set(
    // What came later has a chance of its own, so that older seeds play as they did.
    FEATURES.filter((feature) => (feature === 'ensembles' ? random(feature) : on)() < 0.7),
  );
  const has = (feature: Feature): boolean =>
    present.has(feature) && !part.without.includes(feature);
  const shape = random('shape');
  const models = drawModels(random('models'), random('breakers'), random('kinds of limits'), has);
  return {
    seed,
    part,
    has,
    random,
    models,
    runs: drawRuns(random, has, part),
    budgets: has('budget') ? drawShared(random('shared budgets')) : {},
    maxAttempts: 1 + Math.floor(shape() * 5),
    patienceMs: pick(shape, [0, 500, 2_000, 20_000]),
    graceMs: pick(shape, [0, 100, 2_000]),
    routing: drawRouting(random('routing')),
    deaths: has('crashes') ? times(shape, 1, 6).map(() => 1 + Math.floor(shape() * 60)) : [],
    fullAfter: has('store-faults')
      ? [1, 2, 3].map(() => half(shape, Math.floor(shape() * 40)))
      : [],
  };
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

/** One of several. */
export function pick<T>(random: Random, values: readonly [T, ...T[]]): T {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

function half<T>(random: Random, value: T): T | undefined {
  return random() < 0.5 ? value : undefined;
}

function times(random: Random, least: number, most: number): readonly number[] {
  const count = least + Math.floor(random() * (most - least + 1));
  return Array.from({ length: count }, (_, index) => index);
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

function drawModels(
  random: Random,
  more: Random,
  kinds: Random,
  has: Scenario['has'],
): readonly PlannedModel[] {
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

function drawRuns(
  random: Scenario['random'],
  has: Scenario['has'],
  part: Part,
): readonly PlannedRun[] {
  const shape = random('runs');
  const runs = times(shape, 1, 3)
    .slice(0, part.runs)
    .map((index) => ({
      name: `R${index}`,
      startAtMs: index === 0 ? 0 : Math.floor(shape() * 20_000),
      goal: has('goal') && shape() < 0.4,
      tasks: withEnsembles(
        drawTasks(random(`tasks ${index}`), `R${index}`, has).slice(0, part.tasks),
        random(`ensembles ${index}`),
        has,
      ),
      budget: has('budget') && shape() < 0.5 ? drawBudget(shape) : undefined,
      user: half(random('users'), pick(random('users'), ['mia', 'ben'])),
    }));
  return [...runs, ...drawTwins(random('twins'), has, runs)];
}

/** The first run again and again, for a cache of answers; what tools did once they must not do for a twin. */
function drawTwins(
  random: Random,
  has: Scenario['has'],
  [first]: readonly PlannedRun[],
): readonly PlannedRun[] {
  if (first === undefined || !has('twins') || has('tools')) return [];
  return times(random, 1, 3).map((index) => ({
    ...first,
    name: `${first.name} again ${index}`,
    goal: false,
    startAtMs: Math.floor(random() * pick(random, [1, 2_000, 30_000])),
  }));
}

function drawShared(random: Random): SharedBudgets {
  const project = half(random, drawBudget(random));
  const mia = half(random, drawBudget(random));
  return {
    ...(project === undefined ? {} : { project }),
    ...(mia === undefined ? {} : { users: { mia, '*': drawBudget(random) } }),
  };
}

function drawBudget(random: Random): BudgetSpec {
  return pick<BudgetSpec>(random, [
    { calls: 1 + Math.floor(random() * 20) },
    { tokens: 3_000 + Math.floor(random() * 40_000) },
    { usd: 0.01 + Math.floor(random() * 100) / 1_000 },
  ]);
}

/** Prompts of all sizes, so that some fit where others do not. */
const FILLER = ' and do it well';

/** Tasks need only earlier ones, so that any beginning of the list is a graph too. */
function drawTasks(random: Random, run: string, has: Scenario['has']): readonly TaskInput[] {
  const keys = times(random, 1, 10).map((index) => `t${index}`);
  return keys.map((key, index) => {
    const needs = keys.slice(Math.max(0, index - 4), index).filter(() => random() < 0.3);
    const chance = random();
    const files = has('files') && random() < 0.6 ? [pick(random, ['a', 'b', 'c', 'd'])] : [];
    const checks = drawChecks(random, has);
    const common = {
      key,
      title: key,
      needs,
      files,
      checks,
      instruction: `[${run}/${key}] do it${random() < 0.3 ? FILLER.repeat(random() * 400) : ''}`,
    };
    const priority = pick<Priority>(random, ['critical', 'high', 'medium', 'low']);
    if (has('tools') && chance < 0.15) {
      return {
        ...common,
        priority,
        step: { tool: pick(random, EFFECTS as [Effect]), input: { nonce: `${run}/${key}` } },
      };
    }
    if (chance < 0.22) return { ...common, priority, kind: 'check' };
    return { ...common, priority, kind: pick(random, ['code', 'write', 'test', 'document']) };
  });
}

/** Several answers are for a role without tools, and not where tasks work on files. */
function withEnsembles(
  tasks: readonly TaskInput[],
  random: Random,
  has: Scenario['has'],
): readonly TaskInput[] {
  if (!has('ensembles') || has('files')) return tasks;
  return tasks.map((task) => {
    const kind = pick(random, ['best-of', 'vote', 'merge'] as const);
    const of = 2 + Math.floor(random() * 3);
    if (random() > 0.4 || task.step !== undefined || task.kind === 'check') return task;
    return { ...task, role: THINKER, ensemble: { kind, of } };
  });
}

function drawChecks(random: Random, has: Scenario['has']): NonNullable<TaskInput['checks']> {
  const checks: { kind: string }[] = [];
  if (has('checks') && random() < 0.6) checks.push({ kind: 'right' });
  if (has('checks') && random() < 0.15) checks.push({ kind: 'throws' });
  if (has('reviews') && random() < 0.3) checks.push({ kind: 'second-look' });
  if (has('reviews') && random() < 0.15) checks.push({ kind: 'second-look' });
  if (has('people') && random() < 0.2) checks.push({ kind: 'person' });
  return checks;
}
