/** Tokens that went to two models, and what they cost. */
export interface Spent {
  /** Tokens in and out of the strong model. */
  readonly strong: number;
  /** Of both models. */
  readonly tokens: number;
  readonly usd: number;
}

/** US dollars for a million tokens, in and out alike: GPT-4 and Mixtral, as in RouteLLM's paper. */
export const USD_PER_MILLION = { strong: 24.7, weak: 0.24 } as const;

export const nothing: Spent = { strong: 0, tokens: 0, usd: 0 };

/** One call of a model. */
export function callOf(model: 'strong' | 'weak', tokens: number): Spent {
  return {
    strong: model === 'strong' ? tokens : 0,
    tokens,
    usd: (tokens * USD_PER_MILLION[model]) / 1e6,
  };
}

/** Several together. */
export function sumOf(all: readonly Spent[]): Spent {
  return all.reduce(
    (sum, { strong, tokens, usd }) => ({
      strong: sum.strong + strong,
      tokens: sum.tokens + tokens,
      usd: sum.usd + usd,
    }),
    nothing,
  );
}

/** What is saved of each, in percent; below 0 where it is more. */
export function savedOf(spent: Spent, instead: Spent): Spent {
  const saved = (part: keyof Spent): number => 100 * (1 - spent[part] / instead[part]);
  return { strong: saved('strong'), tokens: saved('tokens'), usd: saved('usd') };
}
