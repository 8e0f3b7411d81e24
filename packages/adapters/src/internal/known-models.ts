import type { ModelCapabilities, Price } from '@overseer/core/spec';
import type { ModelFacts } from './model-facts.ts';

/** What is known of one provider's models, when it was so, and by whom it was told. */
export interface KnownModels {
  /** A day, as `2026-07-02`. */
  readonly asOf: string;
  readonly source: string;
  readonly models: readonly KnownModel[];
}

/** One model; what is not known of it is left out. */
export interface KnownModel {
  /** As it is called by, to the letter. */
  readonly id: string;
  /** Tokens. */
  readonly contextWindow: number;
  /** Tokens. */
  readonly maxOutput: number;
  readonly can: ModelCapabilities;
  /** US dollars per million tokens. */
  readonly price?: Price;
}

/** What is known of the model of that name, and over it what the host says. Of a name that is not known nothing is: none is like another. */
export function knownFacts<Facts extends ModelFacts>(
  { models }: KnownModels,
  id: string,
  said: Facts,
): Facts {
  const known = models.find((model) => model.id === id);
  if (known === undefined) return said;
  const { id: _, can, ...facts } = known;
  return { ...facts, ...said, can: { ...can, ...said.can } };
}
