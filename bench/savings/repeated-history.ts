import { textTokens } from '@overseer/core/plugin';
import { historySection } from '../../packages/core/src/prompt/history-section.ts';
import { capsFor } from '../../packages/core/src/prompt/prompt-caps.ts';
import { untrusted } from '../../packages/core/src/prompt/untrusted.ts';

/** Tokens of what a prompt says of refused answers. */
export interface HistoryUse {
  readonly tokens: number;
  /** Where every answer is told whole. */
  readonly whole: number;
}

const BECAUSE = 'a check failed';

/** What a prompt takes to tell of these answers, each of which was refused. */
export function historyUse(answers: readonly string[]): HistoryUse {
  const caps = capsFor(undefined);
  const attempts = answers.map((answer) => ({ answer, because: BECAUSE, findings: [] }));
  const tokens = textTokens(historySection(attempts, caps).text);
  // Told alone, an answer has no other to be short beside.
  const heads = textTokens(
    historySection(
      attempts.map((one) => ({ ...one, answer: 'x' })),
      caps,
    ).text,
  );
  const bodies = answers
    .slice(-caps.attempts)
    .reduce((sum, answer) => sum + textTokens(untrusted('', answer, caps.answer)), 0);
  const emptyBodies = Math.min(answers.length, caps.attempts) * textTokens(untrusted('', 'x', 10));
  return { tokens, whole: heads - emptyBodies + bodies };
}

/** A text as a model repairs it: one of its lines is another one. `nth` says which. */
export function repaired(text: string, nth: number): string {
  const lines = text.split('\n');
  const at = Math.floor((lines.length * (nth + 1)) / 5);
  return lines
    .with(Math.min(at, lines.length - 1), `The line that repair ${nth + 1} is about.`)
    .join('\n');
}
