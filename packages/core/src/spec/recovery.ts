import type { ModelErrorKind } from './model.ts';

/** What can go wrong with a model's call: a failure, an answer that its length limit cut off, or JSON that is none. */
export type TroubleKind = ModelErrorKind | 'cut-answer' | 'broken-json';

/**
 * What is done about it. `wait`: the same call again, later. `shorten`: the same model with a shorter prompt. `go-on`: the
 * same model writes on where its answer was cut off. `more-room`: the same call with room for a longer answer. `repair`:
 * what was written is put right here. `ask-again`: the model is told what was wrong. `another-model`: the task goes to
 * another model, if there is one.
 */
export type RecoveryAction =
  | 'wait'
  | 'shorten'
  | 'go-on'
  | 'more-room'
  | 'repair'
  | 'ask-again'
  | 'another-model';
