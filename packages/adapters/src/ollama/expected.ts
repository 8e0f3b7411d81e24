import { ModelError } from '@overseer/core/plugin';
import type { ModelWarning } from '@overseer/core/spec';
import type { CheckAnswer } from './ollama-answer-reader.ts';
import { type EstimatedInput, wasCut } from './window.ts';

/** What of a request its answer is compared with. */
export interface Expected extends EstimatedInput {
  /** The model's name as it was sent. */
  readonly asked: string;
  /** The window that was asked for, in tokens. */
  readonly window: number;
  /** The window is known to hold the request, so that a low count is only another way of counting. */
  readonly trusted: boolean;
}

/** What is odd about a whole answer: another model gave it, or the prompt was cut. Pure. */
export function oddities(
  { asked, window, trusted, ...estimated }: Expected,
  { model, read }: Parameters<CheckAnswer>[0],
): readonly ModelWarning[] {
  const warnings: ModelWarning[] = [];
  if (model !== undefined && tagged(model) !== tagged(asked)) {
    const detail = `${model} answered instead of ${asked}`;
    warnings.push({ kind: 'adjusted', what: 'model', detail });
  }
  if (read !== undefined && !trusted && wasCut(estimated, read)) {
    const detail = `Ollama read ${read} tokens of a prompt of about ${estimated.input}: its front was cut off; set contextWindow to more than ${window}`;
    warnings.push({ kind: 'other', what: 'truncated', detail });
  }
  return warnings;
}

/** The refusal of a request that cannot fit, in the words by which the kernel reads sizes off one. */
export function tooLong(where: string, input: number, window: number): ModelError {
  return new ModelError(
    'context-overflow',
    `${where}: the maximum context length is ${window} tokens, and the request has about ${input} tokens; shorten it, or set contextWindow if the model and the memory allow more`,
  );
}

function tagged(name: string): string {
  return name.includes(':') ? name : `${name}:latest`;
}
