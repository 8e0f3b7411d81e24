import { OverseerError } from '../errors/overseer-error.ts';
import { readEvents } from '../journal/read-events.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { StateStore } from '../spec/store.ts';
import type { Delegation } from './delegation.ts';
import { DelegationFold } from './delegation-fold.ts';

/** Which delegations to read: those that fit all that is named. */
export interface DelegationFilter {
  readonly run?: string;
  /** The key of a task. */
  readonly task?: string;
  /** The model that it was given to. */
  readonly model?: string;
  readonly role?: string;
}

/**
 * Every attempt of a journal as a delegation, in the order in which they ended, and then those under way. Holds one run at a
 * time per unfinished run. Throws `OverseerError` `run.unknown` for a run that is not there, and `task.unknown` for a task
 * that it never had.
 */
export async function* readDelegations(
  store: StateStore,
  stream: string,
  filter: DelegationFilter,
): AsyncGenerator<Delegation> {
  if (filter.run !== undefined) await requireRun(store, stream, filter.run, filter.task);
  const fold = new DelegationFold();
  for await (const page of readEvents(store, stream, filter.run)) {
    yield* page.flatMap((event) => fold.take(event).filter((one) => fits(one, filter)));
  }
  yield* fold.open().filter((one) => fits(one, filter));
}

async function requireRun(
  store: StateStore,
  stream: string,
  run: string,
  task: string | undefined,
): Promise<void> {
  let isEmpty = true;
  for await (const page of readEvents(store, stream, run)) {
    isEmpty = false;
    if (task === undefined || page.some((event) => isOf(event, task))) return;
  }
  if (isEmpty) throw new OverseerError('run.unknown', `There is no run ${run} in ${store.name}.`);
  throw new OverseerError('task.unknown', `Run ${run} never had a task ${JSON.stringify(task)}.`);
}

function isOf(event: OverseerEvent, task: string): boolean {
  if (event.type !== 'plan.accepted') return event.task === task;
  return event.data.tasks.some(({ key }) => key === task);
}

function fits({ run, task, model, role }: Delegation, filter: DelegationFilter): boolean {
  const own = { run, task, model, role };
  const named = Object.entries(filter) as readonly [keyof DelegationFilter, string | undefined][];
  return named.every(([field, value]) => value === undefined || own[field] === value);
}
