import type { createCandidateFinder } from '../route/candidate-finder.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** What the kernel decides about a task, or about an attempt's next call. */
export interface Decider {
  readonly settings: Settings;
  readonly projection: Projection;
  readonly candidates: ReturnType<typeof createCandidateFinder>;
}
