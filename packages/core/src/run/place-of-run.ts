import { ConfigError } from '../errors/config-error.ts';
import { isFinal, type RunState } from '../journal/run-state.ts';
import type { NewRun, RunParent } from './new-run.ts';

/** For whom a run is to work. */
interface Wish {
  readonly user?: string;
  readonly tenant?: string;
  readonly parent?: RunParent;
}

/**
 * Under which budgets a new run stands: a run below another has its user and tenant. Throws `ConfigError` `config.parent`
 * where the task above is over or not there, or where another user or tenant is named.
 */
export function placeOfRun(
  { user, tenant, parent }: Wish,
  runOf: (id: string) => RunState | undefined,
): Pick<NewRun, 'user' | 'tenant' | 'parent'> {
  if (parent === undefined) return named(user, tenant);
  const above = runOf(parent.run);
  const task = above?.tasks.get(parent.task);
  if (above === undefined || above.status === 'finished' || task === undefined) {
    throw refused(parent, 'there is no such task in an unfinished run; take run and task from it');
  }
  if (isFinal[task.status])
    throw refused(parent, `the task is ${task.status}; start a run of its own`);
  const isOther = (mine: string | undefined, its: string | undefined): boolean =>
    mine !== undefined && mine !== its;
  if (isOther(user, above.user) || isOther(tenant, above.tenant)) {
    throw refused(parent, 'it works for another user or tenant; leave both out to take over its');
  }
  return { ...named(above.user, above.tenant), parent };
}

function named(
  user: string | undefined,
  tenant: string | undefined,
): Pick<NewRun, 'user' | 'tenant'> {
  return { ...(user === undefined ? {} : { user }), ...(tenant === undefined ? {} : { tenant }) };
}

function refused({ run, task }: RunParent, why: string): ConfigError {
  return new ConfigError(
    'config.parent',
    `No run can work below task ${task} of run ${run}: ${why}.`,
  );
}
