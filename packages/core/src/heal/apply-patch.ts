import { OverseerError } from '../errors/overseer-error.ts';
import { canonicalJson } from '../internal/canonical-json.ts';
import { defined } from '../internal/defined.ts';
import { isFinal, type RunState, type TaskState } from '../journal/run-state.ts';
import { normaliseTasks } from '../plan/normalise-tasks.ts';
import type { PlanPatch } from '../plan/patch-schema.ts';
import type { Check, PlanTask, TaskInput } from '../spec/task.ts';
import { checksOfPlanned, type PlanChecks } from '../validate/plan-checks.ts';
import { waitingFor } from './waiting-for.ts';

/** What a patch makes of a plan, or what stands against it in words. */
export type AppliedPatch =
  | {
      readonly kind: 'applied';
      readonly added: readonly PlanTask[];
      readonly changed: readonly PlanTask[];
      readonly removed: readonly string[];
    }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/**
 * Another way for `task`, which could not be done, taken into its run's plan. Whatever way it is, the checks of the task
 * remain: on the task where it is changed, on the last of those that stand in for it where it is replaced; its key goes
 * on standing for the result, so that what waits for it waits for them. Refuses what waits for itself. Pure.
 */
export function applyPatch(
  run: Pick<RunState, 'tasks'>,
  task: TaskState,
  patch: PlanPatch,
  checks: PlanChecks,
): AppliedPatch {
  const { key } = task.task;
  if (patch.action === 'give-up')
    return { kind: 'applied', added: [], changed: [], removed: [key] };
  const problems = patch.tasks.flatMap((one) => ownProblems(one, task.task, patch));
  if (problems.length > 0) return { kind: 'refused', problems };
  const [only] = patch.tasks;
  if (patch.action === 'change' && only !== undefined) return changed(task.task, only, checks);
  return replaced(run, task, patch.tasks, checks);
}

function ownProblems(
  { key = '', kind }: TaskInput,
  old: PlanTask,
  { action, tasks }: PlanPatch,
): readonly string[] {
  if (kind === 'plan')
    return [`Task ${key} is of kind plan: say what to do, not that it be planned.`];
  if (action === 'change' && old.kind === 'check') {
    return [
      `Task ${old.key} is its checks alone, which stay: replace it by tasks that mend what they find.`,
    ];
  }
  const isLast = action === 'change' || key === lastOf(tasks).key;
  if (kind !== 'check' || old.kind === 'check' || !isLast) return [];
  return [
    `Task ${key} stands for the result of ${old.key} and cannot be of kind check: it must give an answer.`,
  ];
}

function changed(old: PlanTask, wish: TaskInput, checks: PlanChecks): AppliedPatch {
  const { role: _, ...rest } = old;
  const task: PlanTask = {
    ...rest,
    title: wish.title ?? old.title,
    instruction: wish.instruction,
    kind: wish.kind ?? old.kind,
    ...(wish.role === undefined ? {} : { role: wish.role }),
    checks: union(old.checks, checksOfPlanned({ ...wish, files: [...old.files] }, checks)),
  };
  return { kind: 'applied', added: [], changed: [task], removed: [] };
}

function replaced(
  run: Pick<RunState, 'tasks'>,
  { task: old }: TaskState,
  wishes: readonly TaskInput[],
  checks: PlanChecks,
): AppliedPatch {
  const behind = waitingFor(run, old.key);
  const circles = wishes.flatMap((wish) => needProblems(run, wish, behind));
  if (circles.length > 0) return { kind: 'refused', problems: circles };
  const existing = [...run.tasks.values()].map((state) => asExisting(state, behind));
  let added: readonly PlanTask[];
  try {
    added = normaliseTasks(inputsOf(old, wishes, checks), existing);
  } catch (error) {
    if (!OverseerError.is(error)) throw error;
    return { kind: 'refused', problems: error.message.split('\n') };
  }
  const last = lastOf(wishes).key ?? '';
  const { key, title, instruction, kind, priority, phase } = old;
  const task: PlanTask = {
    ...{ key, title, instruction, kind, priority, checks: old.checks, files: [] },
    ...defined({ phase }),
    needs: [...old.needs, last],
    replacedBy: last,
  };
  return { kind: 'applied', added, changed: [task], removed: [] };
}

/** What stands in for a task has its place in the work, its times and its checks, and nothing that a host gave to it alone. */
function inputsOf(
  old: PlanTask,
  wishes: readonly TaskInput[],
  checks: PlanChecks,
): readonly TaskInput[] {
  const last = lastOf(wishes);
  const place = defined({
    phase: old.phase,
    deadlineAt: old.deadlineAt,
    maxWaitMs: old.maxWaitMs,
  });
  const begin = beginnersOf(wishes);
  const ends = endsOf(wishes).filter((key) => key !== last.key);
  return wishes.map((wish) => {
    const { ensemble: _, needs = [], ...task } = wish;
    const own = checksOfPlanned(wish, checks);
    // Those that begin have what it had to go by; the last one waits for all, however the model tied them.
    const all = [...needs, ...(begin.has(wish) ? old.needs : []), ...(wish === last ? ends : [])];
    const common = { ...task, ...place, needs: [...new Set(all)] };
    if (wish !== last) return { ...common, checks: own };
    return { ...common, checks: union(old.checks, own), ...defined({ origin: old.origin }) };
  });
}

/** Those that need no other of them. */
function beginnersOf(wishes: readonly TaskInput[]): ReadonlySet<TaskInput> {
  const keys = new Set(wishes.map(({ key }) => key));
  return new Set(wishes.filter(({ needs = [] }) => !needs.some((need) => keys.has(need))));
}

/** The keys of those that no other of them needs. */
function endsOf(wishes: readonly TaskInput[]): readonly string[] {
  const needed = new Set(wishes.flatMap(({ needs = [] }) => needs));
  return wishes.flatMap(({ key = '' }) => (needed.has(key) ? [] : [key]));
}

/** The one that stands for the result: that no other needs, the last of several. */
function lastOf(wishes: readonly TaskInput[]): TaskInput {
  const ends = new Set(endsOf(wishes));
  const last = wishes.findLast(({ key = '' }) => ends.has(key)) ?? wishes.at(-1);
  if (last === undefined) throw new OverseerError('plan.empty', 'There is no task in the patch.');
  return last;
}

/** Needs of what waits for the task itself, or will never be done. */
function needProblems(
  run: Pick<RunState, 'tasks'>,
  { key = '', needs = [] }: TaskInput,
  behind: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  return needs.flatMap((need) => {
    const circle = behind.get(need);
    if (circle !== undefined) {
      const names = [key, ...circle, key].join(' → ');
      return [`Task ${key} would wait for itself: ${names}. Take the need ${need} out.`];
    }
    const status = run.tasks.get(need)?.status;
    const isLost = status === 'failed' || status === 'skipped';
    return isLost
      ? [`Task ${key} needs ${need}, which ${status === 'failed' ? 'failed' : 'was skipped'}.`]
      : [];
  });
}

/** What waits for the task goes behind whatever stands in for it, so that their files cannot clash. */
function asExisting(
  { task, status }: TaskState,
  behind: ReadonlyMap<string, readonly string[]>,
): Pick<PlanTask, 'key' | 'files' | 'needs'> {
  const isApart = isFinal[status] || behind.has(task.key);
  return isApart ? { key: task.key, files: [], needs: task.needs } : task;
}

/** All checks of both, those that are the same once. */
function union(some: readonly Check[], more: readonly Check[]): readonly Check[] {
  const all = new Map([...some, ...more].map((check) => [canonicalJson(check), check]));
  return [...all.values()];
}
