import type { AttemptHost } from '../attempt/attempt-host.ts';
import { ConfigError } from '../errors/config-error.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import { suggest } from '../internal/nearest.ts';
import { requirePriority } from '../internal/priorities.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import type { Member } from '../route/member.ts';
import type { EventData } from '../spec/event.ts';
import type { Priority, TaskSource } from '../spec/task.ts';
import type { Chains } from '../validate/chain.ts';
import { BrokenOff } from './broken-off.ts';
import type { LiveAttempts } from './live-attempts.ts';
import { triedTogether } from './retry-ensemble.ts';
import type { RunControl } from './run-control.ts';
import type { RunGraphs } from './run-graphs.ts';
import { requireNeeds, requireUndone } from './undone.ts';
import {
  type Order,
  openOf,
  openWith,
  orderedBy,
  resolveScope,
  type WorkScope,
} from './work-scope.ts';

/** What orders need of the kernel around them. */
export interface WorkOrdersHost {
  readonly runs: ReadonlyMap<string, RunState>;
  readonly members: ReadonlyMap<string, Member>;
  readonly attempts: LiveAttempts;
  readonly attemptHost: AttemptHost;
  readonly graphs: RunGraphs;
  readonly control: RunControl;
  readonly chains: Chains;
  /** Whether the whole project is paused. */
  isPaused(): boolean;
  append(drafts: readonly EventDraft[]): void;
  wake(): void;
  resumeRun(run: RunState, because: string, source: TaskSource | undefined): void;
}

/**
 * What people and hosts order about work that is under way. An order is an event before it has any effect, and names
 * who gave it.
 */
export class WorkOrders {
  readonly #host: WorkOrdersHost;
  readonly #brokenOff: BrokenOff;

  constructor(host: WorkOrdersHost) {
    this.#host = host;
    this.#brokenOff = new BrokenOff(host);
  }

