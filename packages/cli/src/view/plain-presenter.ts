import { decisionOf } from './decision.ts';
import type { Output, Presenter } from './presenter.ts';
import { harmless } from './words.ts';

/** One line a decision, for logs and pipes. */
export function plainPresenter(output: Output): Presenter {
  return {
    event: (event) => {
      const words = decisionOf(event);
      if (words === undefined) return;
      output.write(`${new Date(event.at).toISOString().slice(11, 19)}  ${harmless(words)}\n`);
    },
    live: () => undefined,
    say: (lines) => {
      for (const line of lines) output.write(`${line}\n`);
    },
    close: () => undefined,
  };
}
