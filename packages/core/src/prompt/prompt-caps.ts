/** How much untrusted text a prompt may carry, in UTF-16 code units. */
export interface PromptCaps {
  /** Facts about the project. */
  readonly context: number;
  /** Each output of a task that is needed. */
  readonly input: number;
  /** All such outputs together. */
  readonly inputs: number;
  /** Each earlier answer. */
  readonly answer: number;
  /** All findings of one attempt. */
  readonly findings: number;
  /** How many of the latest failed attempts are shown. */
  readonly attempts: number;
}

/** The caps for models with a large context window, or one that nobody told. */
const largestCaps: PromptCaps = {
  context: 24_000,
  input: 12_000,
  inputs: 36_000,
  answer: 12_000,
  findings: 8_000,
  attempts: 3,
};

/**
 * The caps for a model whose window has `contextWindow` tokens. Together they never pass about half of the window at
 * four characters a token, so that a small model is left room for its task and its answer.
 */
export function capsFor(contextWindow: number | undefined): PromptCaps {
  if (contextWindow === undefined) return largestCaps;
  const share = (part: number, most: number) =>
    Math.min(most, Math.floor(contextWindow * 4 * part));
  return {
    context: share(0.15, largestCaps.context),
    input: share(0.1, largestCaps.input),
    inputs: share(0.15, largestCaps.inputs),
    answer: share(0.05, largestCaps.answer),
    findings: share(0.02, largestCaps.findings),
    attempts: largestCaps.attempts,
  };
}
