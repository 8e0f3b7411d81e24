import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OverseerError } from '../errors/overseer-error.ts';
import { BROKEN_CHECK } from '../internal/broken-check.ts';
import { Cancellation } from '../internal/cancellation.ts';
import { Deadlines } from '../internal/deadlines.ts';
import { within } from '../internal/within.ts';
import type { Settings } from '../run/settings.ts';
import type { CriterionVerdict, ProjectDefinition } from '../spec/project.ts';
import type { PlanTask } from '../spec/task.ts';
import type { Ask, ValidationContext, Validator, Verdict } from '../spec/validator.ts';
import { isStateCriterion } from './criterion-kinds.ts';
import type { ProjectState } from './project-state.ts';
import { judgeByState, type StateFacts } from './state-criteria.ts';
import type { Transition } from './transition.ts';

/** For checks that say nothing of their own. */
const CHECK_TIMEOUT_MS = 600_000;

/** What a step is judged by. */
export interface Judging {
  readonly settings: Pick<Settings, 'validators' | 'workspaces' | 'clock' | 'ids'>;
  readonly definition: ProjectDefinition | undefined;
  readonly transition: Transition;
  /** What the kinds of criteria that ask somebody were told. */
  readonly replies: Readonly<Record<string, string>>;
  readonly budgetLeft: () => StateFacts['budgetLeft'];
  /** As it is when it is asked for: checks may take long. */
  readonly state: () => Promise<ProjectState>;
}

/**
 * Judges a step to another phase by all of its criteria: those of validators first, which look at the project's newest
 * files and at its state as JSON, then those that look at the state alone. A check that could not be made counts as failed.
 */
export async function judgeCriteria(judging: Judging): Promise<readonly CriterionVerdict[]> {
  const { criteria } = judging.transition;
  if (!criteria.some(({ kind }) => needsFolder(kind))) {
    return await judgeIn(judging, undefined);
  }
  const { workspaces, ids } = judging.settings;
  if (workspaces === undefined) return await judgeIn(judging, undefined);
  const attempt = `phase-${ids()}`;
  const { signal } = new AbortController();
  try {
    const { path } = await workspaces.open({ attempt, signal });
    return await judgeIn(judging, path);
  } finally {
    await workspaces.close(attempt).catch(() => undefined);
  }
}

function needsFolder(kind: string): boolean {
  return kind === 'deliverables' || !isStateCriterion(kind);
}

async function judgeIn(
  judging: Judging,
  folder: string | undefined,
): Promise<readonly CriterionVerdict[]> {
  const { transition, budgetLeft } = judging;
  const verdicts = new Map<Transition['criteria'][number], Verdict>();
  for (const criterion of transition.criteria) {
    if (isStateCriterion(criterion.kind)) continue;
    verdicts.set(criterion, await judgeByValidator(judging, criterion, folder));
  }
  const files = folder === undefined ? undefined : await filesIn(judging.definition, folder);
  const state = await judging.state();
  const facts = {
    state,
    leaving: transition.isForward ? transition.from : undefined,
    budgetLeft: budgetLeft(),
    hasFile: files === undefined ? undefined : (file: string) => files.has(file),
  };
  return transition.criteria.map((criterion) => {
    const { side, ...check } = criterion;
    const phase = side === 'leave' ? transition.from : undefined;
    const { kind } = check;
    const verdict = isStateCriterion(kind)
      ? judgeByState({ ...check, kind }, { ...facts, phase: phase ?? transition.to })
      : (verdicts.get(criterion) ?? notMade(kind, 'nobody made it'));
    return { ...criterion, verdict };
  });
}

async function judgeByValidator(
  judging: Judging,
  criterion: Transition['criteria'][number],
  folder: string | undefined,
): Promise<Verdict> {
  const { kind, value } = criterion;
  const validator = judging.settings.validators.get(kind);
  if (validator === undefined) return notMade(kind, 'there is no such validator any more');
  const own = new Cancellation();
  const text = JSON.stringify(await judging.state(), null, 2);
  const ctx: ValidationContext = {
    task: taskFor(judging.transition),
    signal: own.signal,
    ...(folder === undefined ? {} : { workspace: folder }),
    changed: [],
    value,
  };
  const deadlines = new Deadlines(judging.settings.clock);
  try {
    const outcome = await within(
      (async () => await validator.validate({ text, parts: [{ type: 'text', text }] }, ctx))(),
      own,
      {
        cancel: new Cancellation(),
        deadlines,
        timeoutMs: validator.timeoutMs ?? CHECK_TIMEOUT_MS,
        done: (given: Verdict | Ask) => given,
        failed: (error) => notMade(kind, wordsOf(error)),
        late: () => notMade(kind, 'it took too long'),
      },
    );
    if (outcome.kind !== 'ask') return outcome;
    return await conclude(validator, kind, outcome, judging.replies[kind], ctx);
  } finally {
    deadlines.close();
  }
}

/** What only somebody can say is said with the order, since a step does not wait for days. */
async function conclude(
  validator: Validator,
  kind: string,
  { of, request }: Ask,
  reply: string | undefined,
  ctx: ValidationContext,
): Promise<Verdict> {
  if (reply === undefined) {
    const whom = 'person' in of ? of.person : `a model of the role ${of.role}`;
    const message = `${kind} asks ${whom}: ${request} Give the answer with the order, as replies: { ${JSON.stringify(kind)}: … }.`;
    return { kind: 'fail', findings: [{ message }] };
  }
  try {
    if (validator.conclude !== undefined) return await validator.conclude(reply, ctx);
    return notMade(kind, 'the validator asks but has no conclude()');
  } catch (error) {
    return notMade(kind, wordsOf(error));
  }
}

/** What stands for the step where validators look for a task. */
function taskFor({ from, to, criteria }: Transition): PlanTask {
  return {
    key: `phase/${to}`,
    title: `Enter ${to}`,
    instruction: `Decide whether the project may go from ${from ?? 'nothing'} to ${to}. Its state is the answer, as JSON.`,
    kind: 'check',
    needs: [],
    files: [],
    phase: to,
    priority: 'high',
    checks: criteria.map(({ kind, value }) => ({
      kind,
      ...(value === undefined ? {} : { value }),
    })),
  };
}

async function filesIn(
  definition: ProjectDefinition | undefined,
  folder: string,
): Promise<ReadonlySet<string>> {
  const there = new Set<string>();
  for (const { deliverables } of definition?.phases ?? []) {
    for (const { file } of deliverables) {
      if (file === undefined) continue;
      const found = await stat(join(folder, file)).catch(() => undefined);
      if (found?.isFile() === true) there.add(file);
    }
  }
  return there;
}

function notMade(kind: string, why: string): Verdict {
  const message = `The check ${kind} could not be made: ${why}`;
  return { kind: 'fail', findings: [{ message, code: BROKEN_CHECK }] };
}

function wordsOf(error: unknown): string {
  if (OverseerError.is(error) || error instanceof Error) return error.message;
  return String(error);
}
