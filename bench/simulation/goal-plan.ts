import type { World } from './world.ts';

/** A plan for a run's goal in the form that planners answer in; a wrong one goes in a circle, or takes the planner's own key. */
export function goalPlan(world: World, run: string, wrong: boolean): string {
  const planned = world.scenario.runs.find(({ name }) => name === run)?.tasks ?? [];
  const tasks = planned
    .filter((task) => task.step === undefined)
    .map(({ key, instruction, kind, needs = [], files = [], priority, checks = [] }, index) => ({
      key,
      title: `${key} of ${run}`,
      instruction,
      kind: kind ?? 'write',
      needs: wrong && index === 0 ? [key] : needs.filter((need) => isPlain(planned, need)),
      files,
      role: null,
      priority: priority ?? 'medium',
      checks: checks.map(({ kind: name }) => ({ kind: name, value: null })),
    }));
  const all = tasks.length > 0 ? tasks : [{ ...EMPTY, instruction: `[${run}/only] do it` }];
  const isClash = wrong && planned.length % 2 === 0;
  return JSON.stringify({
    tasks: isClash ? [{ ...EMPTY, key: 'plan', instruction: `[${run}/plan] do it` }] : all,
  });
}

const EMPTY = {
  key: 'only',
  title: 'only',
  kind: 'write',
  needs: [],
  files: [],
  role: null,
  priority: 'medium',
  checks: [{ kind: 'right', value: null }],
};

function isPlain(
  tasks: readonly { readonly key?: string; readonly step?: unknown }[],
  key: string,
): boolean {
  return tasks.some((task) => task.key === key && task.step === undefined);
}
