import { checkBudget } from './check-budget.ts';
import { type Clock, systemClock } from './internal/clock.ts';
import { defined } from './internal/defined.ts';
import { nestedCall } from './nested-call.ts';
import { graphOf } from './nested-request.ts';
import type { Overseer } from './overseer.ts';
import type { RunOptions } from './run-options.ts';
import type { BudgetSpec } from './spec/limit.ts';
import type { Model, ModelRequest } from './spec/model.ts';
import type { TaskGraph } from './spec/task.ts';

/** How an overseer works as a model of another one. */
export interface OverseerModelOptions {
  /**
   * The most that one call may use in all, whatever its run does: the outer overseer sets this aside before the call, and
   * the inner run cannot exceed it. `usd` needs prices for all models of the inner team; without it, nobody outside knows
   * what calls cost.
   */
  readonly budget: BudgetSpec & { readonly tokens: number };
  /** Its id as a model; the default is `overseer`. */
  readonly id?: string;
  /**
   * What a request becomes: a `goal`, which the inner overseer model breaks into tasks, one `task`, or whatever a function
   * makes of it. The default is `goal`.
   */
  readonly as?: 'goal' | 'task' | ((request: ModelRequest) => string | TaskGraph);
  /** What inner runs have beside their budget, such as checks. */
  readonly run?: Omit<RunOptions, 'budget' | 'id' | 'signal'>;
  readonly clock?: Clock;
}

/**
 * An overseer as a model for another one. Each request becomes a run of the inner overseer, below the budget of one call;
 * its answer is the output of that run, its usage is what the run used. A call that is cancelled cancels its run down to
 * the sockets. A call that is made again, as after a restart, goes on with the run that it began, or takes what that gave,
 * and pays for nothing twice. The inner overseer is the host's: it opens and closes it. Throws `ConfigError`
 * `config.budget` for a budget that is none; calls throw `ModelError`.
 */
export function overseerAsModel(overseer: Overseer, options: OverseerModelOptions): Model {
  const { budget, id = 'overseer', as = 'goal', run = {}, clock = systemClock } = options;
  checkBudget('a call of an overseer as a model', budget);
  const { usd, tokens } = budget;
  return {
    spec: 'model/1',
    info: {
      id,
      provider: 'overseer',
      can: { tools: false, json: 'none', reasoning: false, image: false },
      // Tokens cost what the inner models ask for them: each answer says that itself.
      ...(usd === undefined ? {} : { price: { input: 0, output: 0 } }),
      perCall: { inputTokens: tokens, outputTokens: tokens, ...defined({ usd }) },
      resumes: true,
    },
    stream: (request, ctx) =>
      nestedCall({
        overseer,
        request: typeof as === 'function' ? as(request) : graphOf(request, as),
        options: { ...run, budget },
        identity: [ctx.key, request.messages],
        id,
        clock,
        hasTools: (request.tools?.length ?? 0) > 0,
        signal: ctx.signal,
        key: ctx.key,
      }),
  };
}
