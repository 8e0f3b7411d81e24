import type { AttemptPlace, PlanAnswer } from '../attempt/attempt-host.ts';
import { isGivenUp } from '../attempt/tool-doubt.ts';
import { type AppliedPatch, applyPatch } from '../heal/apply-patch.ts';
import { waitingFor } from '../heal/waiting-for.ts';
import type { EventDraft } from '../journal/draft.ts';
import { isFinal, type RunState, type TaskState } from '../journal/run-state.ts';
import { parsePatch } from '../plan/patch-schema.ts';
import type { PlanTask } from '../spec/task.ts';
import { readPlanCheck } from '../validate/plan-checks.ts';
import { lostWith } from './settled.ts';

type Applied = Extract<AppliedPatch, { kind: 'applied' }>;

/**
 * The events by which another way for a task that could not be done becomes part of its run's plan; none where the task
 * is over by then. `problemsOf` says what stands against new tasks in this team.
 */
export async function patchedDrafts(
  at: AttemptPlace,
  output: string,
  problemsOf: (tasks: readonly PlanTask[]) => readonly { readonly message: string }[],
): Promise<PlanAnswer> {
  const words = wordsOf(at);
  const read = words === undefined ? await parsePatch(output) : undefined;
  const mended = at.run.tasks.get(at.task.mends ?? '');
  if (mended === undefined || isFinal[mended.status]) return { kind: 'accepted', drafts: [] };
  if (words !== undefined)
    return accepted(at.run, mended, 'person', words.because, ofPerson(mended, words));
  if (read?.ok !== true) return { kind: 'refused', problems: read?.problems ?? [] };
  const check = at.task.task.checks.find(({ kind }) => kind === 'patch');
  const checks = readPlanCheck(check?.value) ?? { kinds: [], always: [] };
  const applied = applyPatch(at.run, mended, read.patch, checks);
  if (applied.kind === 'refused') return applied;
  const problems = problemsOf([...applied.added, ...applied.changed]).map(({ message }) => message);
  if (problems.length > 0) return { kind: 'refused', problems };
  return accepted(at.run, mended, 'model', read.patch.because, applied);
}

function accepted(
  run: RunState,
  task: TaskState,
  by: 'model' | 'person',
  because: string,
  { added, changed, removed }: Applied,
): PlanAnswer {
  const place = { run: run.id, task: task.task.key };
  const data = { by, because, added, changed, removed };
  const patched: EventDraft = { type: 'plan.patched', ...place, data };
  if (removed.length === 0) return { kind: 'accepted', drafts: [patched] };
  return {
    kind: 'accepted',
    drafts: [patched, ...failedDrafts(run, task, `given up: ${because}`)],
  };
}

/** The events by which a task fails, and what cannot be done without it is skipped. Pure. */
export function failedDrafts(
  run: RunState,
  task: TaskState,
  because: string,
): readonly EventDraft[] {
  const { key } = task.task;
  const { findings = [] } = task.past.at(-1) ?? {};
  const behind = [...waitingFor(run, key).keys()].filter((name) => {
    const state = run.tasks.get(name);
    return name !== key && state !== undefined && !isFinal[state.status];
  });
  return [
    { type: 'task.failed', run: run.id, task: key, data: { because, findings } },
    ...lostWith(run, task, behind).map(
      (name): EventDraft => ({
        type: 'task.skipped',
        run: run.id,
        task: name,
        data: { because: `it needs ${key}, which failed` },
      }),
    ),
  ];
}

interface PersonsWords {
  readonly isGivenUp: boolean;
  readonly text: string;
  readonly because: string;
}

/** What a person said, where a person was asked. */
function wordsOf({ task, attempt }: AttemptPlace): PersonsWords | undefined {
  if (!task.task.checks.some(({ kind }) => kind === 'mend')) return undefined;
  const answered = [...(attempt.questions?.values() ?? [])].findLast(
    ({ reply }) => reply !== undefined,
  );
  const text = answered?.reply?.trim() ?? '';
  const by = answered?.by ?? 'a person';
  const isOver = isGivenUp(text);
  return { isGivenUp: isOver, text, because: isOver ? `by ${by}` : `${by}: ${text.slice(0, 500)}` };
}

/** A person's words are added to what is to do; with none it is tried again as it is. */
function ofPerson({ task }: TaskState, { isGivenUp: isOver, text }: PersonsWords): Applied {
  if (isOver) return { kind: 'applied', added: [], changed: [], removed: [task.key] };
  const instruction =
    text === '' ? task.instruction : `${task.instruction}\n\nA person adds: ${text}`;
  return { kind: 'applied', added: [], changed: [{ ...task, instruction }], removed: [] };
}