  /** Lets calls in flight end and begins nothing more of it. What is paused already, or over, stays as it is. */
  pause(scope: WorkScope, order: Order): void {
    const ordered = resolveScope(this.#host.runs, scope);
    const data = { because: order.because ?? 'paused' };
    const actor = orderedBy(order);
    if (ordered.kind === 'everything') {
      if (!this.#host.isPaused()) this.#host.append([{ type: 'project.paused', actor, data }]);
    } else if (ordered.kind === 'run') {
      const { run } = ordered;
      if (run.status !== 'running' || this.#host.control.stops.has(run)) return;
      this.#host.append([{ type: 'run.suspended', run: run.id, actor, data }]);
    } else {
      const tasks = openWith(ordered).filter(({ paused }) => paused === undefined);
      this.#host.append(
        tasks.map((task) => ({ type: 'task.paused', ...placeOf(task), actor, data })),
      );
    }
  }

  /** Goes on with what was paused, or with a run that another process left. */
  resume(scope: WorkScope, order: Order, source?: TaskSource): void {
    const ordered = resolveScope(this.#host.runs, scope);
    const data = { because: order.because ?? 'resumed' };
    const actor = orderedBy(order);
    if (ordered.kind === 'everything') {
      if (this.#host.isPaused()) this.#host.append([{ type: 'project.resumed', actor, data }]);
    } else if (ordered.kind === 'run') {
      this.#host.resumeRun(ordered.run, data.because, source);
    } else {
      const tasks = openWith(ordered).filter(({ paused }) => paused !== undefined);
      this.#host.append(
        tasks.map((task) => ({ type: 'task.resumed', ...placeOf(task), actor, data })),
      );
      this.#queueAgain(ordered.run, tasks);
    }
    this.#host.wake();
  }

  /**
   * Ends it before it is done, down to the sockets; resolves when that is appended. Tasks that need it are skipped. A
   * change that is going in goes in. Throws `OverseerError` `task.in-doubt` for tasks that were being accepted when
   * their process ended; the end of a whole run looks whether their changes went in.
   */
  async cancel(scope: WorkScope, order: Order): Promise<void> {
    const ordered = resolveScope(this.#host.runs, scope);
    const because = order.because ?? 'cancelled';
    const { control, runs } = this.#host;
    if (ordered.kind === 'everything') {
      await Promise.all([...runs.values()].map((run) => control.stops.stop(run, because)));
    } else if (ordered.kind === 'run') {
      await control.stops.stop(ordered.run, because);
    } else {
      const tasks = openWith(ordered);
      this.#brokenOff.requireCertain(tasks);
      await this.#brokenOff.cancel(ordered.run, tasks, because, orderedBy(order));
    }
  }

  /** Gives tasks another priority; those that run go on. Throws `ConfigError` `config.priority`. */
  reprioritise(scope: WorkScope, priority: Priority, order: Order): void {
    requirePriority(priority);
    const because = order.because ?? `made ${priority}`;
    const parts = this.#parts(scope).map(({ run, tasks }) => ({
      run,
      changed: openWith({ run, tasks }).filter((task) => task.priority !== priority),
    }));
    this.#change(parts, { because, priority }, order);
    for (const { run, changed } of parts) this.#queueAgain(run, changed);
    this.#host.wake();
  }

  /**
   * Binds tasks to a model, whoever else could do them, or frees them (`undefined`). An attempt of another model is
   * ended. Throws `ConfigError` `config.unknown-model`.
   */
  async reassign(scope: WorkScope, model: string | undefined, order: Order): Promise<void> {
    const { members } = this.#host;
    if (model !== undefined && !members.has(model)) {
      const hint = suggest(model, [...members.keys()]);
      throw new ConfigError(
        'config.unknown-model',
        `There is no model ${JSON.stringify(model)} in the team; ${hint}.`,
      );
    }
    const because = order.because ?? (model === undefined ? 'any model may do it' : `for ${model}`);
    const parts = this.#parts(scope).map(({ run, tasks }) => {
      const changed = openOf(tasks).filter((task) => task.model !== model);
      const elsewhere = changed.filter(
        ({ attempt }) =>
          model !== undefined && attempt?.model !== undefined && attempt.model !== model,
      );
      return { run, changed, elsewhere };
    });
    this.#brokenOff.requireCertain(parts.flatMap(({ elsewhere }) => elsewhere));
    this.#change(parts, { because, model: model ?? null }, order);
    // What waits must not begin elsewhere meanwhile, and no run waits for the calls of another to end.
    for (const { run, changed } of parts) this.#queueAgain(run, changed);
    this.#host.wake();
    await Promise.all(
      parts.map(async ({ run, elsewhere }) => {
        for (const task of elsewhere) await this.#brokenOff.moveOn(run, task, because);
        this.#queueAgain(run, elsewhere);
      }),
    );
    this.#host.wake();
  }

  /** Ends what a model is doing, for others to do. A change that is going in goes in. */
  async moveOff(model: string, because: string): Promise<void> {
    for (const run of this.#host.runs.values()) {
      const its = [...run.tasks.values()].filter(({ attempt }) => attempt?.model === model);
      const tasks = openOf(its);
      for (const task of tasks) await this.#brokenOff.moveOn(run, task, because);
      this.#queueAgain(run, tasks);
    }
    this.#host.wake();
  }

  /**
   * Tries tasks again that failed or were skipped, and what was skipped because of them. Throws `OverseerError`
   * `task.not-over` for a task that is open or done, `task.needs` for one that needs another that failed, and
   * `ConfigError` for a check that nobody makes any more.
   */
  retry(scope: WorkScope, order: Order): void {
    const { run, tasks } = this.#ofOneRun(scope);
    const again = new Set<TaskState>();
    for (const task of tasks) {
      requireUndone(task);
      const skipped = this.#skippedAfter(run, task);
      for (const one of [task, ...triedTogether(run, task), ...skipped]) again.add(one);
    }
    for (const task of again) {
      requireNeeds(run, task, again);
      this.#host.chains.of(task.task);
    }
    const data = { because: order.because ?? 'tried again' };
    this.#host.append(
      [...again].map((task) => ({
        type: 'task.reopened',
        ...placeOf(task),
        actor: orderedBy(order),
        data,
      })),
    );
    this.#queueAgain(run, [...again]);
    this.#host.wake();
  }

  #skippedAfter(run: RunState, { task }: TaskState): readonly TaskState[] {
    return this.#host.graphs.allDependantsOf(run, task.key).flatMap((key) => {
      const dependant = run.tasks.get(key);
      return dependant?.status === 'skipped' ? [dependant] : [];
    });
  }

  #ofOneRun(scope: WorkScope): Part {
    const ordered = resolveScope(this.#host.runs, scope);
    if (ordered.kind === 'tasks') return ordered;
    if (ordered.kind === 'run') return wholeOf(ordered.run);
    throw new OverseerError('scope.invalid', 'Name the run, and its task or phase, that is meant.');
  }

  /** The tasks that an order is about, by run. */
  #parts(scope: WorkScope): readonly Part[] {
    const ordered = resolveScope(this.#host.runs, scope);
    if (ordered.kind !== 'everything') return [this.#ofOneRun(scope)];
    return [...this.#host.runs.values()].filter(({ status }) => status !== 'finished').map(wholeOf);
  }

  #change(
    parts: readonly { readonly changed: readonly TaskState[] }[],
    data: EventData['task.changed'],
    order: Order,
  ): void {
    const actor = orderedBy(order);
    this.#host.append(
      parts.flatMap(({ changed }) =>
        changed.map((task) => ({ type: 'task.changed', ...placeOf(task), actor, data })),
      ),
    );
  }

  #queueAgain(run: RunState, tasks: readonly TaskState[]): void {
    for (const { task } of tasks) this.#host.graphs.enqueueIfReady(run, task.key);
  }
}

/** A run, and tasks of it. */
interface Part {
  readonly run: RunState;
  readonly tasks: readonly TaskState[];
}

function wholeOf(run: RunState): Part {
  return { run, tasks: [...run.tasks.values()] };
}

function placeOf({ run, task }: TaskState): { readonly run: string; readonly task: string } {
  return { run, task: task.key };
}
