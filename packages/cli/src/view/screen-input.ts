import type { ModelState } from '@overseer/core';
import type { RunView } from './run-view.ts';

/** What the live part of the screen is drawn from. */
export interface ScreenInput {
  readonly view: RunView;
  readonly models: readonly ModelState[];
  /** Characters streamed by the call in flight, by task. */
  readonly streamed: ReadonlyMap<string, number>;
  readonly nowMs: number;
  readonly columns: number;
  readonly rows: number;
}
