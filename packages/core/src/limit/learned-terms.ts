import type { Admission } from './claim.ts';

/** What was learned of a model from its answers. */
export interface LearnedTerms {
  /** Calls at once. */
  readonly atOnce: number;
  /** Until when what was learned of one of its keys keeps a call with it back at `now`. */
  keyWait?(keyName: string, now: number): Extract<Admission, { kind: 'wait' }> | undefined;
}
