import type { Model } from '../../spec/model.ts';
import type { ModelConformanceOptions, ModelFeature } from './options.ts';

/** One rule of the `Model` contract: which scenario it calls, and what must hold. */
export interface ModelRule {
  readonly name: string;
  readonly model: string;
  readonly needs?: ModelFeature | readonly ModelFeature[];
  /** Holds for those alone that say they are without it: they must say so when they are asked for it, too. */
  readonly unless?: ModelFeature;
  readonly check: (model: Model, options: ModelConformanceOptions) => Promise<void>;
}
