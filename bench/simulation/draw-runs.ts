import type { Effect, Priority, TaskInput } from '@overseer/core/spec';
import type { Random } from '../harness/random.ts';
import { half, pick, times } from './chance.ts';
import { drawBudget } from './draw-budgets.ts';
import { EFFECTS, type Part, type PlannedRun, type Scenario, THINKER } from './scenario.ts';

/** Draws the requests that are made, and when. */
export function drawRuns(
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
