import type { Check } from '../spec/task.ts';
import type { Verdict } from '../spec/validator.ts';
import type { StateCriterion } from './criterion-kinds.ts';
import type { PhaseState, ProjectState } from './project-state.ts';

/** What the criteria look at beside the project's state. */
export interface StateFacts {
  readonly state: ProjectState;
  /** The phase that the criterion is of. */
  readonly phase: string;
  /** The phase that is being left for a later one: it is done with this very step. */
  readonly leaving: string | undefined;
  /**
   * The part of the project's budget that is left, 0 to 1: the least of its metrics; `undefined` where it has none, and `unknown` where
   * nobody here knows whether it has one.
   */
  readonly budgetLeft: number | 'unknown' | undefined;
  /** Which of these files are there; `undefined` where nobody can look. */
  readonly hasFile: ((file: string) => boolean) | undefined;
}

/** Judges one criterion that looks at the project's state alone. Pure. */
export function judgeByState(
  { kind, value }: Check & { readonly kind: StateCriterion },
  facts: StateFacts,
): Verdict {
  const phase = phaseIn(facts.state, typeof value === 'string' ? value : facts.phase);
  switch (kind) {
    case 'tasks-verified':
      return tasksVerified(phase);
    case 'checklist-ticked':
      return checklistTicked(facts.state, phase);
    case 'deliverables':
      return delivered(phase, facts);
    case 'phase-done':
      if (phase.status === 'done' || phase.name === facts.leaving)
        return pass(`${phase.name} was left for a later phase`);
      return fail([`${phase.name} is not done: it is ${phase.status}`]);
    case 'no-open-question':
      if (facts.state.questions === 0) return pass('nobody waits for a person');
      return fail([`${facts.state.questions} questions wait for a person`]);
    case 'budget-left':
      return budgetLeft(facts.budgetLeft, typeof value === 'number' ? value : 0);
  }
}

function tasksVerified({ name, tasks }: PhaseState): Verdict {
  const { open, failed, verified } = tasks;
  const wrong = [
    ...(open > 0 ? [`${open} tasks of ${name} are not done yet`] : []),
    ...(failed > 0 ? [`${failed} tasks of ${name} failed; retry them, or fork their run`] : []),
    ...(open + failed + verified === 0 ? [`no task of ${name} was done`] : []),
  ];
  return wrong.length > 0 ? fail(wrong) : pass(`${verified} tasks of ${name} are verified`);
}

function checklistTicked({ checklist }: ProjectState, { name }: PhaseState): Verdict {
  const items = checklist.filter(({ phase }) => phase === undefined || phase === name);
  const missing = items.filter(({ isTicked }) => !isTicked);
  if (missing.length > 0) return fail(missing.map(({ item }) => `not ticked: ${item}`));
  return pass(`${items.length} items are ticked`);
}

function delivered({ name, deliverables }: PhaseState, { hasFile }: StateFacts): Verdict {
  const missing = deliverables.filter((one) => {
    if (one.file !== undefined && hasFile !== undefined) return !hasFile(one.file);
    return one.delivered === undefined;
  });
  if (missing.length === 0) return pass(`${deliverables.length} deliverables of ${name} are there`);
  return {
    kind: 'fail',
    findings: missing.map(({ name: what, file, task }) => ({
      message: `not delivered: ${what} (${file ?? `task ${task}`})`,
      ...(file === undefined ? {} : { file }),
    })),
  };
}

function budgetLeft(left: StateFacts['budgetLeft'], share: number): Verdict {
  if (left === 'unknown') {
    return fail([
      "nobody here knows the project's budget: order this step of the overseer, or give createCustodian the budgets that it has",
    ]);
  }
  if (left === undefined) return pass('the project has no budget of its own');
  const shown = `${Math.floor(left * 100)} % of the project's budget is left`;
  if (left > 0 && left >= share) return pass(shown);
  return fail([`${shown}, and ${share > 0 ? `${share * 100} %` : 'something'} must be`]);
}

function phaseIn({ phases }: ProjectState, wanted: string): PhaseState {
  const phase = phases.find(({ name }) => name === wanted);
  // Names were checked when the project was defined.
  if (phase === undefined) throw new Error(`There is no phase ${wanted}.`);
  return phase;
}

function pass(evidence: string): Verdict {
  return { kind: 'pass', evidence };
}

function fail(messages: readonly string[]): Verdict {
  return { kind: 'fail', findings: messages.map((message) => ({ message })) };
}
