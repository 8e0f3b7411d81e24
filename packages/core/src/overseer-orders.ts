import { type AtOnceBounds, checkWorkers } from './check-workers.ts';
import type { OverseerGround } from './overseer-ground.ts';
import { checkOrder } from './run/check-order.ts';
import type { Approval } from './run/expedite.ts';
import type { WorkOrders } from './run/work-orders.ts';
import type { Order, WorkScope } from './run/work-scope.ts';
import type { Priority } from './spec/task.ts';

/** What is ordered of work that waits or goes on. Every order names who gave it, and is on disk once it resolves. */
export interface OverseerOrders {
  /**
   * Lets calls in flight end and begins nothing more: of everything (`{}`), of a run, of one phase or one task of a run.
   * Holds over restarts. Resolves when it is on disk. Throws `OverseerError` for what is not there (`run.unknown`,
   * `phase.unknown`, `task.unknown`, `scope.invalid`) and `ConfigError` `config.order`, as all orders do.
   */
  pause(scope?: WorkScope, order?: Order): Promise<void>;

  /** Goes on with what was paused. */
  resume(scope?: WorkScope, order?: Order): Promise<void>;

  /**
   * Ends work before it is done, down to the sockets, and skips what needs it; `{}` is the emergency stop of all runs.
   * A run of which a part was cancelled ends as `stopped`, if nothing of it failed.
   */
  cancel(scope: WorkScope, order?: Order): Promise<void>;

  /**
   * Gives a task, a phase, a run or everything (`{}`) another priority; what runs already goes on. Throws `ConfigError`
   * `config.priority`.
   */
  reprioritise(scope: WorkScope, priority: Priority, order?: Order): Promise<void>;

  /**
   * Binds tasks, or all tasks of all runs (`{}`), to a model of the team, and ends what another is doing for them; without
   * a model, frees them again.
   * Throws `ConfigError` `config.unknown-model`.
   */
  reassign(scope: WorkScope, model?: string, order?: Order): Promise<void>;

  /**
   * Tries tasks of one run again that failed or were skipped, while it goes on, and what was skipped because of them.
   * Throws `OverseerError`: `task.not-over`, `task.needs`.
   */
  retry(scope: WorkScope, order?: Order): Promise<void>;

  /**
   * Puts a waiting task before all others: an emergency, by a person's word alone, which is recorded with its reason; no
   * model can do it. Limits, budgets and the number of tasks at once hold for it as for any. At most three tasks are
   * first at once. Resolves when it is on disk. Throws `ConfigError` `config.approval` where no person stands behind it,
   * and `OverseerError` `run.not-waiting` for a task that does not wait, `run.expedited` when three are first already.
   */
  expedite(run: string, task: string, approval: Approval): Promise<void>;

  /**
   * Takes back that a task goes before all others: it waits for its turn as any other, and so does what it asks; what runs
   * already goes on. Resolves when it is on disk. Throws `ConfigError` `config.approval` where no person stands behind it, and
   * `OverseerError` `run.not-expedited` for a task that is not before all others.
   */
  unexpedite(run: string, task: string, approval: Approval): Promise<void>;

  /**
   * Changes how many tasks are worked at once, and how many calls a model gets at once, from now on and until this
   * overseer is closed; what is left out stays as it is. What is above a bound goes on, and nothing begins until there is
   * less. Throws `ConfigError`: `config.workers`, `config.unknown-model`.
   */
  setWorkers(bounds: AtOnceBounds): void;
}

/** Takes orders for one overseer. */
export function createOrders(ground: OverseerGround): OverseerOrders {
  const durably = async (
    order: Order,
    give: (orders: WorkOrders) => Promise<void> | void,
  ): Promise<void> => {
    checkOrder(order);
    const { kernel } = ground.open;
    await give(kernel.orders);
    await kernel.settled();
  };
  return {
    pause: (scope = {}, order = {}) => durably(order, (orders) => orders.pause(scope, order)),
    resume: (scope = {}, order = {}) => durably(order, (orders) => orders.resume(scope, order)),
    cancel: (scope, order = {}) => durably(order, (orders) => orders.cancel(scope, order)),
    reprioritise: (scope, priority, order = {}) =>
      durably(order, (orders) => orders.reprioritise(scope, priority, order)),
    reassign: (scope, model, order = {}) =>
      durably(order, (orders) => orders.reassign(scope, model, order)),
    retry: (scope, order = {}) => durably(order, (orders) => orders.retry(scope, order)),
    expedite: async (run, task, approval) => {
      const { kernel } = ground.open;
      kernel.scheduling.expedite(run, task, approval);
      await kernel.settled();
    },
    unexpedite: async (run, task, approval) => {
      const { kernel } = ground.open;
      kernel.scheduling.unexpedite(run, task, approval);
      await kernel.settled();
    },
    setWorkers: (bounds) => {
      checkWorkers(bounds, [...ground.settings.members.keys()]);
      ground.open.kernel.scheduling.setWorkers(bounds);
    },
  };
}
