import { checkBudgetPrices } from './check-prices.ts';
import { ConfigError } from './errors/config-error.ts';
import { OverseerError } from './errors/overseer-error.ts';
import type { Journal } from './journal/journal.ts';
import type { LimitUse } from './limit/model-limits.ts';
import { normaliseTasks } from './plan/normalise-tasks.ts';
import { titleOf } from './plan/title-of.ts';
import type { LiveEvent } from './run/create-attempt-host.ts';
import type { Kernel, NewRun } from './run/kernel.ts';
import type { ModelState } from './run/model-state.ts';
import type { OpenKernel } from './run/open-kernel.ts';
import { planTask } from './run/plan-task.ts';
import type { OpenQuestion } from './run/questions.ts';
import { createRecordedRun } from './run/recorded-run.ts';
import { createRunHandle, type Run } from './run/run-handle.ts';
import type { Settings } from './run/settings.ts';
import type { BudgetSpec } from './spec/limit.ts';
import type { Check, TaskGraph } from './spec/task.ts';
import { plannableChecks } from './validate/plan-checks.ts';

/** What one run may have of its own. */
export interface RunOptions {
  /** In place of the overseer's. */
  readonly budget?: BudgetSpec;
  /** Facts about the project that every prompt may use, in Markdown; a graph's own context comes before it. */
  readonly context?: string;
  /** Checks that every task of the plan for a goal gets beside its own; a graph's tasks have theirs already. */
  readonly checks?: readonly Check[];
  /** On whose behalf it is made, for limits per user and per tenant. */
  readonly user?: string;
  readonly tenant?: string;
}

/** A run that is not finished. */
export interface UnfinishedRun {
  readonly id: string;
  readonly title: string;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly status: 'running' | 'suspended';
  /** Tasks that are neither done, failed nor skipped. */
  readonly open: number;
}

