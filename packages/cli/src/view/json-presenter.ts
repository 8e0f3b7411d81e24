import type { Output, Presenter } from './presenter.ts';

/** The journal's events as JSON lines, and nothing else; words for people go to the other output. */
export function jsonPresenter(output: Output, errors: Output): Presenter {
  return {
    event: (event) => output.write(`${JSON.stringify(event)}\n`),
    live: () => undefined,
    say: (lines) => {
      for (const line of lines) errors.write(`${line}\n`);
    },
    close: () => undefined,
  };
}
