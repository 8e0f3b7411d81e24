import type { PromptCaps } from './prompt-caps.ts';

/** What of each text is shown at least, so that a prompt still says what it is about. */
const LEAST = 200;

/** Caps that let through less and less: the oldest attempts give way first, then old answers, then all else alike. Pure. */
export function shorterCaps(caps: PromptCaps): readonly PromptCaps[] {
  const latest = { ...caps, attempts: 1 };
  const brief = { ...latest, answer: least(caps.answer / 8), findings: least(caps.findings / 4) };
  return [
    { ...caps, attempts: 2 },
    latest,
    brief,
    ...[2, 4, 8, 16, 32, 64, 128].map((divisor) => ({
      context: least(caps.context / divisor),
      input: least(caps.input / divisor),
      inputs: least(caps.inputs / divisor),
      answer: least(brief.answer / divisor),
      findings: least(brief.findings / divisor),
      attempts: 1,
    })),
  ];
}

function least(characters: number): number {
  return Math.max(LEAST, Math.floor(characters));
}
