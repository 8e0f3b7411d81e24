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
      `${MOST_EXPEDITED} tasks are before all others already (${first.join(', ')}); wait until one of them is done.`,
    );
  }
  const { by, reason } = approval;
  return {
    type: 'task.expedited',
    run: run.id,
    task: key,
    actor: `person:${by}`,
    data: { by, because: reason },
  };
}

function checkApproval(approval: Approval, models: ReadonlySet<string>): void {
  const given: Partial<Approval> | null | undefined = approval;
  const { by, reason } = given ?? {};
  const isPerson = personIn(by, models) !== undefined;
  if (isPerson && typeof reason === 'string' && reason.trim() !== '') return;
  throw new ConfigError(
    'config.approval',
    `Only a person puts a task before all others, with a name and a reason: { by: 'ann', reason: 'the site is down' }, and not ${JSON.stringify(approval)}.`,
  );
}

/** The tasks of all runs that a person put first and that are not over. */
function* expedited(runs: Iterable<RunState>): Generator<string> {
  for (const { id, status, tasks } of runs) {
    if (status === 'finished') continue;
    for (const [key, task] of tasks) {
      // One that is paused stands in nobody's way.
      const isFirst = task.expedited && task.paused === undefined && task.asks === undefined;
      if (isFirst && !isFinal[task.status]) yield `${id} ${key}`;
    }
  }
}
