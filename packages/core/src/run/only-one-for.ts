import { isFinal } from '../journal/run-state.ts';
import { candidatesFor } from '../route/candidates.ts';
import type { Decider } from './decider.ts';
import { needsNoModel } from './no-model.ts';
import { candidatesOf } from './task-candidates.ts';

/** The tasks that are not over and that only this model of the team could do, as `run/task`. Pure. */
export function onlyOneFor(
  { settings, projection }: Pick<Decider, 'settings' | 'projection'>,
  model: string,
): readonly string[] {
  const members = new Map(settings.members);
  members.delete(model);
  const { overseer } = settings;
  const withIt = finderFor({ overseer, members: settings.members });
  const withoutIt = finderFor({ overseer, members });
  const others = { ...settings, overseer, members };
  return [...projection.runs.values()].flatMap((run) => {
    if (run.status === 'finished') return [];
    return [...run.tasks.values()]
      .filter((task) => !isFinal[task.status] && !needsNoModel(task.task))
      .filter((task) => {
        const before = candidatesOf({ settings, candidates: withIt }, task);
        if (!before.some(({ member }) => member.name === model)) return false;
        return candidatesOf({ settings: others, candidates: withoutIt }, task).length === 0;
      })
      .map(({ task }) => `${run.id}/${task.key}`);
  });
}

function finderFor(team: Parameters<typeof candidatesFor>[0]): Decider['candidates'] {
  return ({ role, kind, usesTools }) => {
    const wish = { kind, usesTools };
    return candidatesFor(team, role === undefined ? wish : { ...wish, role });
  };
}