/** A team of models at work. Made by `createOverseer`; closed by `close`, or by `await using`. */
export class Overseer implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #open: OpenKernel;
  readonly #dispose: () => Promise<void>;
  #closed: Promise<void> | undefined;

  /** @internal */
  constructor(settings: Settings, open: OpenKernel, dispose: () => Promise<void>) {
    this.#settings = settings;
    this.#open = open;
    this.#dispose = dispose;
  }

  /**
   * Starts a run and returns its handle at once: of a goal in words, which the overseer model breaks into tasks, or of
   * a graph of tasks. Throws `ConfigError` for a graph that cannot be worked (`plan.…`), and for a budget in dollars
   * where a model has no price (`config.price`).
   */
  run(request: string | TaskGraph, options: RunOptions = {}): Run {
    const kernel = this.#kernel();
    const id = this.#settings.ids();
    kernel.start(id, this.#newRun(request, options));
    // In the same turn, before the run can have ended.
    return this.#handle(id, kernel);
  }

  /** A handle to a run of this journal, whoever started it. */
  open(id: string): Run {
    const kernel = this.#kernel();
    if (kernel.runOf(id) !== undefined) return this.#handle(id, kernel);
    return createRecordedRun(id, this.#journal.stream, this.#settings.store);
  }

  /** The runs that are not finished: those that go on here, and those that a dead process left. */
  unfinished(): readonly UnfinishedRun[] {
    return this.#kernel().unfinished.map(({ id, title, startedAt, status, open }) => ({
      id,
      title,
      startedAt,
      status: status === 'running' ? 'running' : 'suspended',
      open,
    }));
  }

  /** How every model of the team stands now. */
  models(): readonly ModelState[] {
    return this.#kernel().models();
  }

  /** How the limits that models share stand now; those of users and tenants once one has made a call. */
  limits(): readonly LimitUse[] {
    this.#kernel();
    return this.#settings.shared.use(this.#settings.clock.now());
  }

  /** The questions of checks that only a person can answer; they wait as long as it takes, over restarts too. */
  questions(): readonly OpenQuestion[] {
    return this.#kernel().questions();
  }

  /**
   * Gives a person's answer to a question and lets its task go on; resolves when the answer is on disk. Throws
   * `OverseerError` `question.unknown` when nobody asks that any more.
   */
  async answer(
    question: Pick<OpenQuestion, 'run' | 'task' | 'id'>,
    reply: string,
    by = 'host',
  ): Promise<void> {
    const kernel = this.#kernel();
    if (!kernel.answer(question, reply, by)) {
      const { run, task, id } = question;
      throw new OverseerError(
        'question.unknown',
        `Task ${task} of run ${run} asks no question ${id}, or somebody answered it; questions() lists the open ones.`,
      );
    }
    await kernel.settled();
  }

  /**
   * Shows what models say as they say it. For display alone: what is shown may be lost, and is not in the journal.
   * The returned function stops it.
   */
  onLive(listener: (event: LiveEvent) => void): () => void {
    const { live } = this.#kernel();
    live.on('model', listener);
    return () => live.off('model', listener);
  }

  /**
   * Starts nothing more, gives calls in flight a moment to end, aborts the rest, and lets go of everything. Runs that
   * are not finished are suspended and can be resumed from the same store. Idempotent.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Closes, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    try {
      await this.#open.close();
    } finally {
      await this.#dispose();
    }
  }

  get #journal(): Journal {
    return this.#open.journal;
  }

  #kernel(): Kernel {
    if (this.#closed === undefined) return this.#open.kernel;
    throw new OverseerError('overseer.closed', 'This overseer was closed; create another one.');
  }

  #handle(id: string, kernel: Kernel): Run {
    return createRunHandle(id, kernel, this.#journal, this.#settings.store);
  }

  #newRun(request: string | TaskGraph, options: RunOptions): NewRun {
    const budget = options.budget ?? this.#settings.budget;
    checkBudgetPrices(budget, this.#settings.members.values());
    const graph = typeof request === 'string' ? undefined : request;
    const context = [graph?.context, options.context]
      .filter((text) => text !== undefined)
      .join('\n\n');
    const { user, tenant } = checkPayer(options);
    const common = {
      ...(user === undefined ? {} : { user }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(budget === undefined ? {} : { budget }),
      ...(context === '' ? {} : { context }),
    };
    if (typeof request === 'string')
      return { ...common, ...this.#planRun(request, options.checks ?? []) };
    if (request.tasks.length === 0) {
      throw new ConfigError('plan.empty', 'There is nothing to do: the graph has no tasks.');
    }
    const tasks = normaliseTasks(request.tasks);
    return {
      ...common,
      title: request.title ?? tasks[0]?.title ?? 'run',
      tasks,
      ...(request.source === undefined ? {} : { source: request.source }),
    };
  }

  #planRun(goal: string, always: readonly Check[]): NewRun {
    if (goal.trim() === '') {
      throw new ConfigError('plan.empty', 'There is nothing to do: the goal is empty.');
    }
    const { validators, roles, workspaces } = this.#settings;
    const kinds = plannableChecks(validators, roles.grantsOf('overseer'));
    const task = planTask(goal, {
      checks: { kinds, always },
      roles: roles.names,
      hasFiles: workspaces !== undefined,
    });
    return { title: titleOf(goal), goal, tasks: [task] };
  }
}

/** Throws `ConfigError` (`config.invalid`) for a name that nobody can be counted by. */
function checkPayer(options: RunOptions): Pick<RunOptions, 'user' | 'tenant'> {
  for (const who of ['user', 'tenant'] as const) {
    const name: unknown = options[who];
    if (name === undefined) continue;
    if (typeof name === 'string' && name !== '' && name.length <= 200) continue;
    throw new ConfigError(
      'config.invalid',
      `The ${who} of a run is a text of 1 to 200 characters; leave it out where there is none.`,
    );
  }
  return options;
}
