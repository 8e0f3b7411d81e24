import type { Answer } from './answer.ts';
import { tokenPieces } from './tokens.ts';

/** An answer's text, token by token or some at a time; without end where the answer is endless. */
export function* textPieces({ text, endless, tokensPerPiece }: Answer): Iterable<string> {
  do yield* tokenPieces(text, tokensPerPiece);
  while (endless && text !== '');
}

/** One item of each, then the next of each, until all are at their end. */
export function* inTurns<T>(all: readonly Generator<T>[]): Iterable<T> {
  let open = all;
  while (open.length > 0) {
    const steps = open.map((one) => ({ one, step: one.next() }));
    for (const { step } of steps) if (step.done !== true) yield step.value;
    open = steps.filter(({ step }) => step.done !== true).map(({ one }) => one);
  }
}
