import { ConfigError } from '../errors/config-error.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import type { EventDraft } from '../journal/draft.ts';
import { isFinal, type RunState } from '../journal/run-state.ts';
import { personIn } from './require-person.ts';

/** A person's word that something may be done that is not done by itself. */
export interface Approval {
  /** The person's name; a model's or a tool's is refused. */
  readonly by: string;
  /** Why, for whoever reads the journal. */
  readonly reason: string;
}

/** Tasks that may go before all others at once, over all runs, so that going first stays the exception. */
const MOST_EXPEDITED = 3;

/**
 * The event by which a person puts a waiting task before all others. Throws `ConfigError` `config.approval` where no
 * person stands behind it, and `OverseerError` `run.not-waiting` for a task that does not wait, `run.expedited` when as
 * many as may are before all others already. Pure.
 */
export function expeditedDraft(
  runs: Iterable<RunState>,
  run: RunState | undefined,
  key: string,
  approval: Approval,
  models: ReadonlySet<string>,
): EventDraft {
  checkApproval(approval, models);
  const task = run?.tasks.get(key);
  if (run?.status !== 'running' || task === undefined || task.status !== 'open') {
    throw new OverseerError(
      'run.not-waiting',
      `Task ${key} does not wait for its turn in an unfinished run that goes on, so it cannot be put first; queue() lists those that wait.`,
    );
  }
  const first = [...expedited(runs)].filter((name) => name !== `${run.id} ${key}`);
  if (first.length >= MOST_EXPEDITED) {
    throw new OverseerError(
      'run.expedited',
      `${MOST_EXPEDITED} tasks are before all others already (${first.join(', ')}); wait until one of them is done, or take one back (unexpedite).`,
    );
  }
  return draftOf('task.expedited', run.id, key, approval);
}

/** What takes back that a task goes before all others, and whose it is. */
export interface Unexpedited {
  readonly draft: EventDraft;
  readonly about: RunState;
}

/**
 * The event by which a person takes back that a task goes before all others, waiting or not. Throws `ConfigError`
 * `config.approval` where no person stands behind it, and `OverseerError` `run.not-expedited` for a task that is over or does
 * not go before all others. Pure.
 */
export function unexpeditedDraft(
  run: RunState | undefined,
  key: string,
  approval: Approval,
  models: ReadonlySet<string>,
): Unexpedited {
  checkApproval(approval, models);
  const task = run?.tasks.get(key);
  const isOver = run === undefined || run.status === 'finished';
  if (isOver || task === undefined || !task.expedited || isFinal[task.status]) {
    throw new OverseerError(
      'run.not-expedited',
      `Task ${key} is not before all others in an unfinished run, so there is nothing to take back; name a task that was put first and is not over.`,
    );
  }
  return { draft: draftOf('task.unexpedited', run.id, key, approval), about: run };
}

function draftOf(
  type: 'task.expedited' | 'task.unexpedited',
  run: string,
  task: string,
  { by, reason }: Approval,
): EventDraft {
  return { type, run, task, actor: `person:${by}`, data: { by, because: reason } };
}

function checkApproval(approval: Approval, models: ReadonlySet<string>): void {
  const given: Partial<Approval> | null | undefined = approval;
  const { by, reason } = given ?? {};
  const isPerson = personIn(by, models) !== undefined;
  if (isPerson && typeof reason === 'string' && reason.trim() !== '') return;
  throw new ConfigError(
    'config.approval',
    `Only a person puts a task before all others or takes that back, with a name that no model of the team has, and a reason: { by: 'ann', reason: 'the site is down' }, and not ${JSON.stringify(approval)}.`,
  );
}

/** The tasks of all runs that a person put first, that are not over and may go on. */
function* expedited(runs: Iterable<RunState>): Generator<string> {
  for (const { id, status, tasks } of runs) {
    if (status !== 'running') continue;
    for (const [key, task] of tasks) {
      // One that is paused stands in nobody's way.
      const isFirst = task.expedited && task.paused === undefined && task.asks === undefined;
      if (isFirst && !isFinal[task.status]) yield `${id} ${key}`;
    }
  }
}
