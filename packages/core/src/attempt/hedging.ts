import type { AttemptPlace } from './attempt-host.ts';
import type { LetThrough } from './let-through.ts';

/** A second model that was given the same request: its call is written down, and may be sent once that is durable. */
export interface AskedToo {
  readonly model: string;
  readonly call: LetThrough;
  readonly durable: Promise<void>;
}

/** Says whether and when a second model is asked the same. */
export interface Hedging {
  /** After how many ms without a first word a second model may be asked; `undefined` for never. */
  lateAfter(at: AttemptPlace): number | undefined;
  /**
   * Lets a second model be asked in place of one that was silent for `silentMs`; `undefined` where none may be now. Never
   * waits. Throws what a journal does that breaks, when the second call may be written down already.
   */
  askToo(at: AttemptPlace, call: string, silentMs: number): AskedToo | undefined;
}
