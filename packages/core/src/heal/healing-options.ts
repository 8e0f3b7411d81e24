/** How tasks are watched that do not come to their end, and what may be done about them. */
export interface HealingOptions {
  /**
   * How often the same tool calls must have given the same outcomes, one after another, for an attempt to be looping: 3 to
   * 24. Calls that took a second or longer count half. The default is 5.
   */
  readonly repeats?: number;
  /** For how long nothing may be new of an attempt before it is stuck, in ms, at least; the default is half an hour. */
  readonly stuckMs?: number;
  /** How many times what its kind takes by past calls nothing may be new, where that is longer; the default is 10. */
  readonly stuckFactor?: number;
  /**
   * Has the overseer model find another way for a task whose tries all came to nothing; the default is to do so, and
   * `false` lets it fail.
   */
  readonly replan?: boolean;
  /** How often another way may be looked for: for one task, and in one run; the defaults are 1 and 5. */
  readonly maxReplans?: number;
  readonly maxReplansPerRun?: number;
  /** The share of its run's budget that finding other ways may use in all, 0 to 1; the default is 0.2. */
  readonly budgetShare?: number;
  /** A person who is asked for another way in place of the overseer model, as long as it takes. */
  readonly ask?: string;
}

/** The same with nothing left open. */
export interface Healing extends Readonly<Required<Omit<HealingOptions, 'ask'>>> {
  readonly ask: string | undefined;
}

/** What a host's wish comes to; `undefined` where nothing is to be watched. */
export function healingOf(wish: boolean | HealingOptions | undefined): Healing | undefined {
  if (wish === false || wish === undefined) return undefined;
  const options = wish === true ? {} : wish;
  return {
    repeats: options.repeats ?? 5,
    stuckMs: options.stuckMs ?? 1_800_000,
    stuckFactor: options.stuckFactor ?? 10,
    replan: options.replan ?? true,
    maxReplans: options.maxReplans ?? 1,
    maxReplansPerRun: options.maxReplansPerRun ?? 5,
    budgetShare: options.budgetShare ?? 0.2,
    ask: options.ask,
  };
}
